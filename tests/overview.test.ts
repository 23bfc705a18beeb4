/**
 * The overview's sums are those of the payments judged one by one: a random shop with payments at every station, under plans that change, with
 * bills that are there and not, and batches in every state. Each run prints the seed that makes it again.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { following } from '../src/actions/follow.ts';
import { type Pace, paceOf } from '../src/actions/pace.ts';
import type { Reading } from '../src/actions/standing.ts';
import { usualToRecord } from '../src/actions/usual.ts';
import { page } from '../src/api/payment-list.ts';
import type { PaymentOut } from '../src/api/read.ts';
import { newId } from '../src/base/ids.ts';
import { money, parseMoney } from '../src/base/money.ts';
import { type Random, seeded } from '../src/base/random.ts';
import { CHINA } from '../src/base/time.ts';
import { vaultOf } from '../src/base/vault.ts';
import { Accounts, type OrderMode } from '../src/channels/accounts.ts';
import type { ChannelId } from '../src/channels/channel.ts';
import { Policies } from '../src/channels/policies.ts';
import { addPlan } from '../src/channels/terms.ts';
import type { TenantTx } from '../src/db/pool.ts';
import type { Kind, Observed, Source } from '../src/observations/observation.ts';
import { type Said, take } from '../src/traces/advance.ts';
import { overviewOf } from '../src/watch/overview.ts';
import { freshBook, type TestBook } from './support/database.ts';

const NOW = Temporal.Instant.from('2026-11-27T06:30:00Z');
const TODAY = NOW.toZonedDateTimeISO(CHINA).toPlainDate();
const PAYMENTS = 500;
const DAYS = 45;

let on: TestBook;
let reading: Reading;
const pace: Pace = paceOf(
  () => NOW,
  1,
  () => 0.5,
);
const vault = vaultOf([randomBytes(32)]);
const seed = Number(process.env.DAOZHANG_SEED ?? randomInt(1e9));
before(async () => {
  on = await freshBook();
  const accounts = new Accounts(vault);
  const policies = new Policies();
  reading = { accounts, policies, pace };
  await on.book.tenant(on.tenantId, (tx) => shop(tx, seeded(seed), accounts, policies));
});
after(() => on.close());

type Shop = Readonly<{ id: string; provider: ChannelId; merchantNo: string; currency: string; mode: OrderMode }>;

async function shop(tx: TenantTx, random: Random, accounts: Accounts, policies: Policies): Promise<void> {
  const shops: Shop[] = [];
  for (const [provider, currency, mode] of [
    ['wechatpay', 'CNY', 'required'],
    ['alipay', 'CNY', 'required'],
    ['lakala', 'CNY', 'none'],
    ['stripe', 'USD', 'required'],
  ] as const) {
    const merchantNo = `19000000${shops.length}`;
    const id = await accounts.create(tx, {
      ...{ provider, name: provider, merchantNo, livemode: false, orderMode: mode, settings: {}, credentials: [] },
    });
    shops.push({ id, provider, merchantNo, currency, mode });
  }
  // A plan that ends its days at an odd minute from the middle on: promises of one day of business differ.
  await addPlan(tx, shops[0]!.id, {
    from: TODAY.subtract({ days: 9 }),
    body: { settle: { cycle: 'T+1', cutoff: '22:17' } },
    by: 'test',
  });
  const follow = following(accounts, policies, pace);
  const all = Array.from({ length: PAYMENTS }, (_, i) => story(random, shops[random.below(shops.length)]!, i));
  // As they came, some at a time.
  for (let at = 0; at < all.length; at += 100) await take(tx, all.slice(at, at + 100).flat(), follow);
  await documents(tx, random, shops);
}

/** One payment's story: what was said of it, by whom. */
function story(random: Random, { id, currency }: Shop, i: number): Said[] {
  const chance = (percent: number): boolean => random.below(100) < percent;
  const ref = `P${i}`;
  const start = NOW.subtract({ seconds: random.below(DAYS * 86_400) });
  const minor = BigInt(100 + random.below(90_000));
  const told: Said[] = [];
  const say = (kind: Kind, source: Source, seconds: number, more: Partial<Observed> = {}): void => {
    const occurredAt = start.add({ seconds });
    const observed: Observed = {
      source,
      key: `${ref} ${kind} ${told.length}`,
      kind,
      occurredAt,
      paymentRef: ref,
      refs: [],
      said: kind,
      ...more,
    };
    told.push({ accountId: id, livemode: false, observed, messageId: undefined, heardAt: occurredAt });
  };
  const amount = money(minor, currency);
  const asked = chance(6) ? money(minor + (chance(50) ? 50n : -50n), currency) : amount;
  if (chance(92)) say('order_placed', 'order', 0, { amount: asked });
  const isClosedFirst = chance(4);
  if (isClosedFirst) say('order_closed', 'order', 20);
  if (chance(12)) say('processing', 'inquiry', 25);
  if (chance(14)) {
    say((['unpaid', 'not_found', 'closed', 'failed'] as const)[random.below(4)]!, 'inquiry', 40);
    return told;
  }
  if (chance(4)) return told;
  say('captured', chance(70) ? 'notification' : 'inquiry', 60, { amount });
  if (!isClosedFirst && chance(88)) say('recorded', 'order', 60 + random.below(40));
  if (chance(8))
    say('refund', 'inquiry', 600, {
      amount: money(chance(40) ? minor : minor / 3n, currency),
      refund: { ref: `R${i}`, state: 'succeeded' },
    });
  if (chance(4))
    say('charged_back', 'inquiry', 700, {
      amount: money(chance(50) ? minor : minor / 2n, currency),
      dispute: { ref: `D${i}` },
    });
  if (chance(5)) say('held', 'inquiry', 800, { hold: { ref: `H${i}`, reason: 'HELD_BY_RISK' } });
  if (chance(3)) say('reversed', 'inquiry', 900);
  if (chance(3)) say('unpaid', 'inquiry', 1_000);
  return told;
}

