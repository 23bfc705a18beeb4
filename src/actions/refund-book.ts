/**
 * Refunds of ours as the book keeps them: asked for, agreed to, cancelled, moved on. Calls nobody; `refund.ts` does, after the intent is
 * stored here.
 *
 * I8: a refund is added under the lock of its payment and numbered after those before it, so that whoever adds one has seen all the others;
 * the account's row is held behind it, for what an account gives back a day. I9: `approvals/`. Locks are taken in this order: payment, account,
 * refund, approval.
 */
import { othersFor } from '../approvals/policy.ts';
import { APPROVAL_STATES, askForApproval, endApproval, giveWord } from '../approvals/store.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId, sha256 } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';
import { decimalText, type Money, money } from '../base/money.ts';
import { CHINA } from '../base/time.ts';
import type { Accounts } from '../channels/accounts.ts';
import type { Policies } from '../channels/policies.ts';
import type { TenantTx } from '../db/pool.ts';
import { PAYMENT_COLUMNS, type Payment, type PaymentRow, paymentOf } from '../traces/payment.ts';
import { traceOf } from '../traces/trace-json.ts';
import { closeCases } from './cases.ts';
import { clearDue, setDue } from './due.ts';
import { appendEvents } from './events.ts';
import type { Pace } from './pace.ts';
import { type Asked, askedFor, CAME_TO_NOTHING, refusalOf, roomOf } from './refund-room.ts';

export const REFUND_STATES = {
  waiting: { en: 'waiting for approval', zh: '待审批' },
  ready: { en: 'ready', zh: '待发送' },
  sent: { en: 'sent', zh: '已发送' },
  asking: { en: 'being asked about', zh: '查询中' },
  at_channel: { en: 'at the channel', zh: '渠道处理中' },
  done: { en: 'done', zh: '已退款' },
  refused: { en: 'refused by the channel', zh: '渠道拒绝' },
  rejected: { en: 'rejected', zh: '已驳回' },
  cancelled: { en: 'cancelled', zh: '已取消' },
} as const satisfies Record<string, Text>;
export type RefundOwnState = keyof typeof REFUND_STATES;

export const REFUND_REASONS = {
  customer_request: { en: 'the customer asked for it', zh: '顾客要求' },
  duplicate: { en: 'paid twice', zh: '重复付款' },
  overpaid: { en: 'paid too much', zh: '多付' },
  paid_after_close: { en: 'paid after the order was closed', zh: '关单后付款' },
  not_delivered: { en: 'not delivered', zh: '未交付' },
  fraud: { en: 'fraud', zh: '欺诈' },
  other: { en: 'another reason', zh: '其他' },
} as const satisfies Record<string, Text>;
export type RefundReason = keyof typeof REFUND_REASONS;

/** What happened to it, in order. `by` is a person or key where one did it. */
export const REFUND_STEPS = {
  made: { en: 'asked for', zh: '申请' },
  approved: { en: 'agreed to', zh: '同意' },
  rejected: { en: 'rejected', zh: '驳回' },
  cancelled: { en: 'cancelled', zh: '取消' },
  sent: { en: 'sent to the channel', zh: '发送到渠道' },
  uncertain: { en: 'no answer: asked about, not sent again', zh: '未收到答复:改为查询,不重发' },
  not_there: { en: 'the channel knows no such refund', zh: '渠道没有这笔退款' },
  accepted: { en: 'the channel is at work', zh: '渠道已受理' },
  done: { en: 'the channel gave it back', zh: '渠道已退款' },
  refused: { en: 'the channel refused it', zh: '渠道拒绝' },
} as const satisfies Record<string, Text>;
export type RefundStep = keyof typeof REFUND_STEPS;

export type RefundRow = Readonly<{
  id: string;
  livemode: boolean;
  payment_id: string;
  account_id: string;
  n: number;
  ref: string;
  channel_ref: string | null;
  amount_minor: bigint;
  currency: string;
  reason: RefundReason;
  note: string | null;
  made_by: string;
  made_at: Temporal.Instant;
  policy_version: number;
  state: RefundOwnState;
  asked_at: Temporal.Instant | null;
  sent: number;
  asked: number;
  code: string | null;
  detail: string | null;
  ended_at: Temporal.Instant | null;
}>;
export const REFUND_COLUMNS = `id, livemode, payment_id, account_id, n, ref, channel_ref, amount_minor, currency, reason, note, made_by,
  made_at, policy_version, state, asked_at, sent, asked, code, detail, ended_at`;

export type Making = Readonly<{ accounts: Accounts; policies: Policies; pace: Pace }>;

