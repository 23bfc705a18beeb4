/**
 * Sends refunds of ours, and asks what became of them. First the intent is stored, then the channel is called; what it answers is an
 * observation and enters by the front door, and the row follows the trace.
 *
 * I8: a call without an answer is asked about, never repeated blindly: it is sent again only after the channel has said that it knows no such
 * refund, under the same number. F03: a process that dies between the intent and the answer leaves `sent`, and the next one asks. `done` is the
 * channel's word, from an answer, a notification or a bill; a refusal counts only of a call before which nothing was uncertain.
 */
import { DaozhangError, told } from '../base/errors.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import type { Answer, Ask } from '../channels/channel.ts';
import { askKnowingKeys } from '../channels/keys.ts';
import { needsOrder } from '../channels/ladders.ts';
import { REFUND_LIMITS } from '../channels/refund-limits.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Refund } from '../traces/fold.ts';
import type { Payment } from '../traces/payment.ts';
import { traceOf } from '../traces/trace-json.ts';
import { openCase } from './cases.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import { noteAnswer, noteFailure, takeTurns } from './health.ts';
import { type Asking, askOf, takeAboutRefund } from './inquire.ts';
import {
  askedAgain,
  endUnsent,
  lockRefund,
  type Making,
  moveOn,
  REFUND_REASONS,
  type RefundRow,
} from './refund-book.ts';
import { refusalOf, wordOn } from './refund-room.ts';

/** Twice the lanes, and two calls each: even where every call takes its whole time, the lease outlasts them. */
const EACH = 20;
const AT_ONCE = 10;
const LEASE_MS = 120_000;
const AGAIN_SECONDS = 10;
const AGAIN_MOST_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
/** From then on a person should know that it is not known what became of it. */
const CASE_AFTER_SECONDS = 1_800;

export type Refunding = Asking & Making;

export async function refundDue(on: Refunding): Promise<number> {
  return await workDue(on.book, 'refund', EACH, LEASE_MS, async (tenantId, ids) => {
    await eachAtOnce(ids, AT_ONCE, (id) => refundOne(on, tenantId, id));
    return ids.length;
  });
}

type Errand = Readonly<{ call: 'send' | 'ask'; r: RefundRow; payment: Payment; open: OpenAccount; asked: Ask }>;

async function refundOne(on: Refunding, tenantId: string, id: string): Promise<void> {
  const errand = await on.book.tenant(tenantId, (tx) => next(tx, on, id));
  if (errand === undefined) return;
  const answer = await called(on, tenantId, errand);
  await on.book.tenant(tenantId, (tx) => hear(tx, on, errand, answer));
}

/** What is to be called now, its intent stored; everything else about it is done here. */
async function next(tx: TenantTx, on: Refunding, id: string): Promise<Errand | undefined> {
  const { payment, r } = await lockRefund(tx, id);
  const followed = await followTrace(tx, on, payment, r, undefined);
  const open = await on.accounts.get(tx, r.account_id);
  switch (followed.state) {
    case 'waiting':
      return await wait(tx, on, payment, followed);
    case 'ready':
      return await send(tx, on, payment, open, followed);
    case 'sent':
    case 'asking':
      return await question(tx, on, payment, open, followed);
    case 'at_channel':
      // The others are asked about with their payment (`schedule.ts`): here it takes the time at which it was sent.
      if (needsOrder(open.account.provider)) return await question(tx, on, payment, open, followed);
      await clearDue(tx, 'refund', [id]);
      return undefined;
    default:
      await clearDue(tx, 'refund', [id]);
      return undefined;
  }
}

async function wait(tx: TenantTx, on: Refunding, payment: Payment, r: RefundRow): Promise<undefined> {
  const { expires_at: end } = await tx.one<{ expires_at: Temporal.Instant }>(
    'select expires_at from approvals where tenant_id = $1 and subject_id = $2',
    [tx.tenantId, r.id],
  );
  if (Temporal.Instant.compare(end, on.pace.now()) <= 0) await endUnsent(tx, on, r, { code: 'expired' });
  else if (await isPossible(tx, on, payment, r))
    await setDue(tx, [{ kind: 'refund', id: r.id, inMs: on.pace.msUntil(end) }]);
  return undefined;
}

