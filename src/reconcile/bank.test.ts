import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BankBatch, type BankCredit, type BankOutcome, matchBank } from './bank.ts';
import { subsetOf } from './subset.ts';

const batch = (id: string, net: number, dueDay: number, more: Partial<BankBatch> = {}): BankBatch => ({
  id,
  channel: 'wechatpay',
  account: '1900',
  currency: 'CNY',
  net: BigInt(net),
  dueDay,
  ...more,
});
const credit = (
  id: number,
  amount: number,
  day: number,
  text = '财付通',
  more: Partial<BankCredit> = {},
): BankCredit => ({
  id: BigInt(id),
  channel: 'wechatpay',
  currency: 'CNY',
  amount: BigInt(amount),
  day,
  text,
  undoes: false,
  ...more,
});

/** `pass: batches = credits` for each match, and what was left, in words. */
function told(o: BankOutcome): string[] {
  const line = (what: string, bs: readonly BankBatch[], cs: readonly BankCredit[]) =>
    `${what}: ${bs.map((b) => b.id).sort()} = ${cs.map((c) => c.id).sort()}`;
  return [
    ...o.matched.map((m) => line(m.pass, m.batches, m.credits)),
    ...o.differing.map((m) => line(`differs by ${m.pass}`, m.batches, m.credits)),
    ...o.unclear.map((m) => line('unclear', m.batches, m.credits)),
    ...o.returned.map((r) => line('returned', r.batches, [...r.credits, ...r.backs])),
    ...o.batchesLeft.map((b) => `left ${b.id}`),
    ...o.creditsLeft.map((c) => `left ${c.id}`),
  ];
}

/** Batches due on the fifth, far larger than any sum asked for. */
const crowd = (n: number): BankBatch[] => Array.from({ length: n }, (_, i) => batch(`a${i}`, 10_000 + i, 5));

