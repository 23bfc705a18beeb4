/** What is shown of reconciliations by day, in short, and line by line; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { both, day, id, instant, money, paging } from '../contract.ts';

const role = z.enum(['channel', 'bank', 'order']).describe('An account at a channel, one at a bank, or all orders');
const tally = z.object({ count: z.int(), amounts: z.array(money) });

const DAY_STATES = [
  'breaks',
  'incomplete',
  'explained',
  'waiting',
  'clean',
  'bill_late',
  'bill_expected',
  'never',
  'no_business',
] as const;
const dayState = z
  .enum(DAY_STATES)
  .describe(
    'breaks: somebody’s work · incomplete: clean as far as it goes, something was not given or not read · explained: people have explained every break · waiting: for a date or a document · clean · bill_late: the channel should have given it · bill_expected · never: nothing was reconciled · no_business: the channel says the day has no bill',
  );
const gap = z.object({ joint: z.enum(['orders', 'bank']), missing: z.array(z.enum(['order', 'channel', 'bank'])) });

export const dayCell = z
  .object({
    on: day,
    state: dayState,
    run_id: id
      .optional()
      .describe('The newest that stands and read lines of the day; a whole one before one with gaps'),
    runs: z.int().describe('How many stand for the day'),
    all: tally.describe('Lines with money'),
    matched: tally.describe('Those that met their other half'),
    breaks: tally.describe('Those that nobody has explained'),
    open: tally.describe('Waiting for a date or a document'),
    unclear: tally.describe('Fit in more than one way, and nobody has explained it'),
    explained: tally.describe('Breaks and unclear ones that people have explained'),
    bills: z.array(
      z.object({
        kind: z.string(),
        state: z.enum(['expected', 'late', 'gone', 'fetched', 'empty']),
        ready_at: instant,
        gone_at: instant,
        document_id: id.optional(),
        last_error: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'DayCell' });

export const reconciledDays = z
  .object({
    from: day,
    to: day,
    today: day,
    rows: z.array(
      z.object({
        role,
        account_id: id.optional(),
        channel: z.string().optional(),
        account: z.string().optional().describe('The number at the channel or bank'),
        name: z.string().optional(),
        days: z.array(dayCell).describe('Those of which something is known'),
      }),
    ),
    runs: z.array(
      z.object({
        id,
        created_at: instant,
        outcome: z.enum(['clean', 'breaks', 'incomplete']),
        refused: z.int(),
        rejected: z.int(),
        not_compared: z.array(gap),
      }),
    ),
    needs: z
      .object({
        break_days: z.int(),
        breaks: tally,
        unclear: z.int(),
        bills_late: z.int(),
        incomplete: z.int(),
        never: z.int(),
      })
      .describe('What of it wants a person: `break_days` and `never` count days, the others each'),
  })
  .meta({ id: 'ReconciledDays' });

const text = both;
const named = z.record(z.string(), money);
const counts = z.record(z.string(), z.int());
/** As in result.json. */
export const runSummary = z
  .object({
    state: z.enum(['clean', 'breaks', 'incomplete']),
    headline: text,
    caveat: text.optional(),
    asOf: z.string().optional(),
    timezone: z.string(),
    from: day.optional(),
    to: day.optional(),
    documents: z.array(
      z.object({
        file: z.string().describe('Its name in the run; what lay in an archive after “ › ”'),
        sha256: z.string(),
        bytes: z.number(),
        format: z.string(),
        role: z.string(),
        channel: z.string().optional(),
        account: z.string().optional(),
        encoding: z.string(),
        from: day.optional(),
        to: day.optional(),
        lines: z.int(),
        rejected: z.int(),
        repeated: z.int(),
        checks: z.array(z.object({ name: text, expected: z.string(), actual: z.string() })),
        notes: z.array(text),
      }),
    ),
    refused: z.array(z.object({ file: z.string(), code: z.string(), says: text, remedy: text })),
    rejected: z.array(
      z.object({
        file: z.string(),
        line: z.int(),
        column: z.string(),
        code: z.string(),
        value: z.string(),
        says: text,
      }),
    ),
    totals: counts,
    atRisk: z.array(money),
    notCompared: z.array(gap),
    passes: z.array(z.object({ joint: z.string(), pass: z.string(), title: text, matched: z.int(), lines: z.int() })),
    proof: z.array(
      z.object({
        joint: z.enum(['orders', 'batches', 'bank']),
        currency: z.string(),
        ours: money,
        theirs: money,
        difference: money,
        explained: named,
        residual: money,
        counts: z.object({ ours: counts, theirs: counts }),
      }),
    ),
    batches: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        channel: z.string(),
        account: z.string(),
        ref: z.string().optional(),
        businessFrom: day,
        businessTo: day,
        dueOn: day.optional(),
        lines: z.int(),
        gross: money,
        refunds: money,
        fees: money,
        net: money,
        state: z.enum(['credited', 'on_its_way', 'late', 'returned', 'short', 'not_checked']),
        creditedOn: day.optional(),
        bankAccount: z.string().optional(),
      }),
    ),
    fees: z.array(
      z.object({
        channel: z.string(),
        account: z.string(),
        month: z.string(),
        currency: z.string(),
        lines: z.int(),
        gross: money,
        stated: money,
        agreed: money.optional(),
      }),
    ),
    classes: z.array(
      z.object({
        part: z.enum(['break', 'open', 'ambiguous']),
        class: z.string(),
        count: z.int(),
        amounts: z.array(money),
        explained: z.int().describe('So many of them people have explained'),
      }),
    ),
    of: counts.describe('How long the lists are that were cut'),
    words: z
      .record(z.string(), z.record(z.string(), text))
      .describe('What the codes in it are called: classes, places, joints, kinds, references …'),
  })
  .meta({ id: 'RunSummary' });