/** Bills that have a payment or do not, days whose bill is there or not, and batches in every state. */
async function documents(tx: TenantTx, random: Random, shops: readonly Shop[]): Promise<void> {
  const states = [
    'not_checked',
    'on_its_way',
    'on_its_way',
    'late',
    'credited',
    'credited',
    'short',
    'returned',
  ] as const;
  for (const { id, provider, merchantNo, currency } of shops) {
    for (let back = 0; back <= DAYS + 1; back += 1) {
      const state = (['expected', 'fetched', 'fetched', 'empty'] as const)[random.below(4)]!;
      const kind = provider === 'stripe' ? 'balance' : 'trade';
      await tx.run(
        `insert into bill_days (tenant_id, account_id, kind, covers_on, state, ready_at, gone_at) values ($1, $2, $3, $4, $5, $6, $7)`,
        [tx.tenantId, id, kind, TODAY.subtract({ days: back }), state, NOW, NOW.add({ hours: 999 })],
      );
    }
    // Of one provider no statement was ever given: nobody can see what arrived.
    const run = newId();
    await tx.run(
      `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by) values ($1, $2, false, 'done', $3, 'zh', 'test')`,
      [tx.tenantId, run, CHINA],
    );
    for (let n = 0; n < 14; n += 1) {
      const state = provider === 'stripe' ? 'not_checked' : states[random.below(states.length)]!;
      const due = TODAY.subtract({ days: random.below(DAYS) - 3 });
      await tx.run(
        `insert into batches (tenant_id, id, livemode, channel, account, currency, key, kind, state, found, business_from, business_to,
           due_on, paid_out_at, credited_on, lines, sums, reconciliation_id)
         values ($1, $2, false, $3, $4, $5, $6, 'implied', $7, $7, $8, $8, $9, $12, $10, 1, '{}', $11)`,
        [
          ...[tx.tenantId, newId(), provider, merchantNo, currency, `${provider} ${n}`, state, due],
          ...[random.below(4) === 0 ? null : due, state === 'credited' ? due : null, run, n % 3 === 0 ? due : null],
        ],
      );
    }
  }
  await tx.run(
    `update payments p set cleared_on = (captured_at at time zone 'Asia/Shanghai')::date + (hashtext(p.ref) & 1)
      where p.tenant_id = $1 and p.captured_at is not null and hashtext(p.ref || 'cleared') & 1 = 0`,
    [tx.tenantId],
  );
  await tx.run(
    `update payments p set batch_id = (
       select b.id from batches b join accounts a on a.tenant_id = $1 and a.id = p.account_id
        where b.tenant_id = $1 and b.channel = a.provider order by hashtext(b.key || p.ref) limit 1)
      where p.tenant_id = $1 and p.captured_at is not null and hashtext(p.ref || 'batch') & 3 <> 0`,
    [tx.tenantId],
  );
}

/** The whole list, page by page. */
async function listed(by: Partial<Parameters<typeof page>[3]>): Promise<PaymentOut[]> {
  return await on.book.tenant(on.tenantId, async (tx) => {
    const all: PaymentOut[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await page(tx, reading, false, { limit: 200, after, ...by });
      all.push(...items);
      if (next === undefined) return all;
      after = next;
    }
  });
}

