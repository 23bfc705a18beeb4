/** The customer's words: every verdict in both directions and languages, for a layman, accusing nobody, telling nothing of the shop's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Text } from '../base/lang.ts';
import { money } from '../base/money.ts';
import { defaultPlan } from '../plans/plan.ts';
import type { Refund, Trace } from '../traces/fold.ts';
import { type Release, VERDICTS, type VerdictCode } from './catalogue.ts';
import { paymentLine, refundLine, type Told, tellCustomer } from './customer.ts';
import { TO_CUSTOMER, TO_CUSTOMER_OUT } from './customer-words.ts';
import type { Verdict } from './judge.ts';
import { type Direction, SAYS, SAYS_OUT } from './words.ts';

const NOW = Temporal.Instant.from('2026-11-20T03:00:00Z');
const AT = NOW.subtract({ minutes: 30 });
type Shown = Readonly<{ direction: Direction; code: VerdictCode; release: Release }>;
/** What the cashier can be told, the customer can be told. */
const ALL: readonly Shown[] = (['in', 'out'] as const).flatMap((direction) =>
  Object.entries(direction === 'in' ? SAYS : SAYS_OUT).flatMap(([code, { cashier }]) =>
    Object.keys(cashier).map((release) => ({ direction, code: code as VerdictCode, release: release as Release })),
  ),
);
const verdictOf = ({ code, release }: Omit<Shown, 'direction'>, bare = false): Verdict => ({
  code,
  release,
  cause: 'none',
  reason: undefined,
  custody: 'unknown',
  confidence: 'confirmed',
  amount: bare ? undefined : money(700n, 'CNY'),
  promise: bare
    ? undefined
    : {
        on: Temporal.PlainDate.from('2026-11-23'),
        at: Temporal.Instant.from('2026-11-23T16:00:00Z'),
        assumed: false,
        rule: { en: '', zh: '' },
      },
  also: [],
  evidence: [],
  path: [],
});
const told = (s: Shown, bare = false): Told =>
  tellCustomer(
    verdictOf(s, bare),
    {
      direction: s.direction,
      channel: bare ? undefined : 'wechatpay',
      plan: defaultPlan('wechatpay'),
      at: bare ? undefined : AT,
      look: bare ? undefined : NOW.add({ minutes: 5 }),
      now: NOW,
    },
    bare ? undefined : money(1_234_567n, 'CNY'),
  )!;
const textsOf = (s: Shown): readonly Text[] =>
  [told(s), told(s, true)].flatMap(({ title, where, when, you, shop }) => [title, where, when, you, shop]);
const wrong = (find: (text: Text) => boolean): readonly string[] =>
  ALL.flatMap((s) =>
    textsOf(s)
      .filter(find)
      .map((t) => `${s.direction} ${s.code} ${s.release}: ${t.zh} / ${t.en}`),
  );

test('every verdict has its story, whatever may be done with the goods', () => {
  assert.deepEqual(Object.keys(TO_CUSTOMER).sort(), Object.keys(VERDICTS).sort());
  assert.deepEqual(Object.keys(TO_CUSTOMER_OUT).sort(), Object.keys(SAYS_OUT).sort());
  assert.deepEqual(
    ALL.filter((s) => told(s) === undefined),
    [],
  );
});

test('no place is left open, and signs are set as elsewhere', () => {
  assert.deepEqual(
    wrong(({ zh, en }) => /[{}]|undefined|null|NaN/.test(zh + en)),
    [],
  );
  assert.deepEqual(
    wrong(({ zh }) => /[，；：！!?？]|[一-鿿]\.|\s$| {2}|[,;。] |[一-鿿] [一-鿿]|\d:\d\d[一-鿿]/.test(zh)),
    [],
  );
  assert.deepEqual(
    wrong(({ en }) => /[一-鿿，。；!]|\s$| {2}| [,.;]|'/.test(en) || !/^[A-Z¥]/.test(en)),
    [],
  );
});

test('a title is one line for a phone, everything else whole sentences', () => {
  const found = ALL.flatMap((s) => {
    const { title, where, when, you, shop } = told(s);
    return [
      ...(title.zh.length > 30 || title.en.length > 64 || /[.。]$/.test(title.zh + title.en) ? [title.zh] : []),
      ...[where, when, you, shop].filter((t) => !t.zh.endsWith('。') || !t.en.endsWith('.')).map((t) => t.en),
    ];
  });
  assert.deepEqual(found, []);
});

test('nobody is accused; nothing is told of what is between the shop and its channel', () => {
  assert.deepEqual(
    wrong(({ zh, en }) => /假|伪|欺诈|诈骗|不实|可疑|\bfake|\bforg|\bfraud|\bsuspicio|\bnot genuine/i.test(zh + en)),
    [],
  );
  assert.deepEqual(
    wrong(({ zh, en }) =>
      /结算|手续费|费率|对账|批次|账单文件|风控|冻结|交货|放货|\bsettle|\bfee\b|\bpayout|\bbatch|\brisk|hand over/i.test(
        zh + en,
      ),
    ),
    [],
  );
  const road = (['received', 'on_its_way', 'late', 'held', 'payout_returned', 'short_settled'] as const).map((code) =>
    JSON.stringify(told({ direction: 'in', code, release: 'yes' })),
  );
  assert.equal(new Set(road).size, 1, 'the customer’s payment is complete, whatever became of the shop’s');
  // The verdict's own amount there is what the channel owes the shop.
  assert.ok(road[0]!.includes('12,345.67') && !road[0]!.includes('7.00'));
});

test('whoever may have paid is not told to pay again before it is known', () => {
  const undecided = ALL.filter((s) => s.direction === 'in' && ['pending', 'unknown', 'unrecorded'].includes(s.code));
  for (const s of undecided) {
    assert.match(told(s).you.zh, /不要重复付款|无需再次付款/);
    assert.match(told(s).you.en, /do not pay again/);
  }
});

test('how far the money has come', () => {
  const line = (code: VerdictCode, release: Release, trace: Partial<Trace>): string =>
    paymentLine(verdictOf({ code, release }), trace as Trace, 'wechatpay')
      .map((s) => s.state)
      .join(' ');
  const paid = { capturedAt: AT, recordedAt: AT };
  assert.equal(line('on_its_way', 'yes', paid), 'done done done done');
  assert.equal(line('unrecorded', 'yes', { capturedAt: AT }), 'done now next next');
  assert.equal(line('pending', 'ask', {}), 'now next next next');
  assert.equal(line('unpaid', 'no', {}), 'now off next next');
  assert.equal(line('reversed', 'no', paid), 'done done done now');
  assert.equal(line('refunded', 'no', paid), 'done done done done');
  const back = (state: Refund['state'], code: VerdictCode): string =>
    refundLine({ refund: { state, at: AT } as Refund, verdict: verdictOf({ code, release: 'no' }) }, 'wechatpay')
      .map((s) => s.state)
      .join(' ');
  assert.equal(back('processing', 'pending'), 'now next next');
  assert.equal(back('succeeded', 'on_its_way'), 'done now next');
  assert.equal(back('succeeded', 'received'), 'done done done');
  assert.equal(back('abnormal', 'payout_returned'), 'done now off');
  assert.equal(back('closed', 'unpaid'), 'now off next');
});
