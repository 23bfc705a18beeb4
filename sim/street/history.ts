/**
 * What lies behind the first start: a week or more of payments, through the front door as they would have come, then the bills of those
 * days and the bank's statement, reconciled. One batch is late, one came back, one came short; all others arrived.
 *
 * The days go back until even the first one's money has been late for long enough, whatever holidays lie between.
 */
import type { Text } from '../../src/base/lang.ts';
import { decimalText } from '../../src/base/money.ts';
import { type Random, seeded } from '../../src/base/random.ts';
import { CHINA } from '../../src/base/time.ts';
import { BILLS, lastReady } from '../../src/channels/bills.ts';
import { defaultPlan } from '../../src/plans/plan.ts';
import { promise } from '../../src/plans/promise.ts';
import { bankCsv } from '../documents/bank-csv.ts';
import { type BankEntry, netOf, sum } from '../documents/domain.ts';
import type { BookApi } from './book.ts';
import type { Desk, DeskName } from './desks.ts';
import type { Moments } from './moment.ts';
import { SHOPS, type Shop } from './shops.ts';

export type Past = Readonly<{
  clock: Moments;
  book: BookApi;
  desks: ReadonlyMap<DeskName, Desk>;
  accountId(desk: DeskName): string;
  seed: number;
  /** The day of the first start. */
  today: Temporal.PlainDate;
  text(text: Text): string;
}>;

/** What the bank has: the ground on which “received” may be said. */
export type Batch = Readonly<{
  desk: DeskName;
  on: Temporal.PlainDate;
  dueOn: Temporal.PlainDate;
  net: bigint;
  fate: 'credited' | 'late' | 'returned' | 'short' | 'to_come';
}>;

const LEAST_DAYS = 7;
const MOST_DAYS = 21;
/** A bank has two days of grace; the day after them is late. */
const LATE_AFTER_DAYS = 3;
const AT_ONCE = 6;
const SETTLED = ['wechat', 'alipay', 'sticker'] as const satisfies readonly DeskName[];
const PARTIES: Readonly<Record<(typeof SETTLED)[number], string>> = {
  wechat: '财付通支付科技有限公司客户备付金',
  sticker: '财付通支付科技有限公司客户备付金',
  alipay: '支付宝(中国)网络技术有限公司客户备付金',
};
const dueOn = (desk: (typeof SETTLED)[number], on: Temporal.PlainDate): Temporal.PlainDate =>
  promise(on, undefined, defaultPlan(desk === 'alipay' ? 'alipay' : 'wechatpay'))!.dueOn;

/** Yesterday and the days before it, oldest first. */
export function daysBefore(today: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  const days: Temporal.PlainDate[] = [];
  const yesterday = today.subtract({ days: 1 });
  for (let on = yesterday; days.length < MOST_DAYS; on = on.subtract({ days: 1 })) {
    days.unshift(on);
    const isLateByNow = Temporal.PlainDate.compare(dueOn('wechat', on).add({ days: LATE_AFTER_DAYS }), yesterday) <= 0;
    if (days.length >= LEAST_DAYS && isLateByNow) break;
  }
  return days;
}

type Once = Readonly<{
  shop: Shop;
  desk: Desk;
  ref: string;
  minor: number;
  item: Text;
  till: Text;
  at: Temporal.Instant;
  how: 'fine' | 'lost' | 'unpaid' | 'no_order' | 'only_said' | 'part_back' | 'all_back' | 'revoked';
}>;

/** Everything as the seed has it: the same for the same seed and day. */
function planned({ desks, seed, today }: Past): readonly Once[] {
  const random = seeded(seed);
  const all: Once[] = [];
  const days = daysBefore(today);
  days.forEach((on, i) => {
    for (const shop of Object.values(SHOPS))
      for (const name of shop.desks) {
        const desk = desks.get(name)!;
        for (let n = 1; n <= shop.daily; n += 1) {
          const [item, minor] = random.pick(shop.menu);
          all.push({
            ...{ shop, desk, item, minor: minor * (random.chance(250) ? 2 : 1), till: random.pick(shop.tills) },
            ref: `${shop.mark}-${String(on).replaceAll('-', '').slice(4)}-${name.slice(0, 1).toUpperCase()}${String(n).padStart(2, '0')}`,
            at: momentOn(on, random),
            how: howOf(name, days.length - i, n),
          });
        }
      }
  });
  return all.sort((a, b) => Temporal.Instant.compare(a.at, b.at));
}