/** Who asked where nobody did: the policy. */
export const BY_POLICY = 'policy';

/** What an approval is bound to. */
export function hashOf(r: RefundRow): string {
  const parts = [
    r.id,
    r.payment_id,
    r.account_id,
    r.livemode,
    r.ref,
    r.amount_minor,
    r.currency,
    r.reason,
    r.note ?? '',
  ];
  return sha256([...parts, r.policy_version, r.made_by].map(String).join('\u001f'));
}

export async function refundsOf(tx: TenantTx, paymentId: string): Promise<readonly RefundRow[]> {
  return await tx.rows<RefundRow>(
    `select ${REFUND_COLUMNS} from refunds where tenant_id = $1 and payment_id = $2 order by n`,
    [tx.tenantId, paymentId],
  );
}

export async function lockPayment(tx: TenantTx, livemode: boolean, id: string): Promise<Payment | undefined> {
  const row = await tx.maybe<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and livemode = $2 and id = $3 for update`,
    [tx.tenantId, livemode, id],
  );
  return row === undefined ? undefined : paymentOf(row);
}

const NOTHING = [...CAME_TO_NOTHING];
const dayOf = (at: Temporal.Instant): Temporal.PlainDate => at.toZonedDateTimeISO(CHINA).toPlainDate();

/** Everything that decides whether it can be given back, but the amount. `except` is the refund that is looked at. */
export async function askedAbout(
  tx: TenantTx,
  on: Making,
  payment: Payment,
  except?: Readonly<{ id: string; day: Temporal.PlainDate }>,
): Promise<Asked | undefined> {
  const trace = traceOf(payment.trace);
  if (trace === undefined) return undefined;
  const now = on.pace.now();
  const ours = (await refundsOf(tx, payment.id)).filter((r) => r.id !== except?.id);
  const { today } = await tx.one<{ today: bigint }>(
    `select coalesce(sum(amount_minor), 0)::bigint as today from refunds
      where tenant_id = $1 and account_id = $2 and made_on = $3 and currency = $4 and id is distinct from $5 and state <> all($6)`,
    [tx.tenantId, payment.accountId, except?.day ?? dayOf(now), payment.currency ?? '', except?.id ?? null, NOTHING],
  );
  const plain = await on.accounts.plain(tx, payment.accountId);
  const { policy } = await on.policies.inForce(tx, true);
  return { trace, ours, plain, policy, now, today };
}

/** As `askedAbout` for one that is there. */
export const askedAgain = (tx: TenantTx, on: Making, payment: Payment, r: RefundRow): Promise<Asked | undefined> =>
  askedAbout(tx, on, payment, { id: r.id, day: dayOf(r.made_at) });

type Wanted = Readonly<{
  livemode: boolean;
  paymentId: string;
  /** Undefined: all that is left. */
  amount: Money | undefined;
  reason: RefundReason;
  note?: string | undefined;
  by: string;
}>;

/** Undefined where there is no such payment. Throws `refund.*`. */
export async function makeRefund(tx: TenantTx, on: Making, wanted: Wanted): Promise<RefundRow | undefined> {
  const payment = await lockPayment(tx, wanted.livemode, wanted.paymentId);
  if (payment === undefined) return undefined;
  // Other payments of the account count towards its day.
  await tx.run('select from accounts where tenant_id = $1 and id = $2 for no key update', [
    tx.tenantId,
    payment.accountId,
  ]);
  const asked = await askedAbout(tx, on, payment);
  if (asked?.trace.captured === undefined) throw new DaozhangError('refund.not_paid', {});
  const { currency } = asked.trace.captured;
  if (wanted.amount !== undefined && wanted.amount.currency !== currency)
    throw new DaozhangError('refund.wrong_currency', { currency });
  if (wanted.amount !== undefined && wanted.amount.minor <= 0n) throw new DaozhangError('refund.nothing', {});
  const minor = wanted.amount?.minor ?? roomOf(asked.trace, asked.ours, asked.plain);
  const refusal = refusalOf(asked, minor > 0n ? minor : undefined);
  if (refusal !== undefined) throw refusal;
  return await insert(tx, on, payment, asked, { ...wanted, amount: money(minor, currency) });
}

async function insert(
  tx: TenantTx,
  on: Making,
  payment: Payment,
  asked: Asked,
  wanted: Wanted & Readonly<{ amount: Money }>,
): Promise<RefundRow> {
  const { version, policy } = await on.policies.inForce(tx);
  const others = othersFor(policy, wanted.amount, askedFor(asked.ours));
  const id = newId();
  // The book keeps microseconds.
  const now = asked.now.round({ smallestUnit: 'millisecond', roundingMode: 'floor' });
  const made = await tx.maybe<RefundRow>(
    `insert into refunds (tenant_id, id, livemode, payment_id, account_id, n, ref, amount_minor, currency, reason, note, made_by, made_at,
       made_on, policy_version, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     on conflict do nothing returning ${REFUND_COLUMNS}`,
    [
      tx.tenantId,
      id,
      payment.livemode,
      payment.id,
      payment.accountId,
      1 + Math.max(0, ...asked.ours.map((r) => r.n)),
      // Letters and digits, as many as the strictest channel takes.
      id.replaceAll('-', ''),
      wanted.amount.minor,
      wanted.amount.currency,
      wanted.reason,
      wanted.note ?? null,
      wanted.by,
      now,
      dayOf(now),
      version,
      others === 0 ? 'ready' : 'waiting',
    ],
  );
  if (made === undefined) throw new DaozhangError('refund.changed', {});
  await addStep(tx, made.id, { kind: 'made', by: wanted.by, note: wanted.note, at: now });
  let wakeMs = 0;
  if (others > 0) {
    const approval = await askForApproval(tx, {
      livemode: made.livemode,
      kind: 'refund',
      subject_id: made.id,
      hash: hashOf(made),
      needs: others,
      made_by: wanted.by,
      made_at: now,
    });
    wakeMs = on.pace.msUntil(approval.expires_at);
  }
  await setDue(tx, [{ kind: 'refund', id: made.id, inMs: wakeMs }]);
  await tell(tx, made);
  return made;
}

type Word = Readonly<{ says: 'yes' | 'no'; by: string; hash: string; note?: string | undefined }>;

/** Somebody agrees, or does not. Throws `approval.*`. */
export async function decideRefund(
  tx: TenantTx,
  on: Making,
  approvalId: string,
  id: string,
  word: Word,
): Promise<void> {
  const { r } = await lockRefund(tx, id);
  const at = on.pace.now().round({ smallestUnit: 'millisecond', roundingMode: 'floor' });
  if (r.state !== 'waiting') throw new DaozhangError('approval.decided', { state: APPROVAL_STATES.withdrawn });
  // Of the row as it is: one that was edited does not have the hash that was approved.
  const state = await giveWord(tx, approvalId, { ...word, now: hashOf(r), note: word.note, at });
  const kind = word.says === 'yes' ? 'approved' : 'rejected';
  if (state === 'waiting') return await addStep(tx, r.id, { kind, by: word.by, note: word.note, at });
  await moveOn(tx, on, r, state === 'approved' ? 'ready' : 'rejected', { kind, by: word.by, note: word.note });
  if (state === 'approved') await setDue(tx, [{ kind: 'refund', id: r.id, inMs: 0 }]);
}

/** Only what was not sent. Throws `refund.wrong_step`. */
export async function cancelRefund(tx: TenantTx, on: Making, id: string, by: string): Promise<void> {
  const { r } = await lockRefund(tx, id);
  const isSent = r.sent > 0 || (r.state !== 'waiting' && r.state !== 'ready');
  if (isSent) throw new DaozhangError('refund.wrong_step', { state: REFUND_STATES[r.state] });
  await endUnsent(tx, on, r, { code: 'cancelled', by });
}

/** What was never sent, and will not be: cancelled by a person, expired, or not possible any more. */
export async function endUnsent(
  tx: TenantTx,
  on: Pick<Making, 'pace'>,
  r: RefundRow,
  why: Readonly<{ code: string; detail?: string; by?: string }>,
): Promise<void> {
  await endApproval(tx, r.id, why.code === 'expired' ? 'expired' : 'withdrawn', on.pace.now());
  await moveOn(tx, on, r, 'cancelled', { kind: 'cancelled', by: why.by, code: why.code, note: why.detail });
}

/** The payment first, then the refund: the order of everybody who holds both. */
export async function lockRefund(tx: TenantTx, id: string): Promise<Readonly<{ payment: Payment; r: RefundRow }>> {
  const at = await tx.one<{ payment_id: string; livemode: boolean }>(
    'select payment_id, livemode from refunds where tenant_id = $1 and id = $2',
    [tx.tenantId, id],
  );
  const payment = await lockPayment(tx, at.livemode, at.payment_id);
  const r = await tx.one<RefundRow>(
    `select ${REFUND_COLUMNS} from refunds where tenant_id = $1 and id = $2 for no key update`,
    [tx.tenantId, id],
  );
  return { payment: payment!, r };
}

const ENDS: ReadonlySet<RefundOwnState> = new Set(['done', 'refused', 'rejected', 'cancelled']);
type Step = Readonly<{
  kind: RefundStep;
  by?: string | undefined;
  note?: string | undefined;
  code?: string | undefined;
  messageId?: string | undefined;
}>;

/** Another state, its step and its event; ended, nothing of it is due any more. */
export async function moveOn(
  tx: TenantTx,
  on: Pick<Making, 'pace'>,
  r: RefundRow,
  state: RefundOwnState,
  step: Step,
): Promise<RefundRow> {
  const at = on.pace.now().round({ smallestUnit: 'millisecond', roundingMode: 'floor' });
  const isOver = ENDS.has(state);
  const after = await tx.maybe<RefundRow>(
    `update refunds set state = $4, code = $5, detail = $6, ended_at = $7, updated_at = now()
      where tenant_id = $1 and id = $2 and state = $3 returning ${REFUND_COLUMNS}`,
    [
      tx.tenantId,
      r.id,
      r.state,
      state,
      step.code ?? null,
      isOver || step.code !== undefined ? (step.note?.slice(0, 500) ?? null) : null,
      isOver ? at : null,
    ],
  );
  if (after === undefined) throw new Error(`refund ${r.id} is not ${r.state} any more, and was held`);
  await addStep(tx, r.id, { ...step, at });
  if (isOver) await clearDue(tx, 'refund', [r.id]);
  if (state === 'done') await closeCases(tx, [r.id], []);
  // That it is being sent is over before anybody could read it.
  if (state !== 'sent') await tell(tx, after);
  return after;
}

async function addStep(tx: TenantTx, id: string, step: Step & Readonly<{ at: Temporal.Instant }>): Promise<void> {
  await tx.run(
    `insert into refund_steps (tenant_id, refund_id, n, kind, made_by, note, code, message_id, at)
     values ($1, $2, 1 + coalesce((select max(n) from refund_steps where tenant_id = $1 and refund_id = $2), 0), $3, $4, $5, $6, $7, $8)`,
    [
      tx.tenantId,
      id,
      step.kind,
      step.by ?? null,
      step.note?.slice(0, 1_000) ?? null,
      step.code ?? null,
      step.messageId ?? null,
      step.at,
    ],
  );
}

export type RefundStepRow = Readonly<{
  kind: RefundStep;
  made_by: string | null;
  note: string | null;
  code: string | null;
  message_id: string | null;
  at: Temporal.Instant;
}>;
export const stepsOf = (tx: TenantTx, id: string): Promise<readonly RefundStepRow[]> =>
  tx.rows<RefundStepRow>(
    'select kind, made_by, note, code, message_id, at from refund_steps where tenant_id = $1 and refund_id = $2 order by n',
    [tx.tenantId, id],
  );

/** As the feed and the webhooks tell it; the API adds names. */
export const refundView = (r: RefundRow) => ({
  id: r.id,
  livemode: r.livemode,
  payment_id: r.payment_id,
  account_id: r.account_id,
  refund_ref: r.ref,
  amount: { amount: decimalText(r.amount_minor, r.currency), currency: r.currency },
  reason: r.reason,
  state: r.state,
  made_by: r.made_by,
  made_at: r.made_at.toString(),
  ...(r.channel_ref === null ? {} : { channel_ref: r.channel_ref }),
  ...(r.note === null ? {} : { note: r.note }),
  ...(r.code === null ? {} : { code: r.code }),
  ...(r.detail === null ? {} : { detail: r.detail }),
  ...(r.ended_at === null ? {} : { ended_at: r.ended_at.toString() }),
});

/** The event's type is the state it came to. */
const tell = (tx: TenantTx, r: RefundRow): Promise<void> =>
  appendEvents(tx, [
    { type: `refund.${r.state}`, livemode: r.livemode, paymentId: r.payment_id, body: { refund: refundView(r) } },
  ]);

/**
 * Refunds of ours of these payments are looked at again: the channel said something, or the money went another way. Not those that are being
 * sent: whoever sends them looks when it has heard, and keeps its lease.
 */
export async function wakeRefunds(tx: TenantTx, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return;
  const rows = await tx.rows<{ id: string }>(
    `select id from refunds where tenant_id = $1 and payment_id = any($2) and state not in ('sent', 'rejected', 'cancelled')`,
    [tx.tenantId, [...paymentIds]],
  );
  await setDue(
    tx,
    rows.map(({ id }) => ({ kind: 'refund', id, inMs: 0 })),
  );
}
