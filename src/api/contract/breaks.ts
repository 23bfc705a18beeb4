/** What the routes of breaks take and give; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { both, day, id, money } from '../contract.ts';

export const breakPart = z.enum(['break', 'open', 'ambiguous']);
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
  channel: z.string().optional(),
  account: z.string().optional(),
  business_on: day.optional(),
  amount: money,
  order_ref: z.string().optional(),
  payment_id: id.optional(),
};
export const breakLine = z.object({ ...breakHead, says: both }).meta({ id: 'BreakLine' });
export const breakWhole = z
  .object({
    ...breakHead,
    body: z.record(z.string(), z.unknown()).describe('As in result.json: sentences, steps, evidence to the byte'),
  })
  .meta({ id: 'Break' });
