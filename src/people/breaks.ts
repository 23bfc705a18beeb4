/**
 * What people do about a difference: taken, noted, explained, confirmed, reopened. Steps are never edited; how a difference stands is what its
 * last step came to. It is known by its hash, so the work holds in every run that finds it again.
 *
 * A step follows the one its writer saw: of two at once the second is refused, and told what the first did. Who explained a difference above
 * the policy's limit does not confirm it (I9). May not: move money, or change what a reconciliation found; that is the ledger's and the run's.
 */
import { appendEvents } from '../actions/events.ts';
import { isOnePerson } from '../approvals/persons.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Text } from '../base/lang.ts';
import { decimalText, parseDecimal, rescale } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Explanation } from '../verdicts/catalogue.ts';
import type { Policy } from '../verdicts/policy.ts';
import { namesOf } from './names.ts';

export const WORK_STATES = {
  open: { en: 'open', zh: '待认领' },
  taken: { en: 'taken', zh: '已认领' },
  explained: { en: 'explained, not yet confirmed', zh: '已说明,待确认' },
  closed: { en: 'closed', zh: '已了结' },
} as const satisfies Record<string, Text>;
export type WorkState = keyof typeof WORK_STATES;

/** What each is called, and from which states it may be done; notes may always be made. */
export const WORK_STEPS = {
  taken: { says: { en: 'took it', zh: '认领' }, from: ['open', 'taken'] },
  noted: { says: { en: 'noted', zh: '备注' }, from: ['open', 'taken', 'explained', 'closed'] },
  explained: { says: { en: 'explained it', zh: '说明原因' }, from: ['open', 'taken'] },
  confirmed: { says: { en: 'confirmed the explanation', zh: '确认说明' }, from: ['explained'] },
  reopened: { says: { en: 'reopened it', zh: '重新打开' }, from: ['taken', 'explained', 'closed'] },
} as const satisfies Record<string, Readonly<{ says: Text; from: readonly WorkState[] }>>;
export type WorkStep = keyof typeof WORK_STEPS;

/** `actor` as the book records it: `session:…` of a member, `key:…`. */
export type Person = Readonly<{ actor: string; name: string }>;
export type Done = Readonly<{
  n: number;
  kind: WorkStep;
  by: Person;
  at: Temporal.Instant;
  holder?: Person | undefined;
  reason?: Explanation | undefined;
  note?: string | undefined;
}>;
/** `version` is the number of its last step; 0: nobody has done anything. */
export type Work = Readonly<{ version: number; state: WorkState; holder?: Person | undefined; steps: readonly Done[] }>;

type Row = Readonly<{
  n: number;
  kind: WorkStep;
  state: WorkState;
  holder: string | null;
  reason: Explanation | null;
  note: string | null;
  made_by: string;
  made_at: Temporal.Instant;
}>;

export async function workOn(tx: TenantTx, livemode: boolean, hash: string): Promise<Work> {
  const rows = await tx.rows<Row>(
    `select n, kind, state, holder, reason, note, made_by, made_at from break_steps
      where tenant_id = $1 and livemode = $2 and hash = $3 order by n`,
    [tx.tenantId, livemode, hash],
  );
  const people = await peopleOf(
    tx,
    rows.flatMap((r) => [r.made_by, r.holder]),
  );
  const last = rows.at(-1);
  return {
    version: last?.n ?? 0,
    state: last?.state ?? 'open',
    holder: people(last?.holder ?? null),
    steps: rows.map((r) => ({
      n: r.n,
      kind: r.kind,
      by: people(r.made_by)!,
      at: r.made_at,
      holder: people(r.holder),
      reason: r.reason ?? undefined,
      note: r.note ?? undefined,
    })),
  };
}

/** Whoever has no name any more goes by what the book has. */
export async function peopleOf(
  tx: TenantTx,
  actors: ReadonlyArray<string | null>,
): Promise<(actor: string | null) => Person | undefined> {
  const nameOf = await namesOf(tx, actors);
  return (actor) => (actor === null ? undefined : { actor, name: nameOf(actor) ?? actor });
}

export type NewStep = Readonly<{
  kind: WorkStep;
  /** The number of the last step that its writer saw. */
  after: number;
  by: string;
  /** Whom it is given to; whoever takes it, where it is not said. */
  to?: string | undefined;
  reason?: Explanation | undefined;
  note?: string | undefined;
}>;

