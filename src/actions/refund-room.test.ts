/** I8 as arithmetic: what is left to give back, whoever told of what, and that taking it never leaves less than nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../base/money.ts';
import type { PlainAccount } from '../channels/accounts.ts';
import type { ChannelId } from '../channels/channel.ts';
import { channelOf } from '../channels/registry.ts';
import type { RefundState } from '../observations/observation.ts';
import { fold, type Kept, type Trace } from '../traces/fold.ts';
import type { RefundOwnState, RefundRow } from './refund-book.ts';
import { roomOf } from './refund-room.ts';

const at = Temporal.Instant.from('2026-11-27T06:00:00Z');
const plain = (provider: ChannelId): PlainAccount => ({
  account: {
    ...{ id: 'a', provider, merchantNo: '1', subMerchantNo: undefined, livemode: false, baseUrl: '', settings: {} },
  },
  ...{ name: 'a', channel: channelOf(provider), feed: 'none', forwardUrl: undefined, closing: 'never' },
  ...{ orderMode: 'required', state: 'active' },
});
type Told = Readonly<{ ref: string; state: RefundState; minor?: bigint | undefined }>;
function traceOf(refunds: readonly Told[], captured = 1_000n): Trace {
  const said = (n: number, more: Partial<Kept>): Kept => ({
    ...{ id: `o${n}`, source: 'inquiry', key: `k${n}`, kind: 'captured', occurredAt: at.add({ seconds: n }) },
    ...{
      refs: [{ kind: 'channel_trade', value: 'T' }],
      said: '',
      bodyHash: `h${n}`,
      lastSeenAt: at,
      times: 1,
      ...more,
    },
  });
  return fold([
    said(0, { amount: money(captured, 'CNY') }),
    ...refunds.map(({ ref, state, minor }, n) =>
      said(n + 1, {
        kind: 'refund',
        refund: { ref, state },
        ...(minor === undefined ? {} : { amount: money(minor, 'CNY') }),
      }),
    ),
  ]);
}
const ours = (ref: string, state: RefundOwnState, minor: bigint, channelRef: string | null = null): RefundRow => ({
  ...{ id: ref, livemode: false, payment_id: 'p', account_id: 'a', n: 1, ref, channel_ref: channelRef },
  ...{
    amount_minor: minor,
    currency: 'CNY',
    reason: 'other',
    note: null,
    made_by: 'x',
    made_at: at,
    policy_version: 0,
  },
  ...{ state, asked_at: null, sent: 0, asked: 0, code: null, detail: null, ended_at: null },
});

test('what counts as gone, once', () => {
  const table: ReadonlyArray<readonly [string, ChannelId, readonly Told[], readonly RefundRow[], bigint]> = [
    ['nothing', 'stripe', [], [], 1_000n],
    ['ours that nobody knows of yet', 'stripe', [], [ours('A', 'waiting', 300n), ours('B', 'asking', 200n)], 500n],
    ['ours that came to nothing', 'stripe', [], [ours('A', 'refused', 300n), ours('B', 'cancelled', 200n)], 1_000n],
    [
      'ours that the channel is at work on',
      'stripe',
      [{ ref: 'A', state: 'processing' }],
      [ours('A', 'at_channel', 300n)],
      700n,
    ],
    [
      'ours by the channel’s own number',
      'adyen',
      [{ ref: 'PSP', state: 'processing', minor: 300n }],
      [ours('A', 'sent', 300n, 'PSP')],
      700n,
    ],
    ['ours that is done', 'stripe', [{ ref: 'A', state: 'succeeded', minor: 300n }], [ours('A', 'sent', 300n)], 700n],
    ['another’s that is under way', 'stripe', [{ ref: 'X', state: 'processing', minor: 400n }], [], 600n],
    ['another’s of an amount that is not told', 'stripe', [{ ref: 'X', state: 'processing' }], [], 0n],
    [
      'all so far as the channel sums it, and one of it by its own number',
      'alipay',
      [
        { ref: 'T', state: 'succeeded', minor: 300n },
        { ref: 'A', state: 'succeeded', minor: 300n },
      ],
      [ours('A', 'done', 300n)],
      700n,
    ],
    ['bounced', 'stripe', [{ ref: 'A', state: 'abnormal', minor: 300n }], [ours('A', 'refused', 300n)], 1_000n],
    [
      'bounced at WeChat Pay',
      'wechatpay',
      [{ ref: 'A', state: 'abnormal', minor: 300n }],
      [ours('A', 'refused', 300n)],
      700n,
    ],
    ['more than was paid', 'stripe', [{ ref: 'X', state: 'succeeded', minor: 1_200n }], [], 0n],
  ];
  for (const [what, provider, told, rows, left] of table)
    assert.equal(roomOf(traceOf(told), rows, plain(provider)), left, what);
});

test('I8: whatever is asked for, under way and done: taking all that is left leaves nothing, and never less', () => {
  const state = fc.constantFrom<RefundState>('processing', 'succeeded', 'closed', 'abnormal');
  const own = fc.constantFrom<RefundOwnState>(
    'waiting',
    'ready',
    'sent',
    'asking',
    'at_channel',
    'rejected',
    'cancelled',
  );
  const minor = fc.bigInt({ min: 1n, max: 600n });
  const names = fc.constantFrom('A', 'B', 'C', 'D');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ ref: names, state, minor }), { selector: (t) => t.ref, maxLength: 4 }),
      fc.uniqueArray(fc.tuple(names, own, minor), { selector: ([ref]) => ref, maxLength: 4 }),
      fc.constantFrom<ChannelId>('wechatpay', 'alipay', 'stripe'),
      (told, rows, provider) => {
        const trace = traceOf(told);
        const mine = rows.map(([ref, s, m]) => ours(ref, s, m));
        const room = roomOf(trace, mine, plain(provider));
        assert.ok(
          room >= 0n &&
            room + trace.refundedMinor <= 1_000n + (trace.refundedMinor > 1_000n ? trace.refundedMinor : 0n),
        );
        if (room === 0n) return;
        const all = [...mine, ours('NEW', 'ready', room)];
        assert.equal(roomOf(trace, all, plain(provider)), 0n);
        // Everything that is open ends well: the channel has given back no more than was paid.
        const end = new Map<string, Told>(told.map((t) => [t.ref, t]));
        for (const r of all)
          if (!['rejected', 'cancelled'].includes(r.state) && !end.has(r.ref))
            end.set(r.ref, { ref: r.ref, state: 'succeeded', minor: r.amount_minor });
        const after = [...end.values()].map((t) => {
          const isOpen = t.state === 'processing';
          const known = all.find((r) => r.ref === t.ref);
          return isOpen ? { ...t, state: 'succeeded' as const, minor: known?.amount_minor ?? t.minor } : t;
        });
        assert.ok(traceOf(after).refundedMinor <= 1_000n);
      },
    ),
  );
});
