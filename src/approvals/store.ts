/**
 * What waits for somebody else's word, and the words that were given. I9: whoever asks does not agree (the table refuses it too); each person
 * counts once, by whatever key of theirs (`persons.ts`); a word is bound to the hash of what was asked for, and of something that changed meanwhile it is refused.
 *
 * May not: know what is done once it is agreed to; `actions/` does it in the same transaction. Costs: a few statements.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';
import type { TenantTx } from '../db/pool.ts';
import { personsBehind } from './persons.ts';

export const APPROVAL_STATES = {
  waiting: { en: 'waiting', zh: '待审批' },
  approved: { en: 'agreed to', zh: '已通过' },
  rejected: { en: 'rejected', zh: '已拒绝' },
  withdrawn: { en: 'withdrawn', zh: '已撤回' },
  expired: { en: 'expired', zh: '已过期' },
} as const satisfies Record<string, Text>;
export type ApprovalState = keyof typeof APPROVAL_STATES;

export const APPROVAL_HOURS = 72;
/** Members who may check: their roles have the scope `approve`. */
export const MAY_APPROVE = `state = 'active' and role in ('admin', 'approver')`;

export type Approval = Readonly<{
  id: string;
  livemode: boolean;
  kind: 'refund';
  subject_id: string;
  hash: string;
  needs: number;
  made_by: string;
  state: ApprovalState;
  made_at: Temporal.Instant;
  expires_at: Temporal.Instant;
  decided_at: Temporal.Instant | null;
}>;
export type Vote = Readonly<{
  approval_id: string;
  voter: string;
  says: 'yes' | 'no';
  note: string | null;
  at: Temporal.Instant;
}>;
const COLUMNS = 'id, livemode, kind, subject_id, hash, needs, made_by, state, made_at, expires_at, decided_at';

