/** What the ledger's routes take and give; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { ACCOUNT_CODES } from '../../ledger/chart.ts';
import { EXPORT_KINDS } from '../../ledger/export.ts';
import { PROPOSAL_KINDS } from '../../ledger/manual.ts';
import { id, instant, money, paging } from '../contract.ts';

/** The database and the calendar both know it. */
export const day = z.iso.date().refine((d) => d >= '1970-01-01' && d <= '9000-12-31', 'from 1970 on');
const both = z.object({ en: z.string(), zh: z.string() });
const words = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine((s) => s.isWellFormed() && !s.includes('\0'), 'not text');
const signed = money.describe('Debits less credits');

const account = {
  id,
  code: z.enum(ACCOUNT_CODES as [string, ...string[]]),
  number: z.string().describe('科目编码'),
  name: both,
  kind: z.enum(['asset', 'liability', 'income', 'expense']),
  currency: z.string(),
  channel: z.string().optional(),
  account: z.string().optional().describe('The account at the channel or bank it stands for'),
};
export const ledgerAccount = z.object({ ...account, balance: signed }).meta({ id: 'LedgerAccount' });
export const trialRow = z
  .object({ ...account, opening: signed, debit: money, credit: money, closing: signed })
  .meta({ id: 'TrialRow' });
export const trial = z
  .object({
    from: day,
    to: day,
    items: z.array(trialRow),
    totals: z.array(z.object({ currency: z.string(), debit: money, credit: money })).describe('Equal, per currency'),
  })
  .meta({ id: 'TrialBalance' });

const entryHead = {
  id,
  no: z.string().describe('Without gaps, in the order of posting; the voucher’s number'),
  business_on: day,
  fact_on: day.describe('The day it is about: another one where that day was signed off or closed'),
  posted_at: instant,
  cause: z.enum(['stated', 'correction', 'withdrawn', 'manual']),
  scope: z.string(),
  part: z.string(),
  says: both,
  transfers: z.array(
    z.object({
      fact: z.string(),
      debit: z.object(account),
      credit: z.object(account),
      amount: money,
    }),
  ),
  reconciliation_id: id.optional(),
  break: z.string().optional().describe('The break’s hash'),
  batch: z.string().optional(),
  proposal_id: id.optional(),
};
export const entry = z.object(entryHead).meta({ id: 'LedgerEntry' });
export const entryWhole = z
  .object({
    ...entryHead,
    why: z.array(z.object({ fact: z.string(), why: both })),
    evidence: z
      .object({
        document: z
          .object({
            sha256: z.string(),
            id: id.optional().describe('Absent where it is a member of an archive'),
            at: z.int(),
            length: z.int(),
          })
          .optional(),
        break: z.object({ reconciliation_id: id, n: z.int(), payment_id: id.optional() }).optional(),
        batch: z.object({ id, state: z.string() }).optional(),
      })
      .describe('Where it leads: bytes of a document, a break, a batch'),
  })
  .meta({ id: 'LedgerEntryWhole' });
const after = z
  .string()
  .regex(/^\d{1,18}$/)
  .optional();
export const entriesQuery = z.strictObject({
  account_id: id.optional(),
  from: day.optional(),
  to: day.optional(),
  break: z.string().max(100).optional(),
  batch: z.string().max(400).optional(),
  reconciliation_id: id.optional(),
  limit: paging.limit,
  after,
});
export const balancesQuery = z.strictObject({
  on: day.optional().describe('At the end of a business date'),
  at: instant
    .refine((t) => t >= '1970', 'from 1970 on')
    .optional()
    .describe('As posted up to an instant; now, where neither is given'),
});
export const trialQuery = z.strictObject({ from: day, to: day });
export const exportQuery = z.strictObject({
  kind: z.enum(EXPORT_KINDS as [string, ...string[]]),
  from: day.optional(),
  to: day.optional(),
  lang: z.enum(['zh', 'en']).optional(),
});