/** False: it was possible when it was asked for, and is no more; then it is over. */
async function isPossible(tx: TenantTx, on: Refunding, payment: Payment, r: RefundRow): Promise<boolean> {
  const asked = await askedAgain(tx, on, payment, r);
  const why = asked === undefined ? undefined : refusalOf(asked, r.amount_minor);
  // A paused account may go on.
  if (asked !== undefined && (why === undefined || why.code === 'refund.paused')) return true;
  const { en, zh } = told(why ?? new DaozhangError('refund.not_paid', {})).says;
  await endUnsent(tx, on, r, { code: 'not_possible', detail: `${en} / ${zh}` });
  return false;
}

async function send(
  tx: TenantTx,
  on: Refunding,
  payment: Payment,
  open: OpenAccount,
  r: RefundRow,
): Promise<Errand | undefined> {
  // One that was sent once is not taken back by us: the channel may have it.
  if (r.sent === 0 && !(await isPossible(tx, on, payment, r))) return undefined;
  if (open.state === 'paused') return await later(tx, on, r, AGAIN_MOST_SECONDS);
  const turns = await takeTurns(tx, open, 1);
  if (turns.granted === 0) {
    await setDue(tx, [{ kind: 'refund', id: r.id, inMs: turns.waitMs }]);
    return undefined;
  }
  const moved = await moveOn(tx, on, r, 'sent', { kind: 'sent', code: r.code ?? undefined });
  return { call: 'send', r: await count(tx, on, moved, 'sent'), payment, open, asked: await askOf(tx, payment) };
}

/** How often it was called, and when first: part of its name at some channels, and so the same each time. */
async function count(tx: TenantTx, on: Refunding, r: RefundRow, what: 'sent' | 'asked'): Promise<RefundRow> {
  const at = on.pace.now().round({ smallestUnit: 'millisecond', roundingMode: 'floor' });
  await tx.run(
    `update refunds set ${what} = ${what} + 1, asked_at = coalesce(asked_at, $3), updated_at = now() where tenant_id = $1 and id = $2`,
    [tx.tenantId, r.id, at],
  );
  return { ...r, [what]: r[what] + 1, asked_at: r.asked_at ?? at };
}

async function question(
  tx: TenantTx,
  on: Refunding,
  payment: Payment,
  open: OpenAccount,
  r: RefundRow,
): Promise<Errand | undefined> {
  const age = r.asked_at === null ? 0 : r.asked_at.until(on.pace.now()).total('seconds');
  const isUncertain = r.state !== 'at_channel';
  if (isUncertain && age > CASE_AFTER_SECONDS) await openCase(tx, 'refund_uncertain', { kind: 'refund', id: r.id });
  if (open.state === 'paused') return await later(tx, on, r, AGAIN_MOST_SECONDS);
  const asked = await askOf(tx, payment);
  if (open.channel.capabilities.inquire_refund === true) {
    const turns = await takeTurns(tx, open, 1);
    if (turns.granted > 0) return { call: 'ask', r: await count(tx, on, r, 'asked'), payment, open, asked };
    await setDue(tx, [{ kind: 'refund', id: r.id, inMs: turns.waitMs }]);
    return undefined;
  }
  if (isUncertain && age < (REFUND_LIMITS[open.account.provider].sameAnswerDays ?? 0) * DAY_SECONDS)
    return { call: 'send', r: await count(tx, on, r, 'asked'), payment, open, asked };
  // Nobody can ask: its notification, its bill or a person tells.
  if (isUncertain) await openCase(tx, 'refund_uncertain', { kind: 'refund', id: r.id });
  return await later(tx, on, r, DAY_SECONDS);
}

