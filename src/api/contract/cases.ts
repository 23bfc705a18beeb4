/** What the API takes and gives of cases, as zod shapes. Beside `contract.ts`, whose words it uses. */
import { z } from 'zod';
import { id, instant, money, page, paging, text } from '../contract.ts';

const caseView = z
  .object({
    id,
    reason: z.string(),
    state: z.enum(['open', 'closed']),
    subject_kind: z.string(),
    subject_id: id,
    name: z.string().optional().describe('What people call the subject: a number, a name, an address'),
    amount: money.optional(),
    payment_id: id.optional().describe('The payment it is about, of a claim the one that was found'),
    note: z.string().optional(),
    opened_at: instant,
    closed_at: instant.optional(),
    closed_by: z.string().optional().describe('Absent where its reason went away by itself'),
    closed_by_name: z.string().optional(),
    closed_note: z.string().optional(),
  })
  .meta({ id: 'Case' });

export { caseView as case };

export const casesQuery = z.strictObject({
  ...paging,
  state: z.enum(['open', 'closed']).default('open').describe('Open ones the oldest first, closed ones the newest'),
  reason: text(60, 1).optional(),
});
export const casesPage = page(caseView).extend({
  counts: z.array(z.object({ reason: z.string(), count: z.int() })).describe('Of those that are open, by reason'),
});
export const caseEnd = z.strictObject({ note: text(500, 1).describe('What was done about it') });