type Tally = Record<string, readonly [payments: number, minor: bigint]>;
function tally(rows: ReadonlyArray<readonly [key: string, minor: bigint]>): Tally {
  const sums: Tally = {};
  for (const [key, minor] of rows) sums[key] = [(sums[key]?.[0] ?? 0) + 1, (sums[key]?.[1] ?? 0n) + minor];
  return sums;
}
const minorOf = ({ amount, currency }: Readonly<{ amount: string; currency: string }>): bigint =>
  parseMoney(amount, currency).minor;
const ofParts = (
  parts: ReadonlyArray<Readonly<{ payments: bigint; minor: bigint }>>,
  key: (i: number) => string,
): Tally => Object.fromEntries(parts.map((p, i) => [key(i), [Number(p.payments), p.minor]]));

for (const days of [7, 30, 90])
  test(`the overview of ${days} days is the sum of its payments, each judged alone`, async (t) => {
    t.diagnostic(`DAOZHANG_SEED=${seed}`);
    for (const currency of ['CNY', 'USD']) {
      const found = await on.book.tenant(on.tenantId, (tx) =>
        overviewOf(tx, reading, { livemode: false, days, currency }),
      );
      const rows = await listed({ currency, from: found.from.toString() });
      const stands = rows.flatMap((p) =>
        (p.stands ?? []).map((s) => [`${s.station} ${p.verdict!.code}`, minorOf(s.amount)] as const),
      );
      assert.deepEqual(
        Object.assign({}, ...found.stations.map((s) => ofParts(s.parts, (i) => `${s.station} ${s.parts[i]!.code}`))),
        { ...tally(stands) },
        currency,
      );
      // What stands somewhere is what was paid, or asked: nothing is lost between the stations, nothing is counted twice.
      for (const p of rows)
        if (p.stands !== undefined && p.stands.length > 0)
          assert.equal(
            p.stands.reduce((sum, s) => sum + minorOf(s.amount), 0n),
            minorOf((p.captured ?? p.ordered)!),
            p.payment_ref,
          );
      if (days !== 30) continue;
      // Each figure leads to its payments.
      for (const { station, payments } of found.stations)
        assert.equal(
          (await listed({ currency, station, from: found.from.toString() })).length,
          Number(payments),
          station,
        );
      const risky = await listed({ currency, at_risk: 'true', from: found.from.toString() });
      assert.equal(risky.length, Number(found.atRisk.payments));
      const late = await listed({ currency, verdict: 'late,held,payout_returned', from: found.from.toString() });
      assert.deepEqual(
        ofParts(found.late.parts, (i) => `${found.late.parts[i]!.code} ${found.late.parts[i]!.accountId}`),
        tally(
          late.map((p) => [
            `${p.verdict!.code} ${p.account_id}`,
            (p.stands ?? []).filter((s) => s.station !== 'refunded').reduce((sum, s) => sum + minorOf(s.amount), 0n),
          ]),
        ),
      );
    }
  });

test('every station and nearly every verdict came up, else nothing was shown', async () => {
  const rows = await listed({});
  const stations = new Set(rows.flatMap((p) => (p.stands ?? []).map((s) => s.station)));
  for (const station of [
    'ordered',
    'captured',
    'recorded',
    'cleared',
    'settled',
    'credited',
    'refunded',
    'charged_back',
    'held',
    'returned',
  ])
    assert.ok(stations.has(station), station);
  const codes = new Set(rows.map((p) => p.verdict?.code));
  for (const code of [
    'received',
    'on_its_way',
    'late',
    'unrecorded',
    'unknown',
    'short_settled',
    'payout_returned',
    'paid_after_close',
  ])
    assert.ok(codes.has(code), code);
});

test('what is usual until the shop knows: half and 95 of 100 of an account’s payments, but the one that is looked at', async () => {
  await on.book.tenant(on.tenantId, async (tx) => {
    const rows = await tx.rows<{ id: string; account_id: string; ms: number | null }>(
      `select id, account_id, (extract(epoch from recorded_at - captured_at) * 1000)::int as ms from payments where tenant_id = $1`,
      [tx.tenantId],
    );
    for (const { id, account_id: accountId } of rows.slice(0, 40)) {
      const took = rows
        .flatMap((r) => (r.account_id === accountId && r.id !== id && r.ms !== null ? [Math.max(0, r.ms)] : []))
        .sort((a, b) => a - b);
      assert.ok(took.length >= 20 && took.length <= 500);
      const at = (percent: number): number => took[Math.ceil((percent * took.length) / 100) - 1]!;
      const usual = await usualToRecord(tx, { accountId, livemode: false, but: id });
      assert.deepEqual(usual, { half_ms: at(50), most_ms: at(95), of: took.length });
      assert.equal(await usualToRecord(tx, { accountId, livemode: true, but: id }), undefined);
    }
  });
});