async function later(tx: TenantTx, on: Refunding, r: RefundRow, seconds: number): Promise<undefined> {
  const at = on.pace.now().add({ milliseconds: Math.ceil(seconds * 1_000 * (1 + on.pace.jitter() / 10)) });
  await setDue(tx, [{ kind: 'refund', id: r.id, inMs: on.pace.msUntil(at) }]);
}

/** Gaps grow from ten seconds to an hour while it is uncertain, with its age while the channel is at work. */
function gapOf(on: Refunding, r: RefundRow): number {
  const age = r.asked_at === null ? 0 : r.asked_at.until(on.pace.now()).total('seconds');
  if (r.state === 'at_channel') return Math.min(DAY_SECONDS, Math.max(60, age / 10));
  return Math.min(AGAIN_MOST_SECONDS, AGAIN_SECONDS * 2 ** Math.min(r.asked, 10));
}

async function called(on: Refunding, tenantId: string, { call, r, payment, open, asked }: Errand): Promise<Answer> {
  const name = {
    refundRef: r.ref,
    paymentRef: payment.ref,
    channelTrade: asked.channelTrade,
    askedAt: r.asked_at ?? undefined,
  };
  const silent = (error: Error): Answer => ({ outcome: 'unknown', detail: error.message });
  if (call === 'ask')
    return await askKnowingKeys(on, tenantId, open, (current) =>
      current.channel.inquireRefund(name, current.account, current.keys, on.io).catch(silent),
    );
  // Not even for a key that is new to us: what was sent once is asked about.
  return await open.channel
    .refund(
      {
        ...name,
        placedAt: asked.placedAt,
        refundMinor: r.amount_minor,
        totalMinor: payment.capturedMinor,
        currency: r.currency,
        reason: REFUND_REASONS[r.reason].zh,
      },
      open.account,
      open.keys,
      on.io,
    )
    .catch(silent);
}

async function hear(tx: TenantTx, on: Refunding, errand: Errand, answer: Answer): Promise<void> {
  const { call, open } = errand;
  // The payment is held before the account's health, as whoever asks about it does.
  const held = await lockRefund(tx, errand.r.id);
  if (answer.outcome !== 'answered') {
    const restMs = await noteFailure(tx, open.account.id, answer);
    const now = await followTrace(tx, on, held.payment, held.r, undefined);
    if (now.state === 'sent' || now.state === 'asking') await unheard(tx, on, errand, now, answer, restMs);
    else if (now.state === 'at_channel') await later(tx, on, now, gapOf(on, now));
    return;
  }
  await noteAnswer(tx, open.account.id, answer.raw, on.pace.now());
  const messageId =
    answer.observed.length === 0 ? undefined : await takeAboutRefund(tx, on, open, held.payment, answer);
  const { payment, r } = await lockRefund(tx, errand.r.id);
  const named = await nameAtChannel(tx, r, answer.observed);
  const now = await followTrace(tx, on, payment, named, messageId);
  if (now.state !== 'sent' && now.state !== 'asking') {
    if (now.state === 'at_channel' && needsOrder(open.account.provider)) await later(tx, on, now, gapOf(on, now));
    return;
  }
  const isNotThere = call === 'ask' && answer.observed.length === 0;
  if (!isNotThere) return await uncertain(tx, on, now, 'the answer does not tell');
  // It was refused the last time, and is not there.
  if (now.code !== null) return void (await refuse(tx, on, now, now.code, now.detail ?? ''));
  await moveOn(tx, on, now, 'ready', { kind: 'not_there' });
  await later(tx, on, now, AGAIN_SECONDS);
}

