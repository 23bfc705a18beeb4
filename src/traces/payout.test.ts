import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../base/money.ts';
import { PAYOUT_STATES, type PayoutSaid, payoutHash } from '../observations/payout.ts';
import { defaultPlan } from '../plans/plan.ts';
import {
  contradictionsOf,
  type FoundState,
  foldPayout,
  isLate,
  type KeptPayout,
  lateFrom,
  stateOfBatch,
} from './payout.ts';

const AT = Temporal.Instant.from('2026-11-20T08:00:00Z');
const DAY = Temporal.PlainDate.from('2026-11-22');

const fact = (id: string, more: Partial<PayoutSaid> = {}): KeptPayout => {
  const said: PayoutSaid = {
    ...{ source: 'notification', key: `evt_${id}`, payoutRef: 'po_1', state: 'pending', occurredAt: AT, madeAt: AT },
    ...{ amount: money(5_000n, 'CNY'), arrivalOn: DAY, failure: undefined, listing: 'now', said: 'pending' },
    ...more,
  };
  return { ...said, id, bodyHash: payoutHash(said), messageId: `m${id}`, lastSeenAt: said.occurredAt };
};
const at = (hours: number): Temporal.Instant => AT.add({ hours });

const anyFact = fc
  .record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    source: fc.constantFrom('notification' as const, 'inquiry' as const),
    state: fc.constantFrom(...PAYOUT_STATES),
    hours: fc.integer({ min: 0, max: 3 }),
    minor: fc.constantFrom(5_000n, 5_000n, 4_999n),
    arrives: fc.constantFrom(DAY, DAY.add({ days: 1 }), undefined),
  })
  .map(({ key, source, state, hours, minor, arrives }) => ({
    ...{ key, source, state, occurredAt: at(hours), amount: money(minor, 'CNY'), arrivalOn: arrives, said: state },
    failure: state === 'returned' ? { code: 'account_closed', says: key } : undefined,
  }));

test('I5: facts of a payout in any order say the same', () => {
  fc.assert(
    fc.property(fc.array(anyFact, { minLength: 1, maxLength: 7 }), fc.infiniteStream(fc.nat()), (said, random) => {
      // Equal facts are one, as the book keeps them.
      const facts = [
        ...new Map(said.map((s, i) => fact(String(i), s)).map((f) => [`${f.source}${f.key}${f.bodyHash}`, f])).values(),
      ];
      const shuffled = facts
        .map((f) => [random.next().value, f] as const)
        .sort(([a], [b]) => a - b)
        .map(([, f]) => f);
      assert.deepEqual(foldPayout(shuffled), foldPayout(facts));
    }),
  );
});

test('a payout goes forward: sent back after paid is its end, whatever came first', () => {
  const facts = [
    fact('1'),
    fact('2', { state: 'in_transit', occurredAt: at(1), arrivalOn: DAY.add({ days: 1 }), said: 'in_transit' }),
    fact('3', { state: 'paid', occurredAt: at(40), arrivalOn: undefined, said: 'paid' }),
    fact('4', {
      ...{ state: 'returned', occurredAt: at(80), arrivalOn: undefined, said: 'failed' },
      failure: { code: 'account_closed', says: 'The bank account has been closed.' },
    }),
  ];
  const told = foldPayout(facts.toReversed());
  assert.deepEqual(
    [
      told.state,
      told.by,
      told.arrivalOn?.toString(),
      told.paid?.messageId,
      told.returned?.messageId,
      told.contradictions,
    ],
    ['returned', 'notification', '2026-11-23', 'm3', 'm4', []],
  );
  assert.equal(told.returned?.says, 'The bank account has been closed.');
  const again = foldPayout([...facts, fact('5', { state: 'paid', occurredAt: at(90), said: 'paid' })]);
  assert.deepEqual([again.state, again.contradictions.map((c) => c.code)], ['returned', ['moved_after_end']]);
});

