/** What the tests of the Stripe adapter share: it and its simulator side by side, and short words for what it says. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { accountFor, type SimOptions, type StripeSim, startStripeSim } from '../../sim/channels/stripe/server.ts';
import { steppedClock } from '../../sim/clock.ts';
import type { Account, Answer, Ask, Credential, RawMessage } from '../../src/channels/channel.ts';
import { stripe } from '../../src/channels/stripe/channel.ts';
import type { Observed } from '../../src/observations/observation.ts';
import type { Harness } from '../conformance/suite.ts';
import { accountOf, closeOutbound, type Ear, ioOf, startEar } from '../conformance/surroundings.ts';

const ends: Array<() => unknown> = [closeOutbound];
export async function closeBenches(): Promise<void> {
  for (const end of ends) await end();
}

export type Bench = Harness & Readonly<{ sim: StripeSim; ear: Ear }>;
type Seen = Readonly<{ id: string; type: string; data: { object: { metadata?: Record<string, string>; id: string } } }>;
export const seen = (m: RawMessage): Seen => JSON.parse(Buffer.from(m.body).toString('utf8'));

/** The suite asks at once, so its index does not lag. */
export async function bench(
  how: Partial<SimOptions> & Readonly<{ settings?: Account['settings'] }> = {},
): Promise<Bench> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const ear = await startEar({ status: 200, body: '{"received":true}' });
  const sim = await startStripeSim({ clock, searchLagMs: 0, notifyUrl: () => ear.url, ...how });
  ends.unshift(() => sim.close(), ear.close);
  const made = accountFor(sim);
  const account: Account = {
    ...accountOf(made),
    subMerchantNo: made.subMerchantNo,
    livemode: sim.livemode,
    settings: { ...made.settings, ...how.settings },
  };
  return {
    channel: stripe,
    sim,
    ear,
    clock,
    account,
    keys: made.credentials,
    io: ioOf(clock),
    other: { ...account, livemode: !account.livemode },
    words: { placed: 'unpaid', underway: 'processing' },
    place: (ref, minor) => void sim.place(ref, minor),
    open: () => {},
    pay: (ref) => sim.pay(ref),
    payAfter: (ref, ms) => sim.pay(ref, { processingMs: ms }),
    fail: undefined,
    async notifications(ref) {
      await sim.quiet();
      ear.accept(false);
      ear.caught.length = 0;
      await sim.pay(ref);
      ear.accept(true);
      await clock.advance(300_000);
      const mine = ear.caught.filter((m) => seen(m).type === 'payment_intent.succeeded');
      return [mine[0]!, mine[1]!];
    },
    fault: (kind) => sim.faultAnswer(kind as 'silent'),
    fired: (kind) => sim.fired.get(kind) ?? 0,
    unsignedAnswers: 'Stripe signs no answer: TLS and the request are what there is',
    rotate: () => assert.fail('its secret is entered by hand'),
    signedHeaders: ['stripe-signature'],
    rewritten: (body) => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString()))),
    staleAfterMs: 300_000,
  };
}

export const ask = (paymentRef: string, more: Partial<Ask> = {}): Ask => ({
  paymentRef,
  channelTrade: undefined,
  product: undefined,
  ...more,
});
export const inquire = (h: Bench, ref: string, more?: Partial<Ask>): Promise<Answer> =>
  stripe.inquire(ask(ref, more), h.account, h.keys, h.io);
export function saidBy(answer: Answer): readonly Observed[] {
  assert.ok(answer.outcome === 'answered', inspect(answer));
  return answer.observed;
}
export const refundOf = (h: Bench, paymentRef: string, refundRef: string, refundMinor: bigint, over = {}) =>
  stripe.refund(
    { paymentRef, refundRef, refundMinor, totalMinor: 1_000_000n, currency: 'CNY', reason: '', ...over },
    h.account,
    h.keys,
    h.io,
  );
export const verify = (h: Bench, m: RawMessage, over: { account?: Account; keys?: readonly Credential[] } = {}) =>
  stripe.verify(m, over.account ?? h.account, over.keys ?? h.keys, h.clock.now());
export const reasonOf = (v: ReturnType<typeof verify>): string => (v.ok ? 'ok' : v.reason);
export const read = (h: Bench, m: RawMessage): readonly Observed[] => stripe.read(m, h.account, h.keys);
export const short = (o: Observed): unknown => [o.kind, o.paymentRef, o.amount?.minor, o.refund?.state];
/** What the endpoint heard of this kind. */
export const heard = async (h: Bench, type: string): Promise<readonly RawMessage[]> => {
  await h.sim.quiet();
  return h.ear.caught.filter((m) => seen(m).type === type);
};
export const codeOf = (answer: Answer): string => (answer.outcome === 'refused' ? answer.code : answer.outcome);
