/** Where a payment finds its place on the ladders, and when looking ends (I11). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenAccount } from '../channels/accounts.ts';
import type { Payment } from '../traces/payment.ts';
import { look } from './schedule.ts';

const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');
const at = (seconds: number): Temporal.Instant => T0.add({ milliseconds: Math.trunc(seconds * 1_000) });
const WECHAT = {
  account: { provider: 'wechatpay', settings: {} },
  channel: { capabilities: { inquire_refund: true } },
  orderMode: 'required',
} as unknown as OpenAccount;
const STICKER = { ...WECHAT, orderMode: 'none' } as OpenAccount;

function payment(over: Partial<Payment> = {}): Payment {
  return {
    position: 'ordered',
    placedAt: T0,
    createdAt: T0,
    expiresAt: at(1_800),
    asked: 0,
    lastAskedAt: undefined,
    capturedAt: undefined,
    recordedAt: undefined,
    orderClosedAt: undefined,
    contradictions: [],
    product: undefined,
    trace: {},
    ...over,
  } as Payment;
}
const secondsUntil = (p: Payment, nowSeconds: number, open = WECHAT): number | undefined => {
  const { at: next } = look(p, open, at(nowSeconds), 0.5);
  return next === undefined ? undefined : at(nowSeconds).until(next).total('seconds');
};

test('while the customer can pay it is asked within a minute, always', () => {
  let p = payment();
  for (let now = 0; now < 1_800; ) {
    const wait = secondsUntil(p, now)!;
    assert.ok(wait > 0 && wait <= 56, `${wait} s at ${now}`);
    now += wait;
    p = payment({ asked: p.asked + 1, lastAskedAt: at(now) });
  }
});

test('after its end it is asked soon, and then slower and slower, never never', () => {
  let p = payment({ lastAskedAt: at(1_799), asked: 40 });
  let now = 1_801;
  const waits: number[] = [];
  for (let i = 0; i < 60; i += 1) {
    const wait = secondsUntil(p, now);
    assert.ok(wait !== undefined, 'looking never ends by time alone');
    waits.push(wait);
    now += Math.max(1, wait);
    p = payment({ asked: p.asked + 1, lastAskedAt: at(now) });
  }
  assert.ok(waits[0]! <= 15, `${waits[0]}`);
  assert.ok(waits.at(-1)! > 3_600 && waits.at(-1)! <= 86_400 * 1.1, `${waits.at(-1)}`);
});

test('in progress: within a minute at first, later within a twentieth of the time it has taken', () => {
  const since = (seconds: number) =>
    payment({ position: 'debited', lastAskedAt: at(seconds), asked: 9, trace: { processingSince: T0.toString() } });
  assert.ok(secondsUntil(since(60), 60)! <= 60);
  assert.ok(secondsUntil(since(7_200), 7_200)! <= 360);
});

test('captured and known: once more after its day, then it is over', () => {
  const paid = payment({ position: 'captured', capturedAt: T0, recordedAt: at(1) });
  const wait = secondsUntil(paid, 2)!;
  assert.ok(wait > 24 * 3_600 && wait < 28 * 3_600, `${wait}`);
  const seen = { ...paid, lastAskedAt: at(26 * 3_600) };
  assert.deepEqual(look(seen, WECHAT, at(26 * 3_600), 0.5), { terminal: true });
});

test('captured and not known to the merchant is not over, however often it was asked; a sticker has nobody to tell', () => {
  const paid = payment({ position: 'captured', capturedAt: T0, lastAskedAt: at(26 * 3_600) });
  assert.deepEqual(look(paid, WECHAT, at(26 * 3_600), 0.5), { terminal: false });
  assert.deepEqual(look(paid, STICKER, at(26 * 3_600), 0.5), { terminal: true });
});

test('captured where nobody can ask without the order: the merchant knowing it is enough, the bills show the rest', () => {
  const account = { provider: 'unionpay', settings: {} };
  const paid = payment({ position: 'captured', capturedAt: T0, placedAt: undefined });
  const on = { ...WECHAT, account, orderMode: 'required' } as unknown as OpenAccount;
  assert.deepEqual(look(paid, on, at(60), 0.5), { terminal: false });
  assert.deepEqual(look({ ...paid, recordedAt: at(1) }, on, at(60), 0.5), { terminal: true });
  assert.deepEqual(look(paid, { ...on, orderMode: 'none' }, at(60), 0.5), { terminal: true });
  assert.ok(look({ ...paid, placedAt: T0 }, on, at(60), 0.5).at !== undefined);
});

test('the channel’s own end is the end; a contradiction is asked about all the same', () => {
  for (const position of ['closed', 'failed', 'reversed', 'refunded'] as const)
    assert.deepEqual(look(payment({ position }), WECHAT, at(60), 0.5), { terminal: true });
  const denied = payment({
    position: 'captured',
    capturedAt: T0,
    lastAskedAt: at(50),
    contradictions: [{ code: 'success_denied', observations: [] }],
  });
  assert.ok(secondsUntil(denied, 60)! <= 60);
});

test('what complete bills do not have is over', () => {
  assert.deepEqual(look(payment({ trace: { absent: true } }), WECHAT, at(400_000), 0.5), { terminal: true });
});

test('where nothing can be asked there is no look: captured and known is over, all else waits for the report', () => {
  const open = {
    ...WECHAT,
    account: { provider: 'adyen', settings: {} },
    orderMode: 'required',
  } as unknown as OpenAccount;
  const paid = payment({ position: 'captured', capturedAt: T0 });
  assert.deepEqual(look(paid, open, at(90_000), 0.5), { terminal: false });
  assert.deepEqual(look({ ...paid, recordedAt: at(1) }, open, at(90_000), 0.5), { terminal: true });
  assert.deepEqual(look(payment(), open, at(90_000), 0.5), { terminal: false, at: undefined });
});

test('a refund under way is asked about at once and then slower, and keeps the payment open until the channel says how it ended', () => {
  const refunded = (state: string): Payment =>
    payment({
      position: 'refunded',
      capturedAt: T0,
      recordedAt: T0,
      trace: { refunds: [{ ref: 'R1', state, at: at(3_600).toString() }] },
    });
  assert.equal(look(refunded('succeeded'), WECHAT, at(3_600), 0.5).terminal, true);
  assert.equal(look(refunded('processing'), WECHAT, at(3_600), 0.5).terminal, false);
  assert.equal(secondsUntil(refunded('processing'), 3_600), 63);
  assert.equal(secondsUntil(refunded('processing'), 3_600 + 36_000), 3_780);
  assert.equal(secondsUntil(refunded('processing'), 3_600 + 30 * 86_400), 90_720);
  const nobody = {
    ...WECHAT,
    channel: { capabilities: { inquire_refund: { en: '', zh: '' } } },
  } as unknown as OpenAccount;
  assert.equal(look(refunded('processing'), nobody, at(3_600), 0.5).terminal, true);
});