const CASES: [title: string, batches: BankBatch[], credits: BankCredit[], told: string[]][] = [
  ['net on the day', [batch('a', 100, 5)], [credit(1, 100, 5)], ['net_on_day: a = 1']],
  ['a day late is within the window', [batch('a', 100, 5)], [credit(1, 100, 6)], ['net_in_window: a = 1']],
  ['a day early is too', [batch('a', 100, 5)], [credit(1, 100, 4)], ['net_in_window: a = 1']],
  ['beyond the window it is not', [batch('a', 100, 5)], [credit(1, 100, 8)], ['left a', 'left 1']],
  [
    'another channel is another payer',
    [batch('a', 100, 5)],
    [credit(1, 100, 5, 'x', { channel: 'alipay' })],
    ['left a', 'left 1'],
  ],
  [
    'another currency is other money',
    [batch('a', 100, 5)],
    [credit(1, 100, 5, 'x', { currency: 'USD' })],
    ['left a', 'left 1'],
  ],
  ['nothing is due for a net of zero', [batch('a', 0, 5)], [], []],
  [
    'the reference decides between equals',
    [batch('a', 100, 5, { ref: 'B1234' }), batch('b', 100, 5, { ref: 'B12345' })],
    [credit(1, 100, 5, 'TX B12345, shop'), credit(2, 100, 5, 'TX B1234, shop')],
    ['reference: a = 2', 'reference: b = 1'],
  ],
  [
    'the reference finds a short payment',
    [batch('a', 1000, 5, { ref: 'B1234' })],
    [credit(1, 400, 5, 'B1234')],
    ['differs by reference: a = 1'],
  ],
  [
    'equal sums of one account and day are interchangeable',
    [batch('a', 100, 5), batch('b', 100, 5)],
    [credit(1, 100, 5), credit(2, 100, 5)],
    ['net_on_day: a = 1', 'net_on_day: b = 2'],
  ],
  [
    'two accounts of one net and one credit: unclear',
    [batch('a', 100, 5), batch('b', 100, 5, { account: '1901' })],
    [credit(1, 100, 5)],
    ['unclear: a,b = 1'],
  ],
  [
    'the same net two days running: each on its day',
    [batch('a', 100, 5), batch('b', 100, 6)],
    [credit(1, 100, 6), credit(2, 100, 5)],
    ['net_on_day: a = 2', 'net_on_day: b = 1'],
  ],
  [
    'the same net two days running, both booked on the second day',
    [batch('a', 100, 5), batch('b', 100, 6)],
    [credit(1, 100, 6), credit(2, 100, 6)],
    ['net_in_window: a = 1', 'net_in_window: b = 2'],
  ],
  ['due on Friday, booked on Monday', [batch('a', 100, 8)], [credit(1, 100, 11)], ['net_in_window: a = 1']],
  [
    'another sum before the promised day pays for an earlier one',
    [batch('a', 100, 5)],
    [credit(1, 97, 4)],
    ['left a', 'left 1'],
  ],
  [
    'sent back and paid again: the second payment is the one',
    [batch('a', 100, 5)],
    [credit(1, 100, 5), credit(2, -100, 5, '退汇'), credit(3, 100, 6)],
    ['net_in_window: a = 3', 'returned:  = 1,2'],
  ],
  [
    'a weekend in one sum',
    [batch('fri', 100, 8), batch('sat', 250, 8), batch('sun', 30, 8)],
    [credit(1, 380, 8)],
    ['several_batches: fri,sat,sun = 1'],
  ],
  [
    'two ways to make a sum are no way',
    [batch('a', 10, 5), batch('b', 20, 5), batch('c', 30, 5)],
    [credit(1, 30, 7), credit(2, 60, 20)],
    ['net_in_window: c = 1', 'left a', 'left b', 'left 2'],
  ],
  [
    'two equal batches want the same two credits: unclear',
    [batch('a', 100, 5), batch('b', 100, 5)],
    [credit(1, 60, 5), credit(2, 40, 6)],
    ['unclear: a,b = 1,2'],
  ],
  [
    'one batch in two credits',
    [batch('a', 100, 5)],
    [credit(1, 60, 5), credit(2, 40, 6)],
    ['several_credits: a = 1,2'],
  ],
  ['the only two left, short', [batch('a', 1000, 5)], [credit(1, 990, 5)], ['differs by only_two_left: a = 1']],
  ['a tenth of the sum is another payment', [batch('a', 1000, 5)], [credit(1, 100, 5)], ['left a', 'left 1']],
  [
    'credited and sent back',
    [batch('a', 100, 5)],
    [credit(1, 100, 5), credit(2, -100, 6, '财付通 退票')],
    ['returned: a = 1,2'],
  ],
  [
    'a debit that says nothing of a return is not one',
    [batch('a', 100, 5)],
    [credit(1, 100, 5), credit(2, -100, 6, '财付通 服务费')],
    ['net_on_day: a = 1', 'left 2'],
  ],
  [
    'sent back, and no batch explains it',
    [],
    [credit(1, 100, 5), credit(2, -100, 5, '', { undoes: true })],
    ['returned:  = 1,2'],
  ],
  [
    'a day of more refunds than sales is taken from the next',
    [batch('a', -30, 5), batch('b', 100, 6)],
    [credit(1, 70, 6)],
    ['several_batches: a,b = 1'],
  ],
  [
    'more than 24 candidates: a sum is not taken, for another may make it too',
    [...crowd(22), batch('b3', 3, 5), batch('b7', 7, 5), batch('c4', 4, 6), batch('c6', 6, 6)],
    [credit(1, 10, 5)],
    [...crowd(22).map((b) => `left ${b.id}`), 'left b3', 'left b7', 'left c4', 'left c6', 'left 1'],
  ],
  [
    'more than 24 credits for one batch: not taken either',
    [batch('a', 10, 5)],
    [
      ...Array.from({ length: 22 }, (_, i) => credit(100 + i, 1000 + i, 5)),
      ...[3, 7, 4, 6].map((n) => credit(n, n, 6)),
    ],
    ['left a', ...Array.from({ length: 22 }, (_, i) => `left ${100 + i}`), ...[3, 4, 6, 7].map((n) => `left ${n}`)],
  ],
  [
    'what a crowded credit may need as well is unclear',
    [...crowd(24), batch('y4', 4, 6), batch('z6', 6, 6)],
    [credit(1, 999, 5), credit(2, 10, 8)],
    [...crowd(24).map((b) => `left ${b.id}`), 'unclear: y4,z6 = 2', 'left 1'],
  ],
];

