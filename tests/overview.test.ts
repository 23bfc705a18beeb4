/**
 * The overview's sums are those of the payments judged one by one: a random shop with payments at every station, under plans that change, with
 * bills that are there and not, and batches in every state. Each run prints the seed that makes it again.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { following } from '../src/actions/follow.ts';
import { type Pace, paceOf } from '../src/actions/pace.ts';
import type { Reading } from '../src/actions/standing.ts';
import { sumsDue } from '../src/actions/sums.ts';
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
import { addPlan, forgetTerms } from '../src/channels/terms.ts';
import type { TenantTx } from '../src/db/pool.ts';
import type { Kind, Observed, Source } from '../src/observations/observation.ts';
import type { Batch } from '../src/reconcile/result.ts';
import { takeLinks } from '../src/sources/batches.ts';
import { markCleared } from '../src/sources/bills.ts';
import { bindMembers, meetTold, takePayouts } from '../src/sources/payouts.ts';
import { type Said, take } from '../src/traces/advance.ts';
import { touchHours } from '../src/traces/touched.ts';
import { overviewOf } from '../src/watch/overview.ts';
import { poolsOf } from '../src/watch/river.ts';
import { freshBook, type TestBook } from './support/database.ts';

const ROOT = join(import.meta.dirname, '..');
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
/** As the workers do once what was touched is past. */
async function sumUp(): Promise<void> {
  while (await sumsDue({ book: on.book, pace }));
}
let shops: readonly Shop[];
const seed = Number(process.env.DAOZHANG_SEED ?? randomInt(1e9));
before(async () => {
  on = await freshBook();
  const accounts = new Accounts(vault);
  const policies = new Policies();
  reading = { accounts, policies, pace };
  shops = await on.book.tenant(on.tenantId, (tx) => shop(tx, seeded(seed), accounts, policies));
  await sumUp();
});
after(() => on.close());

type Shop = Readonly<{ id: string; provider: ChannelId; merchantNo: string; currency: string; mode: OrderMode }>;

