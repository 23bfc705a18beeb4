/** What the routes of approvals take and give; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { instant, page, paging, text } from '../contract.ts';
import { approvalHead, person, refund } from './refunds.ts';

export const approval = z
  .object({
    ...approvalHead.shape,
    kind: z.enum(['refund']),
    hash: z.string().describe('Of what is asked for: send it back with your word'),
    made_by: person,
    made_at: instant,
    decided_at: instant.optional(),
    words: z.array(z.object({ by: person, says: z.enum(['yes', 'no']), note: z.string().optional(), at: instant })),
    may_decide: z.boolean().describe('It waits for you: you may check, did not ask for it, and have not agreed yet'),
    refund: refund.describe('What it is about'),
  })
  .meta({ id: 'Approval' });

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('As you saw it');
export const agree = z.strictObject({ hash, note: text(500, 1).optional() });
export const reject = z.strictObject({ hash, note: text(500, 1) });

export const approvalsQuery = z.strictObject({ state: z.enum(['waiting', 'decided']).optional(), ...paging });
export const approvalsPage = page(approval);