for (const [title, batches, credits, expected] of CASES) {
  test(title, () => {
    assert.deepEqual(told(matchBank(batches, credits, 2)).sort(), [...expected].sort());
  });
}

test('law: everything is in exactly one place, in any order of the input', () => {
  const arbitrary = fc.record({
    batches: fc.array(
      fc.tuple(fc.integer({ min: -3, max: 12 }), fc.integer({ min: 0, max: 5 }), fc.constantFrom('1', '2')),
      { maxLength: 8 },
    ),
    credits: fc.array(fc.tuple(fc.integer({ min: -6, max: 20 }), fc.integer({ min: 0, max: 7 }), fc.boolean()), {
      maxLength: 8,
    }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(arbitrary, ({ batches, credits, seed }) => {
      const bs = batches.map(([net, due, account], i) => batch(`b${i}`, net, due, { account }));
      const cs = credits
        .filter(([amount]) => amount !== 0)
        .map(([amount, day, undoes], i) => credit(i, amount, day, '财付通', { undoes }));
      const o = matchBank(bs, cs, 2);
      const groups = [...o.matched, ...o.differing, ...o.unclear];
      const usedBatches = [
        ...groups.flatMap((m) => m.batches),
        ...o.returned.flatMap((r) => r.batches),
        ...o.batchesLeft,
      ].map((b) => b.id);
      const usedCredits = [
        ...groups.flatMap((m) => m.credits),
        ...o.returned.flatMap((r) => [...r.credits, ...r.backs]),
        ...o.creditsLeft,
      ].map((c) => c.id);
      assert.deepEqual(
        usedBatches.sort(),
        bs
          .filter((b) => b.net !== 0n)
          .map((b) => b.id)
          .sort(),
      );
      assert.deepEqual(usedCredits.sort(), cs.map((c) => c.id).sort());
      for (const m of o.matched) {
        const sum = (xs: readonly bigint[]) => xs.reduce((a, b) => a + b, 0n);
        assert.equal(sum(m.batches.map((b) => b.net)), sum(m.credits.map((c) => c.amount)));
      }
      const turn = <T>(xs: T[]): T[] =>
        xs
          .map((x, i) => [Math.abs(Math.sin(seed + i)), x] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, x]) => x);
      assert.deepEqual(told(matchBank(turn(bs), turn(cs), 2)).sort(), told(o).sort());
    }),
    { numRuns: 400 },
  );
});

test('subset: found when it exists, unique only when it is', () => {
  assert.deepEqual(subsetOf([1n, 2n, 4n], 5n), { kind: 'unique', indexes: [0, 2] });
  assert.deepEqual(subsetOf([1n, 2n, 4n], 8n), { kind: 'none' });
  assert.equal(subsetOf([1n, 1n], 1n).kind, 'several');
  assert.equal(subsetOf([], 0n).kind, 'none');
  assert.equal(subsetOf(Array(25).fill(1n), 3n).kind, 'too_many');
  assert.deepEqual(subsetOf([5n, 0n], 5n), { kind: 'unique', indexes: [0] });
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -9n, max: 9n }), { maxLength: 9 }),
      fc.bigInt({ min: -20n, max: 20n }),
      (amounts, target) => {
        let ways = 0;
        const nonzero = amounts.filter((a) => a !== 0n);
        for (let mask = 1; mask < 1 << nonzero.length; mask++) {
          if (nonzero.reduce((s, a, i) => ((mask >> i) & 1 ? s + a : s), 0n) === target) ways += 1;
        }
        const answer = subsetOf(amounts, target);
        assert.equal(answer.kind, ways === 0 ? 'none' : ways === 1 ? 'unique' : 'several');
        if (answer.kind === 'unique')
          assert.equal(
            answer.indexes.reduce((s, i) => s + amounts[i]!, 0n),
            target,
          );
      },
    ),
  );
});