test('I2: two contents under one name: neither counts until the channel is asked', () => {
  const doubted = [
    fact('1', { key: 'evt_x', state: 'paid', said: 'paid' }),
    fact('2', { key: 'evt_x', state: 'returned', said: 'failed' }),
  ];
  const told = foldPayout(doubted);
  assert.deepEqual(
    [told.state, told.contradictions],
    ['pending', [{ code: 'conflicting_messages', facts: ['1', '2'] }]],
  );
  const asked = foldPayout([
    ...doubted,
    fact('3', { source: 'inquiry', key: 'po_1:paid', state: 'paid', said: 'paid' }),
  ]);
  assert.deepEqual([asked.state, asked.by], ['paid', 'inquiry']);
});

test('of two amounts the answer to our own question counts, and the difference is shown', () => {
  const told = foldPayout([
    fact('1', { amount: money(1n, 'CNY') }),
    fact('2', { source: 'inquiry', key: 'po_1', said: 'pending' }),
  ]);
  assert.deepEqual([told.amount.minor, told.contradictions.map((c) => c.code)], [5_000n, ['amounts_differ']]);
});

test('I6: no word of the channel makes a batch credited; a bank’s line outweighs its “returned”, and that is shown', () => {
  for (const state of PAYOUT_STATES)
    for (const found of [null, 'not_checked', 'on_its_way', 'late'] as const)
      assert.notEqual(stateOfBatch(found, state), 'credited');
  assert.equal(stateOfBatch('credited', 'returned'), 'credited');
  assert.equal(stateOfBatch('late', 'paid'), 'late');
  assert.equal(stateOfBatch('not_checked', 'returned'), 'returned');
  const told = foldPayout([fact('1', { state: 'returned', said: 'failed' })]);
  const net = (minor: bigint) => money(minor, 'CNY');
  const against = (state: FoundState, minor: bigint, listed?: bigint) =>
    contradictionsOf(told, { state, net: net(minor) }, listed);
  assert.deepEqual(against('credited', 5_000n), ['credited_and_returned']);
  assert.deepEqual(against('on_its_way', 4_000n), ['document_differs']);
  assert.deepEqual(against('on_its_way', 5_000n, 4_999n), ['members_differ']);
  assert.deepEqual(contradictionsOf(told, undefined, 5_000n), []);
});

test('late: the channel says after its day and the bank’s grace that it is under way, and no silence or doubt says so', () => {
  const plan = defaultPlan('stripe');
  const from = lateFrom(DAY, plan);
  // A Sunday, and two days: the end of Tuesday where the account is settled. What ends on a weekend ends on Monday.
  assert.equal(from.toZonedDateTimeISO(plan.settle.zone).toPlainDate().toString(), '2026-11-25');
  const friday = lateFrom(Temporal.PlainDate.from('2026-11-20'), plan);
  assert.equal(friday.toZonedDateTimeISO(plan.settle.zone).toPlainDate().toString(), '2026-11-24');
  const asked = (state: PayoutSaid['state'], lastSeenAt: Temporal.Instant): KeptPayout => ({
    ...fact('1', { source: 'inquiry', state, said: state }),
    lastSeenAt,
  });
  const minute = { minutes: 1 };
  const late = (...facts: readonly KeptPayout[]): boolean => isLate(foldPayout(facts), DAY, plan);
  assert.equal(late(asked('in_transit', from.subtract(minute))), false);
  assert.equal(late(asked('in_transit', from.add(minute))), true);
  assert.equal(late(asked('pending', from.add(minute))), true);
  assert.equal(late(asked('paid', from.add(minute))), false, 'the bank alone knows more');
  const told = fact('2', { state: 'in_transit' });
  assert.equal(late({ ...told, lastSeenAt: from.add(minute) }), false, 'it came late, and was said before');
  const doubted = fact('2', { state: 'in_transit', amount: money(1n, 'CNY'), occurredAt: from.add(minute) });
  assert.equal(late(told, doubted), false);
  assert.equal(stateOfBatch('on_its_way', 'in_transit', true), 'late');
  assert.equal(stateOfBatch('credited', 'in_transit', true), 'credited');
  assert.equal(stateOfBatch(null, 'returned', false), 'returned');
});
