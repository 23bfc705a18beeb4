/**
 * The laws of the adjusting table, over random markets: batches and bank entries meet in `matchBank` as in a run, and whatever
 * comes of it, both sides of every account must be one figure, and that figure must be the one an auditor computes from the
 * market without looking at the table.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  batch,
  breaksOf,
  dayText,
  type Entry,
  entryOf,
  type Market,
  resultOf,
} from '../../../tests/support/bank-market.ts';
import { DaozhangError } from '../../base/errors.ts';
import { parseMoney } from '../../base/money.ts';
import { matchBank } from '../bank.ts';
import type { Result } from '../result.ts';
import { type AccountTable, adjustBank, type Missing, type Sides } from './adjust.ts';
import type { PaperFacts, StatedBalance } from './facts.ts';

const WINDOW = 2;
const sum = (xs: readonly bigint[]): bigint => xs.reduce((a, b) => a + b, 0n);
const worth = ({ plus, minus }: Missing): bigint => sum(plus.map((i) => i.amount)) - sum(minus.map((i) => i.amount));
const failed = (error: unknown): boolean => error instanceof DaozhangError && error.code === 'run.proof_failed';

/** Two bank accounts, statements that end on different days, entries of channels and of others. */
const markets: fc.Arbitrary<Market> = fc
  .record({
    batches: fc.array(
      fc.record({
        net: fc.integer({ min: -3, max: 12 }),
        due: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
        account: fc.constantFrom('101', '102'),
        bankAccount: fc.constantFrom(undefined, 'A', 'B'),
      }),
      { maxLength: 9 },
    ),
    entries: fc.array(
      fc.record({
        amount: fc.integer({ min: -6, max: 20 }).filter((n) => n !== 0),
        day: fc.integer({ min: 0, max: 7 }),
        account: fc.constantFrom('A', 'B'),
        channel: fc.boolean(),
        undoes: fc.boolean(),
      }),
      { maxLength: 10 },
    ),
    opening: fc.tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -100, max: 100 })),
    end: fc.tuple(fc.integer({ min: 5, max: 7 }), fc.integer({ min: 5, max: 7 })),
    cut: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ batches, entries, opening, end, cut }) => {
    const ends = { A: end[0], B: end[1] };
    return {
      batches: batches.map((b, i) => batch(`b${i}`, b.net, b.due, { account: b.account, bankAccount: b.bankAccount })),
      entries: entries
        .filter((e) => e.day <= ends[e.account as 'A' | 'B'])
        .map((e, i) => entryOf(i, e.amount, e.day, e)),
      accounts: [
        { account: 'A', opening: BigInt(opening[0]), from: 0, to: ends.A, cuts: [cut] },
        { account: 'B', opening: BigInt(opening[1]), from: 0, to: ends.B, cuts: [] },
      ],
    };
  });

function adjusted(market: Market) {
  const outcome = matchBank(
    market.batches,
    market.entries.filter((e) => e.channel !== ''),
    WINDOW,
  );
  const breaks = breaksOf(market, outcome);
  const { result, facts } = resultOf(market, outcome, breaks);
  return { outcome, breaks, result, facts, found: adjustBank(result, facts)! };
}

test('law: both sides of every account, of what has no account and of the whole are one figure', () => {
  fc.assert(
    fc.property(markets, (market) => {
      const { found, outcome } = adjusted(market);
      assert.deepEqual(found.without, []);
      assert.equal(found.tables.length, 2);
      const all: Sides[] = [...found.tables, ...found.unassigned.values()];
      for (const s of all) {
        assert.equal(s.book + worth(s.onlyBank), s.adjusted);
        assert.equal(s.bank + worth(s.onlyBook), s.adjusted);
        for (const i of [...s.onlyBank.plus, ...s.onlyBank.minus, ...s.onlyBook.plus, ...s.onlyBook.minus])
          assert.ok(i.amount > 0n);
      }
      for (const t of found.tables) {
        const own = market.accounts.find((a) => a.account === t.account)!;
        const entries = market.entries.filter((e) => e.bankAccount === t.account);
        assert.equal(t.bank, own.opening + sum(entries.map((e) => e.amount)), 'the bank’s own closing balance');
        const { opening, credited, differing, due, otherIn, otherOut } = t.parts;
        assert.equal(opening + credited + differing + due + otherIn + otherOut, t.book);
      }
      // The auditor: what is in the bank, what is still to come of what was due, what is missing of what came.
      const ends = new Map(market.accounts.map((a) => [a.account, a.to]));
      const last = Math.max(...ends.values());
      const waiting = outcome.batchesLeft.filter((b) => {
        const { bankAccount } = market.batches.find((x) => x.id === b.id)!;
        return b.dueDay !== undefined && b.dueDay <= (bankAccount === undefined ? last : ends.get(bankAccount)!);
      });
      const groups = [
        ...outcome.differing,
        ...outcome.unclear,
        ...outcome.returned.filter((r) => r.batches.length > 0),
      ];
      const short = groups.map((g) => {
        const net = sum(g.batches.map((b) => b.net));
        const gap = net - sum(creditsOf(g, market).map((c) => c.amount));
        return net < 0n === gap < 0n ? gap : 0n;
      });
      const expected = sum(found.tables.map((t) => t.bank)) + sum(waiting.map((b) => b.net)) + sum(short);
      assert.equal(sum(all.map((s) => s.adjusted)), expected);
    }),
    { numRuns: 400 },
  );
});

