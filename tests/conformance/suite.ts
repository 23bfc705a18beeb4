/**
 * What every channel must do, told once. A channel brings a harness — its adapter and its simulator — and passes, or skips with the reason
 * it declares in its capabilities.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { SteppedClock } from '../../sim/clock.ts';
import type { Account, Answer, Capability, Channel, Credential, Io, RawMessage } from '../../src/channels/channel.ts';
import type { Kind } from '../../src/observations/observation.ts';

/** What the channel can be made to answer, in words that fit every channel. */
export type Fault = 'silent' | 'limited' | 'broken' | 'html' | 'unsigned' | 'badly_signed';

export type Harness = Readonly<{
  channel: Channel;
  clock: SteppedClock;
  account: Account;
  keys: readonly Credential[];
  io: Io;
  /** Another merchant of the same channel, with keys of its own. */
  other: Account;
  place(ref: string, minor: number): void;
  /** The buyer opens it: from here on every channel knows it. */
  open(ref: string): void;
  pay(ref: string): Promise<void>;
  /** The buyer is at it from now on, and has paid after so long. */
  payAfter(ref: string, ms: number): Promise<void>;
  /** Undefined where the channel has no word for a failure. */
  fail: ((ref: string) => void) | undefined;
  /** The channel's word for an order that is placed only, and for one that the buyer is paying. */
  words: Readonly<{ placed: Kind; underway: Kind }>;
  /** The genuine notification of the next success, sent twice: as the channel sends it again after nobody answered. */
  notifications(ref: string): Promise<readonly [RawMessage, RawMessage]>;
  fault(kind: Fault): void;
  /** Why its answers carry no signature, where they carry none. */
  unsignedAnswers?: string;
  fired(kind: Fault): number;
  /** A message signed by the channel in another way: a deliberate wrong signature. Undefined where it has no such thing. */
  probe?: ((ref: string) => Promise<RawMessage>) | undefined;
  /** New keys sign from now on. */
  rotate(): void;
  /** Headers whose change must be noticed. */
  signedHeaders: readonly string[];
  /** Only values are signed, and not all: a changed byte is noticed, or it says nothing about money. */
  signsValues?: true;
  /** The same content as something on the way writes it anew, which is not what was signed; undefined where it is. */
  rewritten: ((body: Uint8Array) => Uint8Array) | undefined;
  /** The channel's number of a payment, where a refund is asked for by it. */
  tradeOf?(ref: string): string;
  /** Older than this is a replay. Undefined where the channel signs no time of sending: its replay is the same event again. */
  staleAfterMs: number | undefined;
}>;