export async function askForApproval(
  tx: TenantTx,
  wanted: Pick<Approval, 'livemode' | 'kind' | 'subject_id' | 'hash' | 'needs' | 'made_by' | 'made_at'>,
): Promise<Approval> {
  return await tx.one<Approval>(
    `insert into approvals (tenant_id, id, livemode, kind, subject_id, hash, needs, made_by, made_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
    [
      tx.tenantId,
      newId(),
      wanted.livemode,
      wanted.kind,
      wanted.subject_id,
      wanted.hash,
      wanted.needs,
      wanted.made_by,
      wanted.made_at,
      wanted.made_at.add({ hours: APPROVAL_HOURS }),
    ],
  );
}

export async function approvalById(tx: TenantTx, livemode: boolean, id: string): Promise<Approval | undefined> {
  return await tx.maybe<Approval>(
    `select ${COLUMNS} from approvals where tenant_id = $1 and livemode = $2 and id = $3`,
    [tx.tenantId, livemode, id],
  );
}

/** By the id of what each is about. */
export async function approvalsAbout(
  tx: TenantTx,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, Approval>> {
  const rows = await tx.rows<Approval>(
    `select ${COLUMNS} from approvals where tenant_id = $1 and subject_id = any($2)`,
    [tx.tenantId, [...subjectIds]],
  );
  return new Map(rows.map((row) => [row.subject_id, row]));
}

export async function votesOn(tx: TenantTx, approvalIds: readonly string[]): Promise<readonly Vote[]> {
  return await tx.rows<Vote>(
    `select approval_id, voter, says, note, at from approval_votes
      where tenant_id = $1 and approval_id = any($2) order by approval_id, at, voter`,
    [tx.tenantId, [...approvalIds]],
  );
}

/** Newest first, after a place in that order. */
export async function approvalsPage(
  tx: TenantTx,
  livemode: boolean,
  page: Readonly<{
    state?: 'waiting' | 'decided' | undefined;
    after: readonly [at: string, id: string] | undefined;
    limit: number;
  }>,
): Promise<readonly Approval[]> {
  const which =
    page.state === undefined ? '' : page.state === 'waiting' ? `and state = 'waiting'` : `and state <> 'waiting'`;
  return await tx.rows<Approval>(
    `select ${COLUMNS} from approvals where tenant_id = $1 and livemode = $2 ${which}
        and ($3::timestamptz is null or (made_at, id) < ($3::timestamptz, $4::uuid))
      order by made_at desc, id desc limit $5`,
    [tx.tenantId, livemode, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
}

type Word = Readonly<{
  says: 'yes' | 'no';
  by: string;
  /** What its giver saw, and what stands there now. */
  hash: string;
  now: string;
  note: string | undefined;
  at: Temporal.Instant;
}>;

/**
 * Takes a word in and returns what has come of it. Whoever calls holds what it is about. Throws `approval.own`, `approval.changed`,
 * `approval.twice`, `approval.decided`.
 */
export async function giveWord(tx: TenantTx, id: string, word: Word): Promise<ApprovalState> {
  const it = await tx.one<Approval>(
    `select ${COLUMNS} from approvals where tenant_id = $1 and id = $2 for no key update`,
    [tx.tenantId, id],
  );
  const isOver = Temporal.Instant.compare(it.expires_at, word.at) <= 0;
  if (it.state !== 'waiting' || isOver)
    throw new DaozhangError('approval.decided', {
      state: APPROVAL_STATES[it.state === 'waiting' ? 'expired' : it.state],
    });
  const words = await votesOn(tx, [id]);
  const personOf = await personsBehind(tx, [it.made_by, word.by, ...words.map((w) => w.voter)]);
  const [maker, person] = [personOf(it.made_by), personOf(word.by)];
  if (person === maker) throw new DaozhangError('approval.own', {});
  if (word.hash !== it.hash || word.now !== it.hash) throw new DaozhangError('approval.changed', {});
  const mine = await tx.run(
    `insert into approval_votes (tenant_id, approval_id, made_by, hash, voter, says, note, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [tx.tenantId, id, it.made_by, word.hash, word.by, word.says, word.note ?? null, word.at],
  );
  if (mine === 0 || words.some((w) => personOf(w.voter) === person)) throw new DaozhangError('approval.twice', {});
  if (word.says === 'no') return await decide(tx, id, 'rejected', word.at);
  // Of those who may check now: whoever may no more, meanwhile, does not count.
  const yes = await tx.rows<{ voter: string }>(
    `select v.voter from approval_votes v where v.tenant_id = $1 and v.approval_id = $2 and v.says = 'yes'
        and (exists (select from users u where u.tenant_id = $1 and 'session:' || u.id = v.voter and ${MAY_APPROVE})
          or exists (select from api_keys k where k.tenant_id = $1 and 'key:' || k.id = v.voter and k.revoked_at is null
                        and 'approve' = any(k.scopes)))`,
    [tx.tenantId, id],
  );
  // Words that were given before makers were kept count by person too.
  const agreed = new Set(yes.map((v) => personOf(v.voter)).filter((one) => one !== maker));
  return agreed.size >= it.needs ? await decide(tx, id, 'approved', word.at) : 'waiting';
}

async function decide(
  tx: TenantTx,
  id: string,
  state: Exclude<ApprovalState, 'waiting'>,
  at: Temporal.Instant,
): Promise<ApprovalState> {
  await tx.run(
    `update approvals set state = $3, decided_at = $4 where tenant_id = $1 and id = $2 and state = 'waiting'`,
    [tx.tenantId, id, state, at],
  );
  return state;
}

/** What it was about is over: nothing is left to agree to. */
export async function endApproval(
  tx: TenantTx,
  subjectId: string,
  state: 'withdrawn' | 'expired',
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `update approvals set state = $3, decided_at = $4 where tenant_id = $1 and subject_id = $2 and state = 'waiting'`,
    [tx.tenantId, subjectId, state, at],
  );
}

/** Who may check what this one asks for. */
export async function othersWhoMay(
  tx: TenantTx,
  actor: string,
): Promise<ReadonlyArray<Readonly<{ id: string; name: string }>>> {
  const personOf = await personsBehind(tx, [actor]);
  return await tx.rows(
    `select id, name from users where tenant_id = $1 and ${MAY_APPROVE} and 'session:' || id <> $2 order by name, id limit 50`,
    [tx.tenantId, personOf(actor)],
  );
}