/** Of a returned payout, what the bank credited; what it took back stands for itself. */
function creditsOf(group: { credits: readonly { id: bigint; amount: bigint }[] }, market: Market): Entry[] {
  const entries = group.credits.map((c) => market.entries.find((e) => e.id === c.id)!);
  return 'backs' in group ? entries.filter((e) => e.amount > 0n) : entries;
}

test('law: the order of breaks and days changes nothing', () => {
  fc.assert(
    fc.property(markets, (market) => {
      const { result, facts, found } = adjusted(market);
      const turned: Result = { ...result, breaks: [...result.open, ...result.breaks].reverse(), open: [] };
      const days = [...facts.days].reverse();
      assert.deepEqual(adjustBank(turned, { ...facts, days, balances: [...facts.balances].reverse() }), found);
    }),
    { numRuns: 100 },
  );
});

test('law: no figure of a run can be changed unseen', () => {
  let seen = 0;
  fc.assert(
    fc.property(markets, fc.nat(), (market, pick) => {
      const { result, facts, breaks } = adjusted(market);
      const some = <T>(list: readonly T[]): T => list[pick % list.length]!;
      if (breaks.length > 0) {
        const gone = some(breaks);
        const without = (list: Result['breaks']) => list.filter((b) => b.id !== gone.id);
        const fewer = {
          ...result,
          breaks: without(result.breaks),
          open: without(result.open),
          ambiguous: without(result.ambiguous),
        };
        // What came and went again, and belongs to nothing, moves no figure.
        const moves = [gone.ours, gone.theirs].some(
          (side) => sum(side.map((e) => parseMoney(e.money.amount, 'CNY').minor)) !== 0n,
        );
        if (moves) assert.throws(() => adjustBank(fewer, facts), failed, 'a break left out');
        const wrong = { ...gone, difference: { ...gone.difference, amount: '999' } };
        assert.throws(
          () => adjustBank({ ...fewer, breaks: [...fewer.breaks, wrong] }, facts),
          failed,
          'another difference',
        );
        seen += 1;
      }
      const credited = result.batches.filter((b) => b.state === 'credited');
      if (credited.length > 0) {
        const batches = result.batches.filter((b) => b.id !== some(credited).id);
        assert.throws(() => adjustBank({ ...result, batches }, facts), failed, 'a credited batch left out');
      }
      const channel = facts.days.filter((d) => d.channel);
      if (channel.length > 0) {
        const day = some(channel);
        const days = facts.days.map((d) => (d === day ? { ...d, in: d.in + 1n } : d));
        assert.throws(() => adjustBank(result, { ...facts, days }), failed, 'a channel entry changed');
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(seen > 50, `${seen} markets had a break to leave out`);
});

// ---------------------------------------------------------------- cases

const ONE: Market['accounts'] = [{ account: 'A', opening: 1000n, from: 0, to: 7, cuts: [] }];
const TWO: Market['accounts'] = [...ONE, { account: 'B', opening: 0n, from: 0, to: 7, cuts: [] }];

/** `加 received 减 paid` of both sides in words, with the adjusted balance. */
function told(t: Sides): string[] {
  const items = (side: string, m: Missing) => [
    ...m.plus.map((i) => `${side} + ${i.kind} ${i.amount}`),
    ...m.minus.map((i) => `${side} - ${i.kind} ${i.amount}`),
  ];
  return [
    `book ${t.book}, bank ${t.bank}`,
    ...items('only bank', t.onlyBank),
    ...items('only book', t.onlyBook),
    `adjusted ${t.adjusted}`,
  ];
}

type Case = [title: string, market: Partial<Market>, table: string[], loose?: string[], outside?: string[]];
const CASES: Case[] = [
  [
    'what the bank credited as expected is no item',
    { batches: [batch('a', 100, 5)], entries: [entryOf(1, 100, 5)] },
    ['book 1100, bank 1100', 'adjusted 1100'],
  ],
  [
    'a late batch: 企业已收、银行未收',
    { batches: [batch('a', 100, 5)] },
    ['book 1100, bank 1000', 'only book + batch_due 100', 'adjusted 1100'],
  ],
  [
    'a late batch of more refunds than sales: 企业已付、银行未付',
    { batches: [batch('a', -30, 5)] },
    ['book 970, bank 1000', 'only book - batch_due 30', 'adjusted 970'],
  ],
  [
    'what is due after the statement is nobody’s difference',
    { batches: [batch('a', 100, 8), batch('b', 50, undefined)] },
    ['book 1000, bank 1000', 'adjusted 1000'],
  ],
  [
    'a credit no batch explains: 银行已收、企业未收',
    { entries: [entryOf(1, 70, 3)] },
    ['book 1000, bank 1070', 'only bank + entry 70', 'adjusted 1070'],
  ],
  [
    'a channel’s debit no batch explains: 银行已付、企业未付',
    { entries: [entryOf(1, -70, 3)] },
    ['book 1000, bank 930', 'only bank - entry 70', 'adjusted 930'],
  ],
  [
    'entries from elsewhere stand on both sides',
    { entries: [entryOf(1, 500, 3, { channel: false }), entryOf(2, -20, 4, { channel: false })] },
    ['book 1480, bank 1480', 'adjusted 1480'],
  ],
  [
    'too little: the rest is still to come',
    { batches: [batch('a', 1000, 5)], entries: [entryOf(1, 990, 5)] },
    ['book 2000, bank 1990', 'only book + difference 10', 'adjusted 2000'],
  ],
  [
    'too much: the bank has what the documents do not',
    { batches: [batch('a', 1000, 5)], entries: [entryOf(1, 1010, 5)] },
    ['book 2000, bank 2010', 'only bank + difference 10', 'adjusted 2010'],
  ],
  [
    'a payout sent back: credited as expected, then 银行已付、企业未付',
    { batches: [batch('a', 100, 5)], entries: [entryOf(1, 100, 5), entryOf(2, -100, 6, { undoes: true })] },
    ['book 1100, bank 1000', 'only bank - returned 100', 'adjusted 1000'],
  ],
  [
    'a credit nobody knew, sent back',
    { entries: [entryOf(1, 100, 5), entryOf(2, -100, 6, { undoes: true })] },
    ['book 1000, bank 1000', 'only bank + returned 100', 'only bank - returned 100', 'adjusted 1000'],
  ],
  [
    'a set that fits in several ways differs by one figure',
    { batches: [batch('a', 100, 5), batch('b', 100, 5, { account: '102' })], entries: [entryOf(1, 100, 5)] },
    ['book 1200, bank 1100', 'only book + unclear 100', 'adjusted 1200'],
  ],
  [
    'with two bank accounts and no plan, a late batch belongs to none and counts in the total',
    { accounts: TWO, batches: [batch('a', 100, 5)] },
    ['book 1000, bank 1000', 'adjusted 1000'],
    ['book 100, bank 0', 'only book + batch_due 100', 'adjusted 100'],
    ['no_account 100'],
  ],
  [
    'with two bank accounts and a plan, it belongs to the plan’s, however it is written',
    { accounts: TWO, batches: [batch('a', 100, 5, { bankAccount: ' a' })] },
    ['book 1100, bank 1000', 'only book + batch_due 100', 'adjusted 1100'],
  ],
  [
    'a plan’s account without a statement has no table',
    { accounts: TWO, batches: [batch('a', 100, 5, { bankAccount: 'C' })] },
    ['book 1000, bank 1000', 'adjusted 1000'],
    [],
    ['no_table 100'],
  ],
  [
    'a statement that ends before the batch is due says nothing of it',
    {
      accounts: [{ ...ONE[0]!, to: 4 }, TWO[1]!],
      batches: [batch('a', 100, 5, { bankAccount: 'A' })],
    },
    ['book 1000, bank 1000', 'adjusted 1000'],
    [],
    ['after_statement 100'],
  ],
  [
    'a difference over two bank accounts belongs to neither',
    {
      accounts: TWO,
      batches: [batch('a', 60, 5), batch('b', 60, 5, { account: '102' }), batch('c', 60, 5, { account: '103' })],
      entries: [entryOf(1, 60, 5), entryOf(2, 60, 5, { account: 'B' })],
    },
    ['book 1060, bank 1060', 'adjusted 1060'],
    ['book 60, bank 0', 'only book + unclear 60', 'adjusted 60'],
    ['several_accounts 60'],
  ],
];

for (const [title, market, table, loose = [], outside = []] of CASES) {
  test(title, () => {
    const { found } = adjusted({ batches: [], entries: [], accounts: ONE, ...market });
    assert.deepEqual(told(found.tables[0]!), table);
    assert.deepEqual([...found.unassigned.values()].flatMap(told), loose);
    assert.deepEqual(
      found.outside.map((i) => `${i.why} ${i.amount}`),
      outside,
    );
  });
}

// ---------------------------------------------------------------- which days

const market = (): Market => ({
  batches: [],
  entries: [entryOf(1, 10, 2), entryOf(2, 20, 4), entryOf(3, 40, 6)],
  accounts: ONE,
});
const balance = (from: number, to: number, opening?: number, closing?: number): StatedBalance => ({
  account: 'A',
  currency: 'CNY',
  file: 'x',
  from: dayText(from),
  to: dayText(to),
  ...(opening !== undefined && { opening: BigInt(opening) }),
  ...(closing !== undefined && { closing: BigInt(closing) }),
});
type Days = Pick<AccountTable, 'from' | 'to'> | string;
const SPANS: [title: string, balances: StatedBalance[], days: Days][] = [
  ['one statement', [balance(0, 7, 1000, 1070)], { from: dayText(0), to: dayText(7) }],
  [
    'statements that follow each other are one stretch',
    [balance(0, 3, 1000, 1010), balance(4, 7, 1010, 1070)],
    { from: dayText(0), to: dayText(7) },
  ],
  [
    'statements that overlap are one stretch',
    [balance(0, 5, 1000, 1030), balance(3, 7, 1010, 1070)],
    { from: dayText(0), to: dayText(7) },
  ],
  [
    'an opening balance may be dated with the day before',
    [balance(0, 2, 1000, 1010), balance(2, 7, 1010, 1070)],
    { from: dayText(0), to: dayText(7) },
  ],
  [
    'over a gap only the last stretch counts',
    [balance(0, 2, 500, 510), balance(4, 7, 1010, 1070)],
    { from: dayText(4), to: dayText(7) },
  ],
  [
    'over a gap, with the opening dated the day before',
    [balance(0, 2, 500, 510), balance(2, 7, 1010, 1070)],
    { from: dayText(2), to: dayText(7) },
  ],
  ['a balance that its lines do not make', [balance(0, 7, 1000, 1071)], 'not_continuous'],
  ['only a closing balance', [balance(0, 7, undefined, 1070)], 'no_balances'],
  ['no balances at all', [], 'no_balances'],
];
for (const [title, balances, days] of SPANS) {
  test(`days: ${title}`, () => {
    const base = adjusted(market());
    const found = adjustBank(base.result, { ...base.facts, balances })!;
    const [table] = found.tables;
    assert.deepEqual(table ? { from: table.from, to: table.to } : found.without[0]!.why, days);
  });
}

test('two accounts without a name are two accounts', () => {
  const unnamed: PaperFacts = {
    bankCompared: true,
    balances: ['#1', '#2'].map((account) => ({ ...balance(0, 7, 0, 5), account })),
    days: ['#1', '#2'].map((account) => ({
      account,
      currency: 'CNY',
      on: dayText(3),
      channel: false,
      in: 5n,
      out: 0n,
      entries: 1,
    })),
    fees: [],
    unnamed: { '#1': 'a.csv', '#2': 'b.csv' },
  };
  const { result } = adjusted({ batches: [], entries: [], accounts: [] });
  assert.deepEqual(
    adjustBank(result, unnamed)!.tables.map((t) => [t.account, t.adjusted]),
    [
      ['#1', 5n],
      ['#2', 5n],
    ],
  );
});

test('without a bill nothing was compared, and there is no table', () => {
  const { result, facts } = adjusted(market());
  assert.equal(adjustBank(result, { ...facts, bankCompared: false }), undefined);
});
