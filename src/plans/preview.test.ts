/** A plan before it is agreed, as the form shows it: the sentence, the payment, the month. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../base/money.ts';
import { planOfBody } from './body.ts';
import type { Card, Plan } from './plan.ts';
import { previewMonth, previewPayment } from './preview.ts';
import { planWords } from './words.ts';

const plan = (body: Readonly<Record<string, unknown>>, channel = 'wechatpay'): Plan => planOfBody(body, { channel });
const at = Temporal.Instant.from('2026-11-27T14:00:00+08:00');
const paid = (p: Plan, yuan: bigint, card?: Card) => previewPayment(p, { amount: money(yuan * 100n, 'CNY'), at, card });

test('a payment on a Friday at 0.38 % is at the bank on Monday, less 0.49', () => {
  const seen = paid(plan({ fee: { rate: '0.38%' } }), 128n);
  assert.deepEqual([seen.fee?.minor, seen.net?.minor, seen.credited?.on.toString()], [49n, 12_751n, '2026-11-30']);
  assert.equal(seen.arithmetic?.en, '128.00 × 0.38% = 0.4864 → 0.49');
  assert.equal(seen.bill?.on.toString(), '2026-11-28');
});

test('bounds, fixed parts and a reserve stand in the arithmetic; what is not told is not guessed', () => {
  const tiers = [{ card: 'debit', rate: '0.50%', max: '20.00' }];
  const shop = plan({ fee: { rate: '0.38%', currency: 'CNY', tiers }, holds: { reserve: '10%', reserveDays: '7' } });
  assert.equal(paid(shop, 10_000n, 'debit').arithmetic?.en, '10000.00 × 0.50% = 50, at most 20.00 → 20.00');
  assert.deepEqual(
    [paid(shop, 100n, 'wallet').reserve?.minor, paid(shop, 100n, 'wallet').net?.minor],
    [1_000n, 8_962n],
  );
  assert.deepEqual([paid(shop, 100n).fee, paid(shop, 100n).net], [undefined, undefined]);
  // Nobody promises a day where the channel states it, or the merchant draws the money.
  assert.equal(paid(plan({}, 'stripe'), 1n).credited, undefined);
  assert.equal(paid(plan({ payout: 'manual' }), 1n).credited, undefined);
  assert.equal(previewPayment(shop, { amount: money(100n, 'JPY'), at, card: 'wallet' }).fee, undefined);
});

test('a month: a weekend and a holiday bring nothing, the day after brings all of it', () => {
  const days = previewMonth(plan({}), Temporal.PlainYearMonth.from('2026-10'));
  assert.equal(days.length, 31);
  const day = (n: number) => days[n - 1]!;
  // National Day: the first to the seventh are free in 2026.
  assert.deepEqual([day(1).free, day(1).brings.length, day(8).free], [true, 0, false]);
  assert.equal(day(8).brings.length, 8);
  assert.equal(day(1).dueOn?.toString(), '2026-10-08');
  assert.ok(days.every((d) => d.certain));
  assert.ok(previewMonth(plan({}), Temporal.PlainYearMonth.from('2031-10')).every((d) => !d.certain));
  assert.deepEqual(
    previewMonth(plan({ settle: { cycle: 'D+1' } }), Temporal.PlainYearMonth.from('2026-10')).map(
      (d) => d.brings.length,
    ),
    Array(31).fill(1),
  );
});

test('the sentences of a plan', () => {
  const said = (p: Plan) => planWords(p).map((t) => t.en);
  assert.deepEqual(said(plan({ fee: { rate: '0.38%' } })), ['T+1: at your bank the next working day', 'fee 0.38 %']);
  assert.deepEqual(
    said(
      plan({
        settle: { cycle: 'weekly', closes: ['sunday'], after: 'T+2', cutoff: '23:00' },
        fee: { rate: '0.38%', currency: 'CNY', tiers: [{ card: 'debit', rate: '0.5%', max: '20.00' }] },
        minPayout: { amount: '100.00', currency: 'CNY' },
        payout: 'manual',
        bankAccount: '110060149018000123456',
        bankAccountKind: 'corporate',
      }),
    ),
    [
      'closes every week on Sunday, at your bank 2 working days later; from 23:00 on a payment is of the next day',
      'fee debit cards 0.50 % (at most 20.00), else 0.38 % CNY',
      'paid out from 100.00 CNY on; less waits for the next batch',
      'what is settled stays at the channel until you draw it',
      'to the company account …3456',
    ],
  );
  assert.match(planWords(plan({}, 'stripe'))[0]!.zh, /渠道自己的报告/);
});
