/** The table of receipts: one line a case, and the laws I6 and I7 over all facts there can be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KINDS, type Kind, type Source } from '../observations/observation.ts';
import { fold, type Kept } from '../traces/fold.ts';
import { VERDICTS, type VerdictCode } from './catalogue.ts';
import { CLAIM_KINDS, judgeReceipt, type OwnVerdict, type ReceiptFacts, receiptPrecedence } from './receipt.ts';

const own = (code: VerdictCode, release: OwnVerdict['release']): OwnVerdict => ({
  code,
  release,
  cause: 'none',
  reason: undefined,
  custody: 'channel',
  confidence: 'confirmed',
  also: [],
});
const PAID = own('on_its_way', 'yes');
const PLAIN: ReceiptFacts = {
  kind: 'paid_not_seen',
  proof: 'shown',
  found: 'none',
  searched: 'reference',
  payment: undefined,
  channel: 'not_asked',
  id: 'fits',
  amount: 'unsaid',
  time: 'unsaid',
  payee: 'unsaid',
  order: 'unsaid',
  handedIn: 'no',
  imageSeen: false,
  old: false,
  dayDiffers: false,
  placed: false,
};
const FOUND: Partial<ReceiptFacts> = { found: 'by_reference', payment: PAID };

const TABLE: ReadonlyArray<readonly [what: string, facts: Partial<ReceiptFacts>, says: string]> = [
  ['found, paid, nothing speaks against it', FOUND, 'yes on_its_way'],
  ['found by a person’s choice', { ...FOUND, found: 'chosen' }, 'yes on_its_way'],
  ['found by its amount alone', { ...FOUND, found: 'by_amount' }, 'ask on_its_way'],
  ['found by amount, at this till, now', { ...FOUND, found: 'by_amount', placed: true }, 'yes on_its_way'],
  ['found, and not paid', { found: 'by_reference', payment: own('unpaid', 'no') }, 'no unpaid'],
  [
    'it was unpaid a minute ago, and now the channel is silent',
    { found: 'by_reference', payment: own('unpaid', 'no'), channel: 'silent' },
    'ask pending',
  ],
  [
    'it was reversed, and now the channel is silent',
    { found: 'by_reference', payment: own('reversed', 'no'), channel: 'silent' },
    'no reversed',
  ],
  ['several fit', { found: 'several' }, 'ask unknown'],
  ['goods were given for it before', { ...FOUND, handedIn: 'before' }, 'no reused_receipt'],
  [
    'goods were given for it before, and the question is where they are',
    { ...FOUND, handedIn: 'before', kind: 'paid_no_goods' },
    'yes on_its_way',
  ],
  ['asked twice in a moment', { ...FOUND, handedIn: 'moments_ago' }, 'ask on_its_way'],
  ['another order, which was served', { ...FOUND, order: 'other_served' }, 'no reused_receipt'],
  ['another order, still open', { ...FOUND, order: 'other' }, 'no paid_elsewhere'],
  [
    'another order, and not paid at all',
    { order: 'other', found: 'by_reference', payment: own('unpaid', 'no') },
    'no unpaid',
  ],
  ['another store', { ...FOUND, payee: 'other' }, 'no paid_elsewhere'],
  ['less at the channel than shown', { ...FOUND, amount: 'more' }, 'no fake_receipt'],
  ['less at the channel than told', { ...FOUND, amount: 'more', proof: 'told' }, 'ask underpaid'],
  ['more at the channel than shown: a discount', { ...FOUND, amount: 'less' }, 'yes on_its_way'],
  ['the same picture as before', { ...FOUND, imageSeen: true }, 'ask on_its_way'],
  ['paid weeks ago', { ...FOUND, old: true }, 'ask on_its_way'],
  ['paid on another day than said', { ...FOUND, time: 'far' }, 'ask on_its_way'],
  ['refunded meanwhile', { found: 'by_reference', payment: own('refunded', 'no') }, 'no refunded'],
  ['a transfer to a person', { payee: 'other' }, 'no paid_elsewhere'],
  ['a number that cannot be', { id: 'impossible' }, 'no fake_receipt'],
  ['a number that cannot be, typed', { id: 'impossible', proof: 'told' }, 'ask unknown'],
  ['a number of a channel that is not ours', { id: 'foreign' }, 'ask unknown'],
  ['a foreign number, and an unfitting denial', { id: 'foreign', channel: 'denies_finally' }, 'ask unknown'],
  ['denied once', { channel: 'denies_once' }, 'ask unknown'],
  ['denied again, before the bill', { channel: 'denies_again' }, 'ask unknown'],
  ['denied, and the bill is complete', { channel: 'denies_finally' }, 'no fake_receipt'],
  ['denied, the bill is complete, the number was told', { channel: 'denies_finally', proof: 'told' }, 'no unpaid'],
  ['silent', { channel: 'silent' }, 'ask pending'],
  ['nobody can be asked', {}, 'ask unknown'],
  ['no such amount', { searched: 'amount' }, 'ask unknown'],
  ['nothing to search by', { searched: 'nothing' }, 'ask unknown'],
];
for (const [what, facts, says] of TABLE)
  test(`receipt: ${what} → ${says}`, () => {
    const verdict = judgeReceipt({ ...PLAIN, ...facts });
    assert.equal(`${verdict.release} ${verdict.code}`, says);
    assert.ok(verdict.why.length > 0 && verdict.why.every((w) => w.en !== '' && w.zh !== ''));
  });

const code = fc.constantFrom(...(Object.keys(VERDICTS) as VerdictCode[]));
const anyFacts: fc.Arbitrary<ReceiptFacts> = fc.record({
  kind: fc.constantFrom(...CLAIM_KINDS),
  proof: fc.constantFrom('shown', 'told'),
  found: fc.constantFrom('by_reference', 'chosen', 'by_amount', 'several', 'none'),
  searched: fc.constantFrom('reference', 'amount', 'nothing'),
  payment: fc.option(
    fc.tuple(code, fc.constantFrom('yes', 'no', 'ask')).map(([c, r]) => own(c, r as OwnVerdict['release'])),
    { nil: undefined },
  ),
  channel: fc.constantFrom('not_asked', 'silent', 'denies_once', 'denies_again', 'denies_finally'),
  id: fc.constantFrom('none', 'fits', 'impossible', 'foreign'),
  amount: fc.constantFrom('unsaid', 'same', 'less', 'more'),
  time: fc.constantFrom('unsaid', 'near', 'far'),
  payee: fc.constantFrom('unsaid', 'ours', 'other', 'unlike'),
  order: fc.constantFrom('unsaid', 'same', 'other', 'other_served'),
  handedIn: fc.constantFrom('no', 'moments_ago', 'before'),
  imageSeen: fc.boolean(),
  old: fc.boolean(),
  dayDiffers: fc.boolean(),
  placed: fc.boolean(),
}) as fc.Arbitrary<ReceiptFacts>;

test('I6: “hand over” is said only where the payment’s own verdict says it', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const v = judgeReceipt(facts);
      if (v.release !== 'yes') return;
      assert.equal(facts.payment?.release, 'yes');
      assert.equal(v.code, facts.payment!.code);
      assert.ok(facts.found !== 'none' && facts.found !== 'several');
    }),
    { numRuns: 5_000 },
  );
});

test('I7: silence, and a denial before the bill, make nobody unpaid and no receipt false', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const v = judgeReceipt({
        ...facts,
        id: 'fits',
        amount: 'unsaid',
        channel: facts.channel === 'denies_finally' ? 'silent' : facts.channel,
      });
      const isOwn = facts.payment !== undefined && facts.found !== 'none' && facts.found !== 'several';
      if (!isOwn) assert.ok(v.code !== 'unpaid' && v.code !== 'fake_receipt', v.code);
      else if (facts.channel === 'silent') assert.notEqual(v.code, 'unpaid');
    }),
    { numRuns: 5_000 },
  );
});

test('every row of the table can be the answer', () => {
  const seen = new Set<string>();
  for (const [, facts] of TABLE) seen.add(judgeReceipt({ ...PLAIN, ...facts }).why[0]!.en);
  assert.deepEqual(
    receiptPrecedence()
      .map((r) => r.why.en)
      .filter((en) => !seen.has(en)),
    [],
  );
});

const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');
const anyKept = (sources: readonly Source[]): fc.Arbitrary<Kept> =>
  fc
    .record({
      seconds: fc.integer({ min: 0, max: 9 }),
      kind: fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
      source: fc.constantFrom(...sources),
      key: fc.constantFrom('a', 'b', 'c'),
      body: fc.constantFrom('1', '2'),
      minor: fc.constantFrom(1n, 10_000n),
    })
    .map((r) => ({
      id: `${r.seconds}${r.kind}${r.source}${r.key}${r.body}`,
      source: r.source,
      key: r.key,
      kind: r.kind,
      bodyHash: r.body,
      occurredAt: T0.add({ seconds: r.seconds }),
      lastSeenAt: T0.add({ seconds: r.seconds }),
      times: 1,
      refs: [{ kind: 'channel_trade', value: r.key }],
      said: r.kind,
      amount: { minor: r.minor, currency: 'CNY' },
      ...(r.kind === 'refund' ? { refund: { ref: r.key, state: 'succeeded' as const } } : {}),
    }));

test('I6: whatever customers claim, in whatever words, the trace is the same', () => {
  fc.assert(
    fc.property(
      fc.array(anyKept(['order', 'notification', 'inquiry', 'bill']), { maxLength: 8 }),
      fc.array(anyKept(['claim']), { minLength: 1, maxLength: 6 }),
      (said, claimed) => assert.deepEqual(fold([...claimed, ...said]), fold(said)),
    ),
    { numRuns: 1_000 },
  );
});