/** Most come at lunch. */
function momentOn(on: Temporal.PlainDate, random: Random): Temporal.Instant {
  const minutes = random.chance(600) ? 11 * 60 + 15 + random.below(120) : 8 * 60 + random.below(12 * 60);
  return on
    .toZonedDateTime({ timeZone: CHINA, plainTime: Temporal.PlainTime.from('00:00') })
    .add({ minutes, seconds: random.below(60) })
    .toInstant();
}

/** What went wrong so many days ago, at one desk each. */
function howOf(desk: DeskName, daysAgo: number, n: number): Once['how'] {
  if (n === 3 && (desk === 'wechat' || desk === 'alipay')) return 'lost';
  if (n === 4 && desk === 'wechat') return 'unpaid';
  if (n !== 2) return 'fine';
  if (desk === 'wechat') return PLANTED[daysAgo] ?? 'fine';
  return desk === 'alipay' && daysAgo === 3 ? 'part_back' : 'fine';
}
/** Whom nobody ordered is known by the bill alone: its day is one whose bill is fetched. */
const PLANTED: Readonly<Record<number, Once['how']>> = { 3: 'no_order', 4: 'only_said', 5: 'all_back', 6: 'revoked' };

/** Orders and notifications, as they came. What an earlier, unfinished try has brought is there already. */
export async function bringHistory(past: Past): Promise<number> {
  const all = planned(past);
  const queue = [...all];
  const lane = async (): Promise<void> => {
    for (let it = queue.shift(); it !== undefined; it = queue.shift()) await bringOne(past, it);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return all.length;
}

const KNOWN: ReadonlySet<Once['how']> = new Set(['fine', 'only_said', 'part_back', 'all_back', 'revoked']);

/**
 * What happened at the channel is whole before the first word of it leaves this process: whoever asks the channel about an order so old is
 * answered as it was answered then. The channel's own messages come after the order, as they did.
 */
async function bringOne(past: Past, it: Once): Promise<void> {
  const { desk, ref, how } = it;
  const order = Promise.withResolvers<void>();
  const told = desk.has(ref) ? [] : [happen(past, it, order.promise)];
  try {
    if (desk.name !== 'sticker' && how !== 'no_order') await tellOrder(past, it);
  } finally {
    order.resolve();
  }
  await Promise.all(told);
  desk.save();
}

/** At the channel; until its messages have arrived. */
async function happen({ clock }: Past, { desk, ref, minor, at, how }: Once, order: Promise<void>): Promise<void> {
  clock.asOf(at, () => desk.place(ref, minor, { expiresAt: expiryOf(at) }));
  if (how === 'unpaid' || how === 'only_said') return;
  const isGivenBack = how === 'part_back' || how === 'all_back';
  if (how === 'lost' || how === 'no_order') desk.fault('lost', ref);
  else for (let messages = isGivenBack ? 2 : 1; messages > 0; messages -= 1) desk.fault({ after: order }, ref);
  const paying = clock.asOf(at.add({ seconds: 20 }), () => desk.pay(ref));
  if (isGivenBack)
    clock.asOf(at.add({ minutes: 25 }), () =>
      desk.giveBack!(ref, `${ref}-R`, how === 'all_back' ? minor : Math.floor(minor / 200) * 100, 0),
    );
  if (how === 'revoked') clock.asOf(at.add({ minutes: 2 }), () => desk.revoke!(ref));
  await paying;
}

const expiryOf = (at: Temporal.Instant): Temporal.Instant => at.add({ minutes: 15 });

async function tellOrder(past: Past, { desk, shop, ref, minor, item, till, at, how }: Once): Promise<void> {
  const { book, text } = past;
  const placed = await book.call<{ id: string; state: string }>('POST', '/v1/orders', {
    order_ref: ref,
    account_id: past.accountId(desk.name),
    amount: { amount: decimalText(BigInt(minor), shop.currency), currency: shop.currency },
    placed_at: at.toString(),
    expires_at: expiryOf(at).toString(),
    store: text(shop.name),
    terminal: text(till),
    description: text(item),
  });
  // The till knew at once, as tills do; or somebody showed it a picture, and the cashier believed it.
  if (KNOWN.has(how) && placed.state === 'open')
    await book.call('PATCH', `/v1/orders/${placed.id}`, { state: 'paid', at: at.add({ seconds: 23 }).toString() });
}

/** What each channel owed the bank for each day, and what became of it. */
export function batchesOf({ desks, today }: Pick<Past, 'desks' | 'today'>): readonly Batch[] {
  const yesterday = today.subtract({ days: 1 });
  return SETTLED.flatMap((name) =>
    daysBefore(today).map((on, i): Batch => {
      const due = dueOn(name, on);
      const net = sum(desks.get(name)!.lines!(on), (l) =>
        netOf({ ...l, at: on.toPlainDateTime(), account: '', tradeNo: '', orderRef: '' }),
      );
      const isDue = Temporal.PlainDate.compare(due, yesterday) <= 0;
      const planted = isDue ? FATES[name][i] : undefined;
      return { desk: name, on, dueOn: due, net, fate: isDue ? (planted ?? 'credited') : 'to_come' };
    }),
  );
}
const FATES: Readonly<Record<(typeof SETTLED)[number], ReadonlyArray<Batch['fate'] | undefined>>> = {
  wechat: [undefined, undefined, 'short'],
  alipay: ['late'],
  sticker: [undefined, 'returned'],
};
const SHORT_BY = 350n;

function statementOf(batches: readonly Batch[], today: Temporal.PlainDate, seed: number): Uint8Array {
  const random = seeded(seed + 1);
  const [first] = batches;
  const entries: BankEntry[] = [];
  const enter = (on: Temporal.PlainDate, time: string, amount: bigint, party: string, text: string): void => {
    entries.push({ on, time: Temporal.PlainTime.from(time), amount, party, text, ref: `26B${random.digits(13)}` });
  };
  for (const { desk, on, dueOn: due, net, fate } of batches) {
    const party = PARTIES[desk as (typeof SETTLED)[number]];
    const time = `09:${String(10 + SETTLED.indexOf(desk as never) * 7)}:12`;
    if (fate === 'late' || fate === 'to_come') continue;
    enter(due, time, fate === 'short' ? net - SHORT_BY : net, party, `${on} 结算款`);
    if (fate === 'returned') enter(due, '14:20:05', -net, party, '退汇 户名不符');
  }
  enter(first!.on.add({ days: 2 }), '10:30:00', -1_280_000n, '上海淮海商业管理有限公司', '店面租金');
  enter(first!.on.add({ days: 4 }), '15:42:10', -326_400n, '杭州茗香茶业有限公司', '茶叶货款');
  entries.sort((a, b) => Temporal.PlainDate.compare(a.on, b.on) || Temporal.PlainTime.compare(a.time!, b.time!));
  return bankCsv({
    bank: '招商银行',
    account: '121906501112233',
    owner: '上海青禾餐饮管理有限公司',
    currency: 'CNY',
    from: first!.on,
    to: today.subtract({ days: 1 }),
    opening: 4_630_755n,
    entries,
  });
}

/** Bills and statement in, and one reconciliation of all of it. Returns its id. */
export async function bringDocuments(past: Past): Promise<string> {
  const { book, desks, today, clock, seed } = past;
  const days = daysBefore(today);
  const ids: string[] = [];
  for (const name of SETTLED)
    for (const on of days) {
      const ready = lastReady(BILLS[name === 'alipay' ? 'alipay' : 'wechatpay']![0]!, clock.now());
      if (Temporal.PlainDate.compare(on, ready) > 0) continue;
      const desk = desks.get(name)!;
      const bytes = desk.bill!(on);
      if (bytes === undefined) continue;
      const file =
        name === 'alipay'
          ? `${desk.account.merchantNo}0156_${String(on).replaceAll('-', '')}_trade.zip`
          : `${desk.account.merchantNo}All${on}.csv`;
      ids.push(await book.bring(file, bytes));
    }
  ids.push(await book.bring(`cmb_${today}.csv`, statementOf(batchesOf(past), today, seed)));
  const made = await book.call<{ id: string }>('POST', '/v1/reconciliations', {
    documents: ids,
    orders: { from: days[0]!.toString(), to: today.subtract({ days: 1 }).toString() },
  });
  return made.id;
}
