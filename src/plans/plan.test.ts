import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlans } from './load.ts';
import { defaultPlan, planFor } from './plan.ts';

const on = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);

test('the channels of China settle T+1 on the Chinese calendar, the others by their own reports', () => {
  for (const channel of ['wechatpay', 'alipay', 'lakala', 'unionpay', 'newpay']) {
    const { settle, ...plan } = defaultPlan(channel);
    const cutoff = channel === 'unionpay' ? '23:00' : '24:00';
    assert.deepEqual(settle, { cycle: 'T', days: 1, calendar: 'CN', cutoff, zone: 'Asia/Shanghai' });
    assert.deepEqual(
      [plan.carryDays, plan.cutoffMarginMinutes, plan.valueWindowDays, plan.matchWindowMinutes],
      [3, 30, 2, 15],
    );
    assert.equal(plan.fee, undefined);
  }
  for (const channel of ['stripe', 'adyen', 'paypal']) assert.equal(defaultPlan(channel).settle.cycle, 'stated');
  assert.deepEqual(defaultPlan('newpay').bankNames, ['newpay']);
  assert.deepEqual(defaultPlan('constructor').bankNames, ['constructor']);
});

test('planFor takes the plan of the account before the plan of the channel, and the newest in force', () => {
  const plans = parsePlans(
    `plans:
  - { channel: wechatpay, carryDays: 1 }
  - { channel: wechatpay, from: 2026-07-01, carryDays: 2 }
  - { channel: wechatpay, account: 19, from: 2026-03-01, carryDays: 4 }
  - { channel: wechatpay, account: 19, from: 2026-09-01, carryDays: 5 }
  - { channel: alipay, account: 20, carryDays: 6 }`,
    'plans.yaml',
  );
  const carry = (channel: string, account: string | undefined, date: string): number =>
    planFor(plans, channel, account, on(date)).carryDays;
  assert.equal(carry('wechatpay', undefined, '2026-06-30'), 1);
  assert.equal(carry('wechatpay', undefined, '2026-07-01'), 2);
  assert.equal(carry('wechatpay', '18', '2026-12-01'), 2);
  assert.equal(carry('wechatpay', '19', '2026-02-28'), 1, 'the account’s own plan is not in force yet');
  assert.equal(carry('wechatpay', '19', '2026-03-01'), 4);
  assert.equal(carry('wechatpay', '19', '2026-08-31'), 4, 'more specific, though the channel’s plan is newer');
  assert.equal(carry('wechatpay', '19', '2026-09-01'), 5);
  assert.equal(carry('alipay', '20', '2026-01-01'), 6);
  assert.equal(carry('alipay', undefined, '2026-01-01'), 3, 'the default');
  assert.equal(carry('lakala', '20', '2026-01-01'), 3);
  const reversed = [...plans].reverse();
  for (const date of ['2026-02-28', '2026-07-01', '2026-09-01']) {
    assert.equal(
      planFor(reversed, 'wechatpay', '19', on(date)).carryDays,
      carry('wechatpay', '19', date),
      'order is nothing',
    );
  }
});