async function shop(tx: TenantTx, random: Random, accounts: Accounts, policies: Policies): Promise<Shop[]> {
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
  return shops;
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

// ------------------------------------------------------------------------------------------- the sums that are kept

/** Runs and takes back. */
async function undone<T>(work: (tx: TenantTx) => Promise<T>): Promise<T> {
  let found: { value: T } | undefined;
  const enough = new Error('enough');
  await on.book
    .tenant(on.tenantId, async (tx) => {
      found = { value: await work(tx) };
      throw enough;
    })
    .catch((error) => {
      if (error !== enough) throw error;
    });
  return found!.value;
}

/** All that the overview is made of, at that moment. */
async function pools(tx: TenantTx, at: Temporal.Instant, days: number): Promise<readonly string[]> {
  const from = at
    .toZonedDateTimeISO(CHINA)
    .startOfDay()
    .subtract({ days: days - 1 })
    .toInstant();
  const late = paceOf(
    () => at,
    1,
    () => 0.5,
  );
  const found = await poolsOf(tx, { ...reading, pace: late }, { livemode: false, from, now: at });
  return found
    .map((p) => JSON.stringify(p, (_, v) => (typeof v === 'bigint' ? v.toString() : v)))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** Every payment read itself: of every hour it is said that its sums do not hold. */
async function readAlone(tx: TenantTx): Promise<void> {
  const all = await tx.rows<{ livemode: boolean; moment: Temporal.Instant }>(
    'select livemode, moment from payments where tenant_id = $1',
    [tx.tenantId],
  );
  await touchHours(tx, all);
}

async function isTrue(at: Temporal.Instant, why: string): Promise<void> {
  const all = async (tx: TenantTx): Promise<unknown> => [await pools(tx, at, 7), await pools(tx, at, 90)];
  const kept = await on.book.tenant(on.tenantId, all);
  const alone = await undone(async (tx) => {
    await readAlone(tx);
    return await all(tx);
  });
  assert.deepEqual(kept, alone, why);
}

const count = (table: 'hour_sums' | 'touched_hours'): Promise<number> =>
  on.book.tenant(on.tenantId, async (tx) =>
    Number((await tx.one<{ n: bigint }>(`select count(*) as n from ${table} where tenant_id = $1`, [tx.tenantId])).n),
  );

type Old = Readonly<{
  id: string;
  account_id: string;
  ref: string;
  currency: string;
  minor: bigint;
  at: Temporal.Instant;
}>;

/** What changes the payments of days long past, each by the function that does it. */
const MOVES: Readonly<Record<string, (old: readonly Old[], random: Random) => Promise<void>>> = {
  'a late refund, and a dispute of another': async ([a, b]) => {
    await say(a!, {
      kind: 'refund',
      amount: money(a!.minor / 2n, a!.currency),
      refund: { ref: `L${a!.ref}`, state: 'succeeded' },
    });
    await say(b!, { kind: 'charged_back', amount: money(b!.minor, b!.currency), dispute: { ref: `L${b!.ref}` } });
  },
  'a payment moved to another day': async (old, random) => {
    for (const p of old.slice(0, 3))
      await say(p, {
        ...{ kind: 'captured', source: 'bill', amount: money(p.minor, p.currency) },
        occurredAt: p.at.subtract({ hours: 1 + random.below(80) }),
      });
  },
  'unheard-of payments of days long past': async (old, random) => {
    for (const p of old.slice(0, 3))
      await say(
        { ...p, ref: `new ${p.ref}` },
        { kind: 'captured', source: 'bill', amount: money(BigInt(1 + random.below(999)), p.currency) },
      );
  },
  'bills that have them': (old) =>
    on.book.tenant(on.tenantId, (tx) =>
      markCleared(
        tx,
        { documentId: newId(), on: TODAY.subtract({ days: 3 }) },
        old.map((p) => p.id),
      ),
    ),
  'a run that binds them to batches': async (old, random) => {
    const folder = mkdtempSync(join(tmpdir(), 'daozhang-links-'));
    const keys = await on.book.tenant(on.tenantId, (tx) =>
      tx.rows<{ key: string; channel: string; id: string }>(
        `select b.key, b.channel, a.id from batches b join accounts a on a.tenant_id = $1 and a.provider = b.channel where b.tenant_id = $1`,
        [tx.tenantId],
      ),
    );
    const lines = old.flatMap((p) => {
      const own = keys.filter((k) => k.id === p.account_id);
      const { key, channel } = own[random.below(own.length)]!;
      return [[key, channel, '', p.ref].join('\t')];
    });
    writeFileSync(join(folder, 'links'), `${lines.join('\n')}\n`);
    await takeLinks(on.book, on.tenantId, { id: newId(), livemode: false }, join(folder, 'links'));
    rmSync(folder, { recursive: true });
  },
  'a payout, which a document then finds under its own name': async (old) => {
    const { id, provider } = shops.find((s) => s.provider === 'stripe')!;
    const payoutRef = newId();
    await on.book.tenant(on.tenantId, async (tx) => {
      const { account } = await reading.accounts.plain(tx, id);
      const { heard } = await takePayouts(tx, [
        {
          ...{ account, messageId: newId(), heardAt: NOW },
          said: {
            ...{
              source: 'notification',
              key: payoutRef,
              payoutRef,
              state: 'paid',
              said: 'paid',
              occurredAt: NOW,
              madeAt: NOW,
            },
            ...{ amount: money(5n, 'USD'), listing: 'now', arrivalOn: TODAY, failure: undefined },
          },
        },
      ]);
      await bindMembers(
        tx,
        heard[0]!,
        id,
        old.map((p) => p.ref),
      );
    });
    await isTrue(NOW, 'bound to the payout');
    await sumUp();
    const zero = { amount: '0.00', currency: 'USD' };
    const batch: Batch = {
      ...{
        id: `stated/${provider}//USD/${payoutRef}`,
        kind: 'stated',
        channel: provider,
        account: '',
        state: 'on_its_way',
      },
      ...{
        lines: 2,
        businessFrom: '2026-11-18',
        businessTo: '2026-11-19',
        gross: zero,
        refunds: zero,
        fees: zero,
        net: zero,
      },
    };
    await on.book.tenant(on.tenantId, async (tx) => {
      // There already, so that the payments go over to it.
      await tx.run(
        `insert into batches (tenant_id, id, livemode, channel, account, currency, key, kind, state, business_from, business_to, lines, sums)
         values ($1, $2, false, $3, '', 'USD', $4, 'stated', 'not_checked', $5, $5, 0, '{}')`,
        [tx.tenantId, newId(), provider, batch.id, TODAY],
      );
      await meetTold(tx, false, [batch]);
    });
  },
  'batches that the bank has, or sends back, and other days on which they are due': (_, random) =>
    on.book.tenant(on.tenantId, async (tx) => {
      const states = ['not_checked', 'on_its_way', 'late', 'credited', 'short', 'returned'];
      const rows = await tx.rows<{ id: string }>('select id from batches where tenant_id = $1', [tx.tenantId]);
      for (const { id } of rows.filter(() => random.below(3) === 0))
        await tx.run('update batches set state = $3, due_on = $4 where tenant_id = $1 and id = $2', [
          ...[tx.tenantId, id, states[random.below(states.length)], TODAY.subtract({ days: random.below(20) })],
        ]);
    }),
  'another plan, and bills that came': async (_, random) => {
    await on.book.tenant(on.tenantId, async (tx) => {
      await addPlan(tx, shops[1]!.id, {
        from: TODAY.subtract({ days: 20 }),
        body: { settle: { cycle: 'T+2', cutoff: `2${random.below(4)}:4${random.below(10)}` } },
        by: 'test',
      });
      await tx.run(
        `update bill_days set state = 'fetched' where tenant_id = $1 and hashtext(covers_on::text) & 1 = 0`,
        [tx.tenantId],
      );
    });
    forgetTerms(on.tenantId);
  },
};

async function say(p: Old, more: Partial<Observed> & { kind: Kind }): Promise<void> {
  const occurredAt = more.occurredAt ?? p.at.add({ seconds: 5_000 });
  const observed: Observed = {
    ...{ source: 'inquiry', key: newId(), refs: [], said: more.kind, paymentRef: p.ref, occurredAt },
    ...more,
  };
  await on.book.tenant(on.tenantId, (tx) =>
    take(
      tx,
      [{ accountId: p.account_id, livemode: false, observed, messageId: undefined, heardAt: occurredAt }],
      following(reading.accounts, reading.policies, pace),
    ),
  );
}

const oldOnes = (random: Random): Promise<readonly Old[]> =>
  on.book.tenant(on.tenantId, async (tx) => {
    const rows = await tx.rows<Old>(
      `select id, account_id, ref, currency, captured_minor as minor, captured_at as at from payments
        where tenant_id = $1 and captured_at < $2 and position = 'captured' and refunded_minor = 0 order by hashtext(ref || $3) limit 12`,
      [tx.tenantId, NOW.subtract({ hours: 30 }), String(random.below(1e9))],
    );
    assert.equal(rows.length, 12);
    return rows;
  });

test('whatever becomes of days long past, the overview from sums is the overview of the payments themselves', async (t) => {
  t.diagnostic(`DAOZHANG_SEED=${seed}`);
  const random = seeded(seed + 1);
  assert.ok((await count('hour_sums')) > 200);
  for (const [why, move] of Object.entries(MOVES)) {
    await move(await oldOnes(random), random);
    // Of what was summed after the moves before, and of what this one touched.
    await isTrue(NOW.add({ minutes: random.below(4_000) }), why);
    await sumUp();
  }
  await isTrue(NOW.add({ minutes: random.below(200) }), 'all summed');
  // Only the last hours are left as they are, and none of what was summed is read itself.
  const { oldest } = await on.book.tenant(on.tenantId, (tx) =>
    tx.one<{ oldest: Temporal.Instant | null }>('select min(hour) as oldest from touched_hours where tenant_id = $1', [
      tx.tenantId,
    ]),
  );
  assert.ok(oldest === null || Temporal.Instant.compare(oldest, NOW.subtract({ hours: 3 })) > 0, `${oldest}`);
  const [kept, alone] = await undone(async (tx) => {
    await tx.run('update payments set captured_minor = captured_minor + 7 where tenant_id = $1 and captured_at < $2', [
      ...[tx.tenantId, NOW.subtract({ hours: 30 })],
    ]);
    const found = await pools(tx, NOW, 30);
    await readAlone(tx);
    return [found, await pools(tx, NOW, 30)];
  });
  assert.notDeepEqual(kept, alone, 'what nobody told of is not read: the sums are');
});

test('what is committed while its hour is summed is seen', async () => {
  const [p] = await oldOnes(seeded(seed + 2));
  const summed = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const late = on.book.tenant(on.tenantId, async (tx) => {
    const observed: Observed = {
      ...{
        source: 'inquiry',
        key: newId(),
        refs: [],
        said: 'refund',
        paymentRef: p!.ref,
        occurredAt: p!.at.add({ seconds: 90 }),
      },
      ...{ kind: 'refund', amount: money(p!.minor, p!.currency), refund: { ref: 'late', state: 'succeeded' } },
    };
    const heardAt = observed.occurredAt;
    await take(
      tx,
      [{ accountId: p!.account_id, livemode: false, observed, messageId: undefined, heardAt }],
      following(reading.accounts, reading.policies, pace),
    );
    taken.resolve();
    await summed.promise;
  });
  await Promise.race([taken.promise, late]);
  // Another touched the same hour before.
  await on.book.tenant(on.tenantId, (tx) => touchHours(tx, [{ livemode: false, moment: p!.at }]));
  const before = await count('touched_hours');
  await sumUp();
  assert.ok((await count('touched_hours')) < before);
  summed.resolve();
  await late;
  await isTrue(NOW, 'before it is summed again');
  await sumUp();
  await isTrue(NOW, 'after');
});

test('a book from before there were sums is told truly at once, and summed by the workers', async () => {
  const text = readFileSync(join(ROOT, 'sql', '0022_hour_sums.sql'), 'utf8');
  const fills = text.slice(
    text.indexOf('alter table book.payments no force'),
    text.indexOf('alter table book.hour_sums'),
  );
  await on.book.tenant(on.tenantId, async (tx) => {
    await tx.run('delete from hour_sums where tenant_id = $1', [tx.tenantId]);
    await tx.run('delete from touched_hours where tenant_id = $1', [tx.tenantId]);
  });
  const owner = new pg.Client({ connectionString: on.ownerUrl });
  await owner.connect();
  await owner.query('alter table book.touched_hours no force row level security');
  await owner.query(fills);
  await owner.query('alter table book.touched_hours force row level security');
  await owner.end();
  assert.ok((await count('touched_hours')) > 200);
  await isTrue(NOW, 'not summed yet');
  await sumUp();
  assert.ok((await count('hour_sums')) > 200);
  await isTrue(NOW, 'summed');
});

test('who writes what the sums tell of a payment says which hours it touched', () => {
  const silent = globSync('src/**/!(*.test).ts', { cwd: ROOT }).flatMap((file) =>
    [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(
        /update payments (p )?set(?! (asked|terminal) = )|insert into payments /g,
      ),
    ].flatMap(({ input, index }) => (/touchHours\(/.test(input.slice(index, index + 1_200)) ? [] : [file])),
  );
  // `advance.ts` says it of both.
  assert.deepEqual(silent, ['src/traces/store.ts', 'src/traces/store.ts']);
});