/** Undefined where the book has no such difference. Throws `break.changed`, `break.wrong_step`, `break.own_explanation`, `break.no_such_person`. */
export async function doAbout(
  tx: TenantTx,
  livemode: boolean,
  hash: string,
  step: NewStep,
  policy: Policy,
): Promise<Work | undefined> {
  const found = await tx.maybe<{ amount: string; currency: string }>(
    `select amount::text as amount, currency from breaks where tenant_id = $1 and livemode = $2 and hash = $3
      order by reconciliation_id desc limit 1`,
    [tx.tenantId, livemode, hash],
  );
  if (found === undefined) return undefined;
  const seen = await workOn(tx, livemode, hash);
  if (seen.version !== step.after) throw changed(seen);
  const allowed: readonly WorkState[] = WORK_STEPS[step.kind].from;
  if (!allowed.includes(seen.state))
    throw new DaozhangError('break.wrong_step', { state: WORK_STATES[seen.state], step: WORK_STEPS[step.kind].says });
  const holder = await holderAfter(tx, seen, step);
  if (step.kind === 'confirmed') await needAnother(tx, seen, step.by);
  const made = await tx.run(
    `insert into break_steps (tenant_id, livemode, hash, n, kind, state, holder, reason, note, made_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    [
      tx.tenantId,
      livemode,
      hash,
      step.after + 1,
      step.kind,
      stateAfter(seen.state, step.kind, isSmall(found, policy)),
      holder,
      step.reason ?? null,
      step.note ?? null,
      step.by,
    ],
  );
  const now = await workOn(tx, livemode, hash);
  if (made === 0) throw changed(now);
  await appendEvents(tx, [
    {
      type: 'break.changed',
      livemode,
      body: { break: { hash, state: now.state, version: now.version, holder: now.holder, step: step.kind } },
    },
  ]);
  // After the feed's number is taken, behind which a run that finds it again waits, or is waited for.
  await tx.run(
    `update breaks set state = $4, version = $5, holder = $6 where tenant_id = $1 and livemode = $2 and hash = $3`,
    [tx.tenantId, livemode, hash, now.state, now.version, now.holder?.actor ?? null],
  );
  return now;
}

/** Does one person's explanation close it? */
export function isSmall({ amount, currency }: Readonly<{ amount: string; currency: string }>, policy: Policy): boolean {
  const limit = policy.explainAlone[currency];
  if (limit === undefined) return false;
  // Both at the finest scale that an amount is written at.
  const at = (text: string): bigint => rescale(parseDecimal(text)!, 18)!.value;
  return at(amount) <= at(decimalText(limit, currency));
}

function stateAfter(state: WorkState, kind: WorkStep, isAlone: boolean): WorkState {
  switch (kind) {
    case 'taken':
      return 'taken';
    case 'noted':
      return state;
    case 'explained':
      return isAlone ? 'closed' : 'explained';
    case 'confirmed':
      return 'closed';
    case 'reopened':
      return 'open';
  }
}

/** Members to whom work can be given; whoever may only look cannot do it. */
export const MAY_ACT = `state = 'active' and role <> 'viewer'`;

/** Who explains or notes does not take it; who reopens it leaves it to anybody. */
async function holderAfter(tx: TenantTx, seen: Work, { kind, by, to }: NewStep): Promise<string | null> {
  if (kind === 'reopened') return null;
  if (kind !== 'taken') return seen.holder?.actor ?? null;
  if (to === undefined) return by;
  const member = await tx.maybe(`select from users where tenant_id = $1 and id = $2 and ${MAY_ACT}`, [tx.tenantId, to]);
  if (member === undefined) throw new DaozhangError('break.no_such_person', {});
  return `session:${to}`;
}

async function needAnother(tx: TenantTx, seen: Work, by: string): Promise<void> {
  const explained = seen.steps.findLast((step) => step.kind === 'explained');
  if (explained !== undefined && (await isOnePerson(tx, explained.by.actor, by)))
    throw new DaozhangError('break.own_explanation', {});
}

function changed(now: Work): DaozhangError {
  const last = now.steps.at(-1);
  return new DaozhangError('break.changed', {
    who: last?.by.name ?? '',
    what: last === undefined ? WORK_STATES.open : WORK_STEPS[last.kind].says,
  });
}