export const lineId = z.string().regex(/^[0-9a-f]{64}\.\d{1,9}\.\d{1,15}$/);
export const lineQuery = z.strictObject({
  role,
  channel: z.string().max(40).optional(),
  account: z.string().max(200).optional(),
  on: day,
  place: z
    .string()
    .regex(/^[a-z_]{1,30}$/)
    .optional()
    .describe('Where it ended up: matched, break, carried, … as in the proof’s counts; `found`: named by a break'),
  limit: paging.limit,
  after: lineId.optional(),
});
const lineHead = {
  id: lineId.describe('Document, row, byte'),
  place: z.string().describe('Where it ended up, as the proof counts it'),
  pass: z.string().optional().describe('The rule by which it met its other half'),
  batch: z.string().optional().describe('The settlement batch it is in, or that it pays'),
  break: z.object({ n: z.int(), hash: z.string(), class: z.string(), part: z.string() }).optional(),
  document_id: id.optional(),
};
export const lineEvidence = z
  .object({
    role: z.string(),
    file: z.string(),
    sha256: z.string(),
    line: z.int(),
    at: z.number(),
    length: z.number(),
    raw: z.string().optional(),
    kind: z.string(),
    status: z.string().optional(),
    money,
    occurredAt: z.string().optional(),
    businessOn: z.string().optional(),
    channel: z.string().optional(),
    account: z.string().optional(),
    store: z.string().optional(),
    terminal: z.string().optional(),
    refs: z.record(z.string(), z.string()),
    party: z.string().optional(),
    text: z.string().optional(),
  })
  .meta({ id: 'LineEvidence' });
export const runLine = z.object({ ...lineHead, evidence: lineEvidence }).meta({ id: 'RunLine' });
export const runLines = z
  .object({
    totals: z
      .array(z.object({ place: z.string(), count: z.int(), amount: money }))
      .describe('Of the whole day, by place and currency; whatever `place` was asked for'),
    found: z.int().describe('How many are named by a break'),
    items: z.array(runLine),
    next: lineId.optional().describe('Pass as `after` for the next page'),
  })
  .meta({ id: 'RunLines' });
export const runLineWhole = z
  .object({ ...lineHead, evidence: lineEvidence, with: z.array(runLine).describe('Its other half') })
  .meta({ id: 'RunLineWhole' });
