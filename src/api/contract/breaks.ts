/** What the routes of breaks take and give; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { FACETS } from '../../people/break-queue.ts';
import { WORK_STATES, WORK_STEPS, type WorkState, type WorkStep } from '../../people/breaks.ts';
import { BREAK_CLASSES } from '../../reconcile/result.ts';
import { CAUSES, type Cause, EXPLANATIONS, type Explanation } from '../../verdicts/catalogue.ts';
import { both, day, id, instant, money, page, paging, text } from '../contract.ts';

const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): [K, ...K[]] =>
  Object.keys(table) as [K, ...K[]];
const state = z.enum(keysOf<WorkState>(WORK_STATES));
const reason = z.enum(keysOf<Explanation>(EXPLANATIONS));
const person = z.object({ actor: z.string().describe('As the book records it'), name: z.string() });

const breakPart = z.enum(['break', 'open', 'ambiguous']);
const breakHead = {
  reconciliation_id: id,
  n: z.int().describe('Its place in the run: by money, largest first'),
  hash: z.string().describe('The same difference in another run has the same'),
  part: breakPart.describe('Somebody’s work, waiting for a date or a document, or fitting in more than one way'),
  class: z.string(),
  finding: z.string(),
  joint: z.string(),
  verdict: z.string(),
  release: z.string(),
  cause: z.string(),
  channel: z.string().optional(),
  account: z.string().optional(),
  business_on: day.optional(),
  amount: money,
  order_ref: z.string().optional(),
  payment_id: id.optional(),
  state: state.describe('What people have come to'),
  version: z.int().describe('The number of the last step about it; the next one names it'),
  holder: person.optional().describe('Who has taken it'),
};
export const breakLine = z.object({ ...breakHead, says: both }).meta({ id: 'BreakLine' });

export const breakWork = z
  .object({
    version: z.int(),
    state,
    holder: person.optional(),
    steps: z.array(
      z.object({
        n: z.int(),
        kind: z.enum(keysOf<WorkStep>(WORK_STEPS)),
        by: person,
        at: instant,
        holder: person.optional(),
        reason: reason.optional(),
        note: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'BreakWork' });
export const breakWhole = z
  .object({
    ...breakHead,
    body: z.record(z.string(), z.unknown()).describe('As in result.json: sentences, steps, evidence to the byte'),
    work: breakWork,
    documents: z
      .array(z.object({ id, name: z.string() }))
      .describe('Of its run, by the name that its evidence begins with'),
    superseded_by: id.optional().describe('The run that took the place of its own'),
    suspense: money.optional().describe('What the ledger holds in suspense under it; debits less credits'),
    members: z.array(z.object({ id, name: z.string() })).describe('To whom it can be given, where the caller may'),
    explain_alone: z.boolean().describe('One person’s explanation closes it; else another confirms'),
  })
  .meta({ id: 'Break' });

const note = text(1_000, 1);
const after = z.int().min(0).max(1_000_000).describe('The version you saw');
export const newStep = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('taken'),
    after,
    to: id.optional().describe('The member it is given to; you, where absent'),
  }),
  z.strictObject({ kind: z.literal('noted'), after, note }),
  z
    .strictObject({ kind: z.literal('explained'), after, reason, note: note.optional() })
    .refine((step) => step.reason !== 'other' || step.note !== undefined, 'other needs a note'),
  z.strictObject({ kind: z.literal('confirmed'), after, note: note.optional() }),
  z.strictObject({ kind: z.literal('reopened'), after, note: note.optional() }),
]);

const days = z.iso.date().refine((d) => d >= '1970-01-01' && d <= '9000-12-31', 'from 1970 on');
const breakFilter = {
  reconciliation_id: id.optional().describe('Of this run, whether it stands or not'),
  payment_id: id.optional(),
  part: breakPart.optional(),
  class: z.enum(BREAK_CLASSES).optional(),
  finding: z.string().max(60).optional(),
  cause: z.enum(keysOf<Cause>(CAUSES)).optional(),
  channel: z.string().max(40).optional(),
  account: text(100).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  from: days.optional(),
  to: days.optional(),
  state: z
    .enum(['todo', 'unexplained', ...keysOf<WorkState>(WORK_STATES)])
    .optional()
    .describe('`todo`: whatever is not closed; `unexplained`: whatever nobody has explained'),
  mine: z.literal('true').optional().describe('Taken by whoever asks'),
  q: text(100, 1).optional().describe('In its sentence or its numbers'),
};
const sort = z
  .enum(['money', 'age'])
  .default('money')
  .describe('Largest first, by the figure alone: choose a currency where there are several. Or oldest day first');
export const breaksQuery = z.strictObject({
  ...breakFilter,
  sort,
  limit: paging.limit,
  after: z
    .string()
    .regex(/^(-?\d{1,19}|\d{4}-\d\d-\d\d)\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,9}$/)
    .optional(),
});
export const breaksPage = page(breakLine);
export const summaryQuery = z.strictObject(breakFilter);
const counted = { count: z.int(), amount: money };
export const breaksSummary = z
  .object({
    total: z.array(z.object(counted)).describe('By currency'),
    groups: z
      .record(z.enum(FACETS), z.array(z.object({ key: z.string(), ...counted })))
      .describe('Each as the other filters leave it'),
  })
  .meta({ id: 'BreakSummary' });
export const exportQuery = z.strictObject({
  ...breakFilter,
  sort,
  format: z.enum(['csv', 'xlsx']),
  lang: z.enum(['zh', 'en']).optional(),
});
