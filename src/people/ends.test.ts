import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answered, byRule, closingOf, ruleOf } from './ends.ts';

const AT = Temporal.Instant.from('2026-11-20T04:00:00Z');
/** `paid_not_seen yes on_its_way`, answered an hour after it was made. */
const closes = (said: string, person: Answered['person'] = 'not_needed'): string => {
  const [kind, release, code] = said.split(' ') as [Answered['kind'], 'yes' | 'no' | 'ask', Answered['answer']['code']];
  const since = AT.add({ hours: 1 });
  const it = closingOf({ kind, createdAt: AT, answer: { code, release }, since, person });
  return it === undefined ? '-' : `${it.why} ${AT.until(it.at).total('minutes')}`;
};

test('what closes by itself, and from when on: what is settled, what was accepted; never what needs a person', () => {
  for (const [said, expected] of [
    ['paid_not_seen yes on_its_way', 'accepted 1500'],
    ['paid_not_seen yes received', 'received 10'],
    ['paid_not_seen ask received', '-'],
    ['paid_not_seen no unpaid', 'not_paid 4380'],
    ['paid_not_seen no fake_receipt', 'not_paid 4380'],
    ['paid_not_seen ask unknown', '-'],
    ['paid_not_seen no refunded', 'given_back 1500'],
    ['paid_no_goods yes on_its_way', '-'],
    ['paid_no_goods yes received', '-'],
    ['paid_no_goods no refunded', 'given_back 1500'],
    ['paid_no_goods no unpaid', 'not_paid 4380'],
    ['refund_not_arrived no refunded', 'given_back 4380'],
    ['refund_not_arrived no received', 'received 10'],
    ['refund_not_arrived yes on_its_way', '-'],
    ['payout_not_arrived yes received', 'received 10'],
    ['payout_not_arrived yes late', '-'],
  ] as const)
    assert.equal(closes(said), expected, said);
  assert.equal(closes('paid_not_seen yes received', 'needed'), '-');
  assert.equal(closes('refund_not_arrived yes on_its_way', 'seen_to'), 'seen_to 1500');
  assert.deepEqual(
    [ruleOf(byRule('accepted')), ruleOf('key:1'), ruleOf('rule:other'), ruleOf(undefined)],
    ['accepted', ...[undefined, undefined, undefined]],
  );
});
