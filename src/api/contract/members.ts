/** What the routes of members take and give; part of `contract.ts` in all but place. */
import { z } from 'zod';
import { id, instant, text } from '../contract.ts';

export const role = z.enum(['admin', 'approver', 'operator', 'viewer']);
const name = text(80, 1).refine((s) => s.trim() !== '', 'a name');

export const newMember = z.strictObject({ name, role });
export const memberPatch = z
  .strictObject({ name: name.optional(), role: role.optional(), state: z.enum(['active', 'disabled']).optional() })
  .refine((p) => Object.values(p).some((v) => v !== undefined), 'nothing to change');
export const rename = z.strictObject({ name });

export const member = z
  .object({
    id,
    name: z.string(),
    role,
    state: z.enum(['active', 'disabled']),
    created_at: instant,
    last_seen_at: instant.optional(),
    sessions: z.int().describe('Open now'),
    invited_until: instant.optional().describe('A link that nobody has used yet works until then'),
  })
  .meta({ id: 'Member' });
export const invitation = z
  .object({ member, url: z.string().describe('Shown once, works once'), expires_at: instant })
  .meta({ id: 'Invitation' });
export const memberSession = z
  .object({
    id,
    created_at: instant,
    seen_at: instant,
    expires_at: instant,
    is_own: z.boolean().describe('The one that asks'),
  })
  .meta({ id: 'MemberSession' });