/** Nothing was heard of it, or that it was refused. */
async function unheard(
  tx: TenantTx,
  on: Refunding,
  { call, open }: Errand,
  r: RefundRow,
  answer: Exclude<Answer, { outcome: 'answered' }>,
  restMs: number,
): Promise<void> {
  // Too fast is later, and not that nothing was done.
  if (answer.outcome === 'limited')
    return await uncertain(tx, on, r, 'too fast', Math.max(AGAIN_SECONDS, (answer.retryAfterMs ?? 0) / 1_000));
  if (answer.outcome === 'refused' && call === 'send') {
    // The first, or one that is answered as the first was.
    const isFirst = r.sent === 1 && r.asked === 0;
    const isLast = isFirst || open.channel.capabilities.inquire_refund !== true;
    if (isLast) return void (await refuse(tx, on, r, answer.code, answer.detail));
    // An earlier one may have come through: that is asked before the refusal is believed.
    return await uncertain(tx, on, r, answer.detail, AGAIN_SECONDS, answer.code);
  }
  await uncertain(tx, on, r, answer.detail, restMs / 1_000);
}

async function uncertain(
  tx: TenantTx,
  on: Refunding,
  r: RefundRow,
  detail: string,
  atLeastSeconds = 0,
  code = r.code ?? undefined,
): Promise<void> {
  const isNew = r.state !== 'asking' || code !== (r.code ?? undefined);
  const now = isNew ? await moveOn(tx, on, r, 'asking', { kind: 'uncertain', note: detail, code }) : r;
  await later(tx, on, now, Math.max(atLeastSeconds, gapOf(on, now)));
}

async function refuse(
  tx: TenantTx,
  on: Refunding,
  r: RefundRow,
  code: string,
  detail: string,
  messageId?: string,
): Promise<RefundRow> {
  await openCase(tx, 'refund_refused', { kind: 'refund', id: r.id }, `${code}: ${detail}`.slice(0, 500));
  return await moveOn(tx, on, r, 'refused', { kind: 'refused', code, note: detail, messageId });
}

/** The channel's own number of it, where the answer tells one. */
async function nameAtChannel(
  tx: TenantTx,
  r: RefundRow,
  observed: Extract<Answer, { outcome: 'answered' }>['observed'],
): Promise<RefundRow> {
  const told = observed.find((o) => o.kind === 'refund')?.refs.find((ref) => ref.kind === 'channel_refund')?.value;
  if (told === undefined || r.channel_ref !== null) return r;
  await tx.run('update refunds set channel_ref = $3 where tenant_id = $1 and id = $2', [tx.tenantId, r.id, told]);
  return { ...r, channel_ref: told };
}

/** The row as the trace has it: what was said meanwhile by whoever said it. */
async function followTrace(
  tx: TenantTx,
  on: Refunding,
  payment: Payment,
  r: RefundRow,
  messageId: string | undefined,
): Promise<RefundRow> {
  const trace = traceOf(payment.trace);
  const word = trace === undefined || r.sent === 0 ? undefined : wordOn(trace, r);
  if (word === undefined) return r;
  const heard = messageId ?? (await messageOf(tx, word));
  switch (word.state) {
    case 'succeeded':
      return r.state === 'done' ? r : await moveOn(tx, on, r, 'done', { kind: 'done', messageId: heard });
    case 'processing':
      return r.state === 'at_channel'
        ? r
        : await moveOn(tx, on, r, 'at_channel', { kind: 'accepted', messageId: heard });
    default:
      return r.state === 'refused' ? r : await refuse(tx, on, r, word.state, ENDED[word.state], heard);
  }
}
const ENDED = {
  closed: 'the channel ended it without giving anything back / 渠道已关闭该退款,未退出款项',
  abnormal: "the customer's bank did not take it / 顾客银行退回",
} as const;

/** The stored bytes of what was last said about it. */
async function messageOf(tx: TenantTx, word: Refund): Promise<string | undefined> {
  const last = word.observations.at(-1);
  if (last === undefined) return undefined;
  const row = await tx.maybe<{ message_id: string | null }>(
    'select message_id from observations where tenant_id = $1 and id = $2',
    [tx.tenantId, last],
  );
  return row?.message_id ?? undefined;
}