export const newProposal = z.strictObject({
  kind: z.enum(PROPOSAL_KINDS),
  break: z.string().min(1).max(100).describe('The hash of the break it takes out of suspense'),
  amount: z.strictObject({
    amount: z.string().regex(/^(0|[1-9]\d{0,13})(\.\d{1,8})?$/),
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
  business_on: day.optional().describe('Today where absent'),
  reason: words,
});
export const proposal = z
  .object({
    id,
    kind: z.enum(PROPOSAL_KINDS),
    break: z.string(),
    side: z.enum(['loss', 'gain']),
    amount: money,
    business_on: day,
    reason: z.string(),
    hash: z.string().describe('What an approval binds to'),
    state: z.enum(['proposed', 'posted', 'rejected']),
    proposed_by: z.string(),
    proposed_by_name: z.string().optional(),
    proposed_at: instant,
    decided_by: z.string().optional(),
    decided_by_name: z.string().optional(),
    decided_at: instant.optional(),
  })
  .meta({ id: 'LedgerProposal' });
export const approval = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/) });

export const note = z.strictObject({ note: words.optional().describe('Needed where control accounts differ') });
export const reopening = z.strictObject({ reason: words });
export const signOff = z
  .object({
    id,
    business_on: day,
    hash: z.string().describe('Over the day’s entries and the balances at its end'),
    entries: z.string(),
    note: z.string().optional(),
    signed_by: z.string(),
    signed_by_name: z.string().optional(),
    signed_at: instant,
    reopened: z.object({ by: z.string(), by_name: z.string().optional(), at: instant, reason: z.string() }).optional(),
  })
  .meta({ id: 'SignOff' });
export const suspenseQuery = z.strictObject(paging);
export const suspended = z
  .object({
    break: z.string().describe('The hash a proposal names'),
    amount: signed.describe('What lies in suspense under it: above zero is money that is missing'),
    business_on: day,
    reconciliation_id: id.optional(),
    n: z.int().optional(),
    finding: z.string().optional(),
    channel: z.string().optional(),
    account: z.string().optional(),
    order_ref: z.string().optional(),
    payment_id: id.optional(),
    says: both.optional(),
    proposal_id: id.optional().describe('Asked for already, and not decided'),
  })
  .meta({ id: 'Suspended' });

/** `signed`: signed off, or before a day that is; `ahead`: not over yet. */
export const ledgerDay = z
  .object({
    on: day,
    state: z.enum(['closed', 'signed', 'open', 'ahead']),
    entries: z.string(),
    open_breaks: z.string().describe('First posted on this day and still in suspense'),
    sign_off: signOff.optional(),
  })
  .meta({ id: 'LedgerDay' });
export const ledgerDays = z
  .object({
    today: day,
    signed_through: day.optional(),
    closed_through: day.optional(),
    items: z.array(ledgerDay),
  })
  .meta({ id: 'LedgerDays' });

export const closing = z.strictObject({
  month: z.string().regex(/^(19[7-9]\d|[2-8]\d{3})-(0[1-9]|1[0-2])$/),
  note: words.optional(),
});
export const period = z
  .object({
    from: day,
    to: day,
    hash: z.string(),
    entries: z.string(),
    note: z.string().optional(),
    closed_by: z.string(),
    closed_by_name: z.string().optional(),
    closed_at: instant,
  })
  .meta({ id: 'Period' });

export const check = z
  .object({
    id,
    at: instant,
    equal: z.boolean(),
    reconciliation_id: id.optional(),
    rows: z.array(
      z.object({
        account: z.string(),
        currency: z.string(),
        ledger: z.string(),
        open: z.string().describe('Σ of the open items it stands for'),
        difference: z.string(),
        parts: z.record(z.string(), z.string()),
      }),
    ),
  })
  .meta({ id: 'ControlCheck' });