export function conformance(name: string, make: () => Promise<Harness>): void {
  let seq = 0;
  const on = { h: undefined as unknown as Harness };
  const ref = (): string => `CF${String(++seq).padStart(6, '0')}`;
  const ask = (paymentRef: string) => ({ paymentRef, channelTrade: undefined, product: undefined });
  const inquire = (paymentRef: string): Promise<Answer> =>
    on.h.channel.inquire(ask(paymentRef), on.h.account, on.h.keys, on.h.io);
  const verify = (m: RawMessage, keys = on.h.keys, account = on.h.account) =>
    on.h.channel.verify(m, account, keys, on.h.clock.now());
  const can = (capability: Capability, title: string, body: (t: TestContext) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      on.h ??= await make();
      const declared = on.h.channel.capabilities[capability];
      if (declared !== true) return t.skip(declared.en);
      await body(t);
    });
  };
  const kindOf = (answer: Answer): Kind | string =>
    answer.outcome === 'answered' ? (answer.observed[0]?.kind ?? 'nothing') : answer.outcome;

  can('inquire', 'each state of a payment has its word', async () => {
    const r = ref();
    assert.equal(kindOf(await inquire(r)), 'not_found');
    on.h.place(r, 1_234);
    assert.equal(kindOf(await inquire(r)), on.h.words.placed);
    on.h.open(r);
    assert.equal(kindOf(await inquire(r)), 'unpaid');
    await on.h.payAfter(r, 5_000);
    assert.equal(kindOf(await inquire(r)), on.h.words.underway);
    await on.h.clock.advance(6_000);
    const paid = await inquire(r);
    assert.equal(kindOf(paid), 'captured');
    const [said] = paid.outcome === 'answered' ? paid.observed : [];
    assert.equal(said?.paymentRef, r);
    assert.deepEqual(said?.amount, { minor: 1_234n, currency: 'CNY' });
    assert.ok(said?.refs.some((x) => x.kind === 'channel_trade'));
    if (on.h.fail === undefined) return;
    const failed = ref();
    on.h.place(failed, 100);
    on.h.fail(failed);
    assert.equal(kindOf(await inquire(failed)), 'failed');
  });

  can('inquire', 'an equal answer has an equal name', async () => {
    const r = ref();
    on.h.place(r, 100);
    const first = await inquire(r);
    await on.h.clock.advance(1_000);
    const second = await inquire(r);
    assert.ok(first.outcome === 'answered' && second.outcome === 'answered');
    assert.equal(first.observed[0]?.key, second.observed[0]?.key);
  });

  for (const fault of ['silent', 'limited', 'broken', 'html', 'unsigned', 'badly_signed'] as const)
    can('inquire', `I7: ${fault}: nothing is said about money`, async (t) => {
      if (on.h.unsignedAnswers !== undefined && /signed/.test(fault)) return t.skip(on.h.unsignedAnswers);
      const r = ref();
      on.h.place(r, 100);
      await on.h.pay(r);
      const before = on.h.fired(fault);
      on.h.fault(fault);
      const answer = await inquire(r);
      assert.equal(on.h.fired(fault), before + 1, 'the fault did not fire');
      assert.equal(answer.outcome, fault === 'limited' ? 'limited' : 'unknown', inspect(answer));
    });

  can('close', 'what is closed can no longer be paid, what is paid is not closed', async () => {
    const r = ref();
    on.h.place(r, 100);
    on.h.open(r);
    await on.h.channel.close(ask(r), on.h.account, on.h.keys, on.h.io);
    assert.equal(kindOf(await inquire(r)), 'closed');
    const paid = ref();
    on.h.place(paid, 100);
    await on.h.pay(paid);
    const answer = await on.h.channel.close(ask(paid), on.h.account, on.h.keys, on.h.io);
    assert.notEqual(answer.outcome, 'answered');
    assert.equal(kindOf(await inquire(paid)), 'captured');
  });

  can('refund', 'a refund is told by its own reference, and the same again is the same', async () => {
    const r = ref();
    on.h.place(r, 1_000);
    await on.h.pay(r);
    const wanted = {
      paymentRef: r,
      channelTrade: on.h.tradeOf?.(r),
      // UnionPay takes digits and letters only.
      refundRef: `${r}R`,
      refundMinor: 400n,
      totalMinor: 1_000n,
      currency: 'CNY',
      reason: '',
    };
    for (let i = 0; i < 2; i += 1) {
      const given = await on.h.channel.refund(wanted, on.h.account, on.h.keys, on.h.io);
      assert.equal(kindOf(given), 'refund', inspect(given));
    }
    if (on.h.channel.capabilities.inquire_refund !== true) return;
    await on.h.clock.advance(10_000);
    const asked = await on.h.channel.inquireRefund(wanted, on.h.account, on.h.keys, on.h.io);
    assert.ok(asked.outcome === 'answered');
    const refund = asked.observed[0]?.refund;
    assert.deepEqual([refund?.ref, refund?.state], [wanted.refundRef, 'succeeded']);
    assert.equal(asked.observed[0]?.amount?.minor, 400n);
  });

  can('notify', 'a genuine notification verifies and reads; sent again it is the same event', async () => {
    const r = ref();
    on.h.place(r, 1_234);
    const [first, again] = await on.h.notifications(r);
    const [one, two] = [verify(first), verify(again)];
    assert.ok(one.ok && two.ok, inspect([one, two]));
    assert.deepEqual([one.key, one.bodyHash, one.occurredAt], [two.key, two.bodyHash, two.occurredAt]);
    const [said] = on.h.channel.read(first, on.h.account, on.h.keys);
    assert.equal(said?.kind, 'captured');
    assert.equal(said?.paymentRef, r);
    assert.equal(said?.amount?.minor, 1_234n);
    assert.equal(said?.source, 'notification');
  });

  can('notify', 'F16: one flipped byte in the body or in a signed header is noticed', async () => {
    const r = ref();
    on.h.place(r, 100);
    const [genuine] = await on.h.notifications(r);
    const factsOf = (m: RawMessage) =>
      on.h.channel.read(m, on.h.account, on.h.keys).map(({ key: _, occurredAt: __, ...facts }) => facts);
    for (let at = 0; at < genuine.body.length; at += on.h.signsValues ? 1 : 7) {
      const body = Buffer.from(genuine.body);
      body[at]! ^= 1;
      const changed = { ...genuine, body };
      if (!verify(changed).ok) continue;
      assert.ok(on.h.signsValues, `byte ${at}`);
      assert.deepEqual(factsOf(changed), factsOf(genuine), `byte ${at}`);
    }
    for (const header of on.h.signedHeaders) {
      const value = genuine.headers[header]!;
      for (let at = 0; at < value.length; at += 5) {
        const changed = `${value.slice(0, at)}${value[at] === 'a' ? 'b' : 'a'}${value.slice(at + 1)}`;
        assert.equal(
          verify({ ...genuine, headers: { ...genuine.headers, [header]: changed } }).ok,
          false,
          `${header} ${at}`,
        );
      }
      const { [header]: _, ...without } = genuine.headers;
      assert.equal(verify({ ...genuine, headers: without }).ok, false, `without ${header}`);
    }
    if (on.h.rewritten === undefined) return;
    const rewritten = on.h.rewritten(genuine.body);
    assert.notDeepEqual(Buffer.from(rewritten), Buffer.from(genuine.body), 'nothing was written anew');
    assert.equal(verify({ ...genuine, body: rewritten }).ok, false);
  });

  can(
    'notify',
    'F17: too old is stale, or the same event again; signed well about another merchant is refused',
    async () => {
      const r = ref();
      on.h.place(r, 100);
      const [genuine, again] = await on.h.notifications(r);
      const other = verify(genuine, on.h.keys, on.h.other);
      assert.equal(!other.ok && other.reason, 'wrong_account');
      await on.h.clock.advance((on.h.staleAfterMs ?? 86_400_000) + 1_000);
      const old = verify(genuine);
      if (on.h.staleAfterMs !== undefined) return assert.equal(!old.ok && old.reason, 'stale');
      const known = verify(again);
      assert.ok(old.ok && known.ok);
      assert.deepEqual([old.key, old.bodyHash, old.occurredAt], [known.key, known.bodyHash, known.occurredAt]);
    },
  );

  can('notify', 'a deliberate wrong signature is known as one', async () => {
    if (on.h.probe === undefined) return;
    const r = ref();
    on.h.place(r, 100);
    const probed = verify(await on.h.probe(r));
    assert.equal(!probed.ok && probed.reason, 'probe');
  });

  can('keys', 'F19: keys change mid-stream: the new one is fetched, and both verify', async () => {
    const before = ref();
    on.h.place(before, 100);
    const [old] = await on.h.notifications(before);
    on.h.rotate();
    const after = ref();
    on.h.place(after, 100);
    const [fresh] = await on.h.notifications(after);
    const unknown = verify(fresh);
    assert.equal(!unknown.ok && unknown.reason, 'unknown_key');
    const named = unknown.ok ? undefined : unknown.key;
    const fetched = await on.h.channel.fetchKeys(on.h.account, on.h.keys, on.h.io, named);
    const keys = [...on.h.keys, ...fetched];
    assert.equal(verify(fresh, keys).ok, true);
    assert.equal(verify(old, keys).ok, true);
  });

  test(`${name}: whatever is missing says why`, async () => {
    on.h ??= await make();
    for (const [capability, declared] of Object.entries(on.h.channel.capabilities))
      if (declared !== true) assert.ok(declared.en.length > 10 && declared.zh.length > 4, capability);
  });
}
