import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../base/money.ts';
import { planOfBody } from './body.ts';
import { advise, type Expected, type Offer } from './calculator.ts';
import { parsePlans } from './load.ts';
import { paidWith } from './payout.ts';
import type { Plan } from './plan.ts';
import { TEMPLATES, type Template } from './templates.ts';

const planOfTemplate = (t: Template, channel: string, answers: Readonly<Record<string, string>> = {}): Plan =>
  planOfBody(t.terms(answers), { channel });

const cny = (minor: bigint) => money(minor, 'CNY');
const offers = (answers: Readonly<Record<string, string>> = {}): Offer[] =>
  TEMPLATES.map((t) => ({ id: t.id, name: t.name, plan: planOfTemplate(t, 'lakala', answers) }));
const month = (
  volume: bigint,
  accountKind: Expected['accountKind'],
  mix = { debit: 300_000, credit: 500_000, wallet: 200_000 },
): Expected => ({
  volume: cny(volume),
  ticket: cny(10_000n),
  mix,
  accountKind,
});

test('the POS of a company, step by step', () => {
  const advice = advise(month(5_000_000n, 'corporate'), offers());
  assert.equal(advice.recommended, 'pos');
  const [pos, collector] = advice.options;
  assert.deepEqual(
    pos!.steps.map((s) => s.en),
    [
      'payments a month: 50,000.00 CNY ÷ 100.00 CNY ≈ 500',
      'debit cards: 150 × 0.50 (100.00 CNY at 0.5000%, at most 20.00) = 75.00 CNY',
      'credit cards: 250 × 0.60 (100.00 CNY at 0.6000%) = 150.00 CNY',
      'wallets: 100 × 0.38 (100.00 CNY at 0.3800%) = 38.00 CNY',
      'service fee: card volume 40,000.00 CNY is not below 35,000.00 CNY, charged below it: 0.00 CNY',
      'together: 263.00 CNY',
    ],
  );
  assert.equal(pos!.steps[4]!.zh, '月服务费:刷卡额 40,000.00 CNY 不低于 35,000.00 CNY,低于时收取:0.00 CNY');
  assert.deepEqual(pos!.total, cny(26_300n));
  assert.deepEqual(
    collector!.against.map((a) => a.en),
    ['it settles to the legal person’s own account'],
  );
});

test('the direction of the service fee is the contract’s', () => {
  const total = (volume: bigint, when: string): bigint =>
    advise(month(volume, 'corporate'), offers({ when })).options.find((o) => o.id === 'pos')!.total!.minor;
  assert.equal(total(5_000_000n, 'from') - total(5_000_000n, 'below'), 5_000n);
  assert.equal(total(2_000_000n, 'below') - total(2_000_000n, 'from'), 5_000n);
});

test('a small shop with the owner’s own account gets the collector, and nothing fits where nothing does', () => {
  assert.equal(advise(month(300_000n, 'personal'), offers()).recommended, 'collector');
  const none = advise(month(300_000n, 'personal'), offers().slice(0, 1));
  assert.equal(none.recommended, undefined);
  assert.equal(none.why.zh, '没有适用的方案');
});

test('a plan that tells no fee has no total and is not recommended', () => {
  const plain = parsePlans('plans: [{ channel: lakala }]', 'p')[0]!;
  const advice = advise(month(300_000n, 'personal'), [
    { id: 'plain', name: { en: 'plain', zh: '无' }, plan: plain },
    ...offers(),
  ]);
  assert.equal(advice.recommended, 'collector');
  assert.equal(advice.options.find((o) => o.id === 'plain')!.total, undefined);
});

test('each template reads its answers, and refuses what is none', () => {
  for (const t of TEMPLATES) {
    for (const q of t.questions) assert.ok(q.asks.en !== '' && q.asks.zh !== '' && q.typical !== '');
    assert.throws(() => planOfTemplate(t, 'lakala', { credit: 'cheap' }), { code: 'plan.invalid' });
  }
  const [pos] = TEMPLATES;
  const plan: Plan = planOfTemplate(pos!, 'lakala', { credit: '0.55%', when: 'from' });
  assert.equal(plan.fee!.tiers![1]!.ppm, 5500);
  assert.deepEqual(plan.monthly, { fee: cny(5_000n), volume: 3_500_000n, when: 'from', counts: 'cards' });
  assert.equal(plan.bankAccountKind, 'corporate');
});

test('what is recommended fits, costs least, and its steps add up', () => {
  const share = fc.nat(1_000_000);
  const mix = fc.tuple(share, share).map(([a, b]) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    return { debit: low, credit: high - low, wallet: 1_000_000 - high };
  });
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
      fc.bigInt({ min: 1n, max: 10n ** 8n }),
      mix,
      fc.constantFrom('corporate' as const, 'personal' as const),
      (volume, ticket, shares, accountKind) => {
        const expected: Expected = { volume: cny(volume), ticket: cny(ticket), mix: shares, accountKind };
        const { options, recommended } = advise(expected, offers());
        const fits = options.filter((o) => o.against.length === 0);
        assert.equal(recommended, fits[0]?.id);
        for (const o of fits) assert.ok(o.total!.minor >= options[0]!.total!.minor);
        for (const o of options) {
          const parts = o.steps.slice(1, -1).map((s) => BigInt(s.en.match(/([\d,.]+) CNY$/)![1]!.replace(/[,.]/g, '')));
          assert.equal(
            parts.reduce((a, b) => a + b, 0n),
            o.total!.minor,
          );
        }
      },
    ),
  );
});

test('batches wait until the minimum is reached, each is paid once, and only the last ones still wait', () => {
  assert.deepEqual(paidWith([{ net: 100n, min: 0n }]), [0]);
  assert.deepEqual(paidWith([50n, 60n, -30n, 120n, 10n].map((net) => ({ net, min: 100n }))), [1, 1, 4, 4, 4]);
  const nets = fc.array(fc.bigInt({ min: -100n, max: 300n }), { maxLength: 30 });
  fc.assert(
    fc.property(nets, fc.bigInt({ min: 0n, max: 500n }), (all, min) => {
      const found = paidWith(all.map((net) => ({ net, min })));
      let group = 0n;
      for (const [i, at] of found.entries()) {
        assert.ok(at === undefined || at >= i, 'never with an earlier one');
        group += all[i]!;
        if (at === i) {
          assert.ok(group >= min);
          group = 0n;
        } else if (at === undefined) assert.ok(found.slice(i).every((later) => later === undefined) && group < min);
        else assert.ok(group < min, 'it would have been paid by itself');
      }
    }),
  );
});
