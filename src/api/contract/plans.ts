/** Shapes of plans, calendars and the calculator. A plan's own fields are those of plans.yaml (docs/reference/plans.md), every value text. */
import { z } from 'zod';
import { CARDS } from '../../plans/plan.ts';
import { amount, both, day, id, instant, moment, money } from '../contract.ts';

/** Read by the one reader of plans.yaml, which refuses what it does not know by its name. */
const body = z
  .record(z.string().max(64), z.unknown())
  .describe('The fields of plans.yaml but channel, account and from; every value as text, such as "0.60%"');

export const plan = z
  .object({
    account_id: id,
    version: z.int().optional().describe('Absent: the channel’s default, nothing was agreed in the book'),
    from: day.optional(),
    plan: z.record(z.string(), z.unknown()).describe('Every field written out, defaults too'),
    says: z.array(both).describe('The same in sentences'),
    created_by: z.string().optional(),
    created_at: instant.optional(),
  })
  .meta({ id: 'Plan' });

export const planVersion = z
  .object({
    id,
    version: z.int(),
    from: day,
    plan: z.record(z.string(), z.unknown()).describe('As it was given'),
    says: z.array(both).describe('The same in sentences'),
    created_by: z.string(),
    created_at: instant,
  })
  .meta({ id: 'PlanVersion' });

export const newPlan = z.strictObject({ from: day.describe('The first business date it holds for'), plan: body });
export const planOn = z.strictObject({ on: day.optional().describe('A business date; today where it is not given') });
export const planPaging = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
});
export const planHistory = z.object({ items: z.array(planVersion), next: z.string().optional() });

export const planTemplate = z
  .object({
    id: z.string(),
    name: both,
    about: both,
    questions: z.array(z.object({ id: z.string(), asks: both, typical: z.string() })),
    note: both.describe('What the typical values are'),
    plan: z.record(z.string(), z.unknown()).describe('With the typical values'),
  })
  .meta({ id: 'PlanTemplate' });

export const previewing = z.strictObject({
  channel: z.string().min(1).max(32).describe('Whose defaults stand where the plan says nothing'),
  plan: body,
  payment: z.strictObject({ amount, at: moment, card: z.enum(CARDS).optional() }),
  month: z
    .string()
    .regex(/^(19[7-9]\d|[2-8]\d{3})-(0[1-9]|1[0-2])$/)
    .describe('Such as 2026-11'),
});
const promised = z.object({ at: instant, on: day, assumed: z.boolean(), rule: both });
export const preview = z
  .object({
    plan: z.record(z.string(), z.unknown()).describe('Every field written out'),
    says: z.array(both),
    payment: z.object({
      fee: money.optional().describe('Absent: the plan tells no fee of such a payment'),
      arithmetic: both.optional(),
      rounded: z
        .enum(['row', 'day', 'batch'])
        .optional()
        .describe('Where the channel rounds; here it is rounded by the row'),
      reserve: money.optional(),
      net: money.optional().describe('What comes to the bank'),
      bill: promised.optional(),
      credited: promised.optional(),
    }),
    days: z.array(
      z.object({
        on: day,
        weekday: z.int().describe('1 is Monday'),
        free: z.boolean().optional().describe('Nobody works on it; absent: the plan counts no working days'),
        certain: z.boolean(),
        due_on: day.optional().describe('When the money of this day comes'),
        brings: z.array(day).describe('The days whose money comes on this one'),
      }),
    ),
  })
  .meta({ id: 'PlanPreview' });

const percent = z.string().regex(/^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$/);
const answers = z.record(z.string().max(32), z.string().max(40));
export const advising = z.strictObject({
  volume: amount.describe('What a month brings in'),
  ticket: amount.describe('What one payment is worth on average'),
  mix: z
    .strictObject({ debit: percent, credit: percent, wallet: percent })
    .partial()
    .describe('Shares in percent, 100 together'),
  account: z.enum(['corporate', 'personal']).describe('The account money may be settled to'),
  answers: z.record(z.string().max(32), answers).optional().describe('By template: what your contract says'),
  plans: z
    .array(z.strictObject({ id: z.string().min(1).max(64), plan: body }))
    .max(20)
    .optional()
    .describe('Plans of yours to compare with the templates'),
});

export const advice = z
  .object({
    recommended: z.string().optional(),
    why: both,
    options: z.array(
      z.object({
        id: z.string(),
        name: both,
        against: z.array(both).describe('Why it cannot be had; empty: it fits'),
        steps: z.array(both),
        total: money.optional(),
      }),
    ),
  })
  .meta({ id: 'PlanAdvice' });

const year = z.strictObject({
  year: z.string().regex(/^\d{4}$/),
  off: z.array(z.string().max(24)).max(120).optional().describe('Days, or spans such as 2027-02-05..2027-02-11'),
  work: z.array(z.string().max(24)).max(120).optional(),
  complete: z.enum(['yes', 'no']).optional(),
});
export const calendarName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/)
  .describe('CN, US, …, or a name of your own');
export const calendar = z
  .object({
    name: z.string(),
    built_in: z.boolean(),
    known_from: day.optional().describe('From when the built-in calendar is certain'),
    known_until: day.optional(),
    years: z.array(year).describe('Those that were added'),
    updated_by: z.string().optional(),
    updated_at: instant.optional(),
  })
  .meta({ id: 'Calendar' });
export const newCalendar = z.strictObject({ years: z.array(year).max(20) });
