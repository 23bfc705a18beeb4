/**
 * A street of small shops on the test side of a running book: orders, payments and faults arrive, from one seed, and what Daozhang makes of
 * them is told. It speaks to Daozhang as any merchant does, over its HTTP API.
 *
 * What the simulated channels know is kept in the data folder: a restart goes on. Nothing here is money.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lang, Text } from '../../src/base/lang.ts';
import { decimalText } from '../../src/base/money.ts';
import { seeded } from '../../src/base/random.ts';
import { CHINA } from '../../src/base/time.ts';
import { VERDICTS, type VerdictCode } from '../../src/verdicts/catalogue.ts';
import { runningClock, type SimClock } from '../clock.ts';
import { type BookApi, bookAt } from './book.ts';
import { DESKS, type Desk, type DeskName, type Fact } from './desks.ts';
import { type Batch, batchesOf, bringDocuments, bringHistory } from './history.ts';
import { keptIn } from './kept.ts';
import { type Moments, momentsOf } from './moment.ts';
import { nextScene, OPENING, OPENING_SECONDS, type Placed, type Street } from './scenes.ts';
import { openShops } from './shop-server.ts';
import { ACCOUNTS, SHOPS, type ShopName } from './shops.ts';
import { storyOf } from './story.ts';

export type StreetOptions = Readonly<{
  url: string;
  key: string;
  folder: string;
  lang: Lang;
  print(line: string): void;
  clock?: SimClock;
  seed?: number;
  /** A customer so often on the street's clock, instead of the day's own pace. */
  everyMs?: number;
  /** Real milliseconds between two lines of the story. */
  lineMs?: number;
  told?(error: unknown): void;
}>;

export type Running = Readonly<{
  /** Where a customer can be sent by a plain POST. */
  door: string;
  /** What really happened, by channel account. */
  facts(): ReadonlyMap<DeskName, ReadonlyMap<string, Fact>>;
  accounts(): ReadonlyMap<DeskName, string>;
  /** What the written scenes should come to. */
  expected(): ReadonlyMap<string, string>;
  /** What the bank's statement has, once it was brought. */
  batches(): readonly Batch[];
  /** When history and documents are in; the reconciliation's id. */
  history: Promise<string | undefined>;
  /** When the written scenes are over. */
  opened: Promise<void>;
  close(): Promise<void>;
}>;

/** What is remembered of an earlier start. */
type State = {
  seed: number;
  today: string;
  channels: Partial<Record<DeskName, Readonly<{ id: string; path: string }>>>;
  endpointId?: string;
  reconciliation?: string;
  /** The written scenes were played to their end. */
  opened?: boolean;
  /** Orders that were placed on the street. */
  count: number;
  starts: number;
};
type Event = Readonly<{
  seq: string;
  type: string;
  data: {
    payment?: { payment_ref: string };
    reconciliation?: { totals?: { breaks?: number; open?: number } };
  };
}>;

const SEED = 20_260_701;
const WINDOW_MINUTES = 5;
const LINE_MS = 3_000;
const TICK_MS = 1_000;
const BILLS_APART_MS = 60_000;
/** Milliseconds between two customers: least, and how much more at most. Lunch is over after ten minutes, the afternoon after an hour. */
const PACE: ReadonlyArray<readonly [untilMinutes: number, least: number, more: number]> = [
  [10, 2_000, 2_000],
  [60, 6_000, 8_000],
  [Number.POSITIVE_INFINITY, 20_000, 20_000],
];

export async function startStreet(options: StreetOptions): Promise<Running> {
  const { url, key, folder, lang } = options;
  const clock: Moments = momentsOf(options.clock ?? runningClock(1));
  const told = options.told ?? (() => {});
  const text = (it: Text): string => it[lang];
  const book = bookAt(url, key);
  const state = openState(join(folder, 'street.json'), clock, options.seed ?? SEED);
  const kept = keptIn(join(folder, 'street.jsonl'));
  const story = storyOf(lang, options.lineMs ?? LINE_MS, options.print);
  // Another start is another afternoon of the same street.
  const random = seeded(state.it.seed + state.it.starts);
  const startedAt = clock.now();
  const ready = new Map<DeskName, PromiseWithResolvers<Desk>>(DESKS.map(([name]) => [name, Promise.withResolvers()]));
  const desks = new Map<DeskName, Desk>();
  const expected = new Map<string, string>();
  const found = new Set<string>();
  const watched = new Map<string, Temporal.Instant | undefined>();
  let stopped = false;
  for (const { promise } of ready.values()) promise.catch(() => {});

  const shops = await openShops(async (path, asked) => door(path, asked));
  await listen(book, shops.url, state);
  const accountId = (name: DeskName): string => state.it.channels[name]!.id;
  const deskOf = (name: DeskName): Desk => desks.get(name)!;

  const openDesks = async (): Promise<void> => {
    for (const [name, open] of DESKS) {
      if (stopped) return;
      const desk = await open({
        clock,
        kept,
        notifyUrl: () => {
          const known = state.it.channels[name];
          return known === undefined ? undefined : `${url}${known.path}`;
        },
      });
      desks.set(name, desk);
      if (state.it.reconciliation === undefined) desk.holdBills?.();
      await enter(book, desk, shops.url, state, text);
      ready.get(name)!.resolve(desk);
      // Making keys takes its time: whoever waits has a turn.
      await new Promise((done) => setImmediate(done));
    }
  };

  // ------------------------------------------------------------ what a scene can do

  const place: Street['place'] = async ({ shop: shopName, desk: wanted, attended, minutes, times }) => {
    const shop = SHOPS[shopName];
    const desk = await ready.get(wanted ?? random.pick(shop.desks))!.promise;
    const [item, price] = random.pick(shop.menu);
    const minor = price * (random.chance(200) ? 2 : 1);
    const ref = nextRef(shop.mark);
    const at = clock.now();
    const expiresAt = at.add({ minutes: minutes ?? WINDOW_MINUTES });
    const isAttended = attended === true && desk.attended !== undefined;
    desk.place(ref, times === undefined ? minor : Math.floor((minor * times.perCent) / 100), {
      expiresAt,
      attended: isAttended,
    });
    desk.save();
    const amount = { amount: decimalText(BigInt(minor), shop.currency), currency: shop.currency };
    const placed = { ref, desk: desk.name, minor, price: `${amount.amount} ${amount.currency}` };
    // The payment is the order.
    if (desk.name === 'sticker') return { ...placed, orderId: undefined };
    const made = await book.call<{ id: string }>('POST', '/v1/orders', {
      order_ref: ref,
      account_id: accountId(desk.name),
      amount,
      ...(isAttended ? { product: desk.attended } : {}),
      store: text(shop.name),
      terminal: text(random.pick(shop.tills)),
      description: text(item),
      placed_at: at.toString(),
      expires_at: expiresAt.toString(),
    });
    return { ...placed, orderId: made.id };
  };
  const nextRef = (mark: string): string => {
    state.it.count += 1;
    state.write();
    const day = clock.now().toZonedDateTimeISO(CHINA).toPlainDate().toString().slice(5).replace('-', '');
    return `${mark}-${day}-${String(state.it.count).padStart(4, '0')}`;
  };
  const pay = ({ ref, desk: name }: Placed, workMs?: number): void => {
    const desk = deskOf(name);
    const paying = desk.pay(ref, workMs);
    // Kept before anybody is told.
    desk.save();
    paying.catch(told);
    if (watched.has(ref)) watched.set(ref, clock.now());
  };

  const street: Street = {
    random,
    place,
    async again(first) {
      const ref = `${first.ref}-2`;
      const desk = deskOf(first.desk);
      desk.place(ref, first.minor, { expiresAt: clock.now().add({ minutes: WINDOW_MINUTES }) });
      await book.call('PATCH', `/v1/orders/${first.orderId}`, {
        payment_ref: ref,
        account_id: accountId(first.desk),
        placed_at: clock.now().toString(),
      });
      return { ...first, ref };
    },
    pay,
    cancel: (p) => book.call('POST', `/v1/orders/${p.orderId}/cancel`),
    desk: deskOf,
    turnDeaf: (ref) => shops.turnDeaf(ref, 1),
    wait: (ms) => new Promise((done) => void clock.after(ms, () => done())),
    expects: ({ ref }, verdict) => void expected.set(ref, verdict),
    tell: story.tell,
    watch({ ref }) {
      watched.set(ref, clock.now());
    },
  };
  const play = async (scene: (on: Street) => Promise<void>): Promise<void> => {
    try {
      await scene(street);
    } catch (error) {
      if (!stopped) told(error);
    }
  };

  // ------------------------------------------------------------ the door

  const door = async (path: string, asked: URLSearchParams): Promise<readonly [number, unknown]> => {
    const isLost = asked.get('lost') !== null;
    if (path === '/buy') {
      const name = asked.get('shop') ?? 'tea';
      if (!Object.hasOwn(SHOPS, name)) return [404, { shops: Object.keys(SHOPS) }];
      const placed = await place({ shop: name as ShopName, attended: true });
      if (isLost) deskOf(placed.desk).fault('lost', placed.ref);
      watched.set(placed.ref, undefined);
      pay(placed);
      return [202, { paid: placed.ref, amount: placed.price, lost: isLost, look: `daozhang where ${placed.ref}` }];
    }
    const ref = asked.get('ref') ?? '';
    const at = [...desks.values()].find((d) => d.has(ref));
    if (path !== '/pay' || at === undefined) return [404, { use: ['/buy?shop=tea', '/pay?ref=…'] }];
    const fact = [...at.facts()].find((f) => f.ref === ref)!;
    if (fact.state !== 'open') return [409, { state: fact.state }];
    if (isLost) at.fault('lost', ref);
    pay({ ref, orderId: undefined, desk: at.name, minor: fact.minor, price: '' });
    return [202, { paid: ref, lost: isLost, look: `daozhang where ${ref}` }];
  };

  // ------------------------------------------------------------ what Daozhang says

  let cursor = state.it.starts === 1 ? '0' : await newest(book);
  const hear = async (): Promise<void> => {
    const { items, next } = await book.call<{ items: readonly Event[]; next?: string }>(
      'GET',
      `/v1/events?after=${cursor}&limit=200`,
    );
    cursor = next ?? cursor;
    for (const { type, data } of items) {
      if (type === 'reconciliation.done') {
        const breaks = data.reconciliation?.totals?.breaks ?? 0;
        story.tell(
          {
            en: `✓ the days before are reconciled: ${breaks} breaks, among them a late batch, a payout that came back, one that came short`,
            zh: `✓ 前几天已核对:${breaks} 项差错,其中有逾期的批次、被退回的出款、少结的一笔`,
          },
          2,
        );
      }
      const ref = data.payment?.payment_ref;
      if (ref === undefined) continue;
      const paidAt = watched.get(ref);
      if (type === 'payment.on_its_way' && paidAt !== undefined) {
        watched.delete(ref);
        const seconds = Math.round(paidAt.until(clock.now()).total('seconds'));
        story.tell(
          {
            en: `✓ ${ref}  found and recorded ${seconds} s after the customer paid      daozhang where ${ref}`,
            zh: `✓ ${ref}  付款后 ${seconds} 秒查清并入账      daozhang where ${ref}`,
          },
          2,
        );
      } else if (expected.get(ref) === type.slice('payment.'.length) && !found.has(ref)) {
        const code = type.slice('payment.'.length) as VerdictCode;
        if (code === 'on_its_way') continue;
        found.add(ref);
        const { title } = VERDICTS[code];
        story.tell({
          en: `✓ ${ref}  ${title.en}      daozhang where ${ref}`,
          zh: `✓ ${ref}  ${title.zh}      daozhang where ${ref}`,
        });
      }
    }
  };

  // ------------------------------------------------------------ how it goes

  const bringPast = async (): Promise<string | undefined> => {
    await Promise.all([...ready.values()].map((r) => r.promise));
    if (state.it.reconciliation !== undefined) return state.it.reconciliation;
    const past = {
      clock,
      book,
      desks,
      accountId,
      seed: state.it.seed,
      today: Temporal.PlainDate.from(state.it.today),
      text,
    };
    const payments = await bringHistory(past);
    freeBills();
    state.it.reconciliation = await bringDocuments(past);
    state.write();
    story.tell({
      en: `  ${payments} payments of the days before are in the book, with their bills and the bank’s statement`,
      zh: `  前几天的 ${payments} 笔付款已入账簿,账单和银行流水也已导入`,
    });
    return state.it.reconciliation;
  };
  /** Each bill is read in a process of its own: one channel account after another, so that a small machine has its time. */
  const freeBills = (): void => {
    [...desks.values()]
      .filter((desk) => desk.freeBills !== undefined)
      .forEach((desk, i) => {
        clock.after(i * BILLS_APART_MS, async () => {
          desk.freeBills!();
          // Whoever is made active is asked for its bills.
          await book.call('PATCH', `/v1/channels/${accountId(desk.name)}`, { state: 'active' }).catch(told);
        });
      });
  };
  const openStreet = async (): Promise<void> => {
    const scenes = OPENING.map(([second, scene]) => street.wait(second * 1_000).then(() => play(scene)));
    await Promise.all(scenes);
    state.it.opened = true;
    state.write();
  };
  const goOn = (): void => {
    if (stopped) return;
    const minutes = startedAt.until(clock.now()).total('minutes');
    const [, least, more] = PACE.find(([until]) => minutes < until)!;
    clock.after(options.everyMs ?? least + random.below(more), () => {
      void play(nextScene(random));
      goOn();
    });
  };
  /** In real time: how fast the street runs changes nothing about how often the book is asked. */
  let timer: NodeJS.Timeout | undefined;
  const tick = async (): Promise<void> => {
    for (const desk of desks.values()) desk.save();
    await hear().catch(() => {});
    if (!stopped) timer = setTimeout(tick, TICK_MS);
  };

  for (const line of opening(url, shops.url)) options.print(line[lang]);
  const opening_ = openDesks().catch((error) => {
    for (const { reject } of ready.values()) reject(error);
    if (!stopped) told(error);
  });
  const history = bringPast().catch((error) => {
    if (!stopped) told(error);
    return undefined;
  });
  const opened = state.it.opened === true ? Promise.resolve() : openStreet();
  clock.after(state.it.opened === true ? 0 : OPENING_SECONDS * 1_000, goOn);
  timer = setTimeout(tick, TICK_MS);

  return {
    door: shops.url,
    facts: () =>
      new Map([...desks].map(([name, desk]) => [name, new Map([...desk.facts()].map((f) => [f.ref, f] as const))])),
    accounts: () => new Map([...desks.keys()].map((name) => [name, accountId(name)])),
    expected: () => expected,
    batches: () =>
      state.it.reconciliation === undefined ? [] : batchesOf({ desks, today: Temporal.PlainDate.from(state.it.today) }),
    history,
    opened,
    async close() {
      stopped = true;
      clearTimeout(timer);
      clock.close();
      story.close();
      await opening_;
      for (const desk of desks.values()) {
        desk.save();
        await desk.close();
      }
      await shops.close();
    },
  };
}

function opening(url: string, door: string): readonly Text[] {
  return [
    {
      en: 'Demo: a street of five shops on the test side. Channels, customers and bank are simulated; no real money moves.',
      zh: '演示:测试环境中的一条街,五家店铺。渠道、顾客和银行都是模拟的,没有真实资金。',
    },
    { en: `  look at it: ${url}`, zh: `  查看:${url}` },
    {
      en: `  lose a notification yourself: curl -X POST '${door}/buy?shop=tea&lost'`,
      zh: `  自己丢一条通知试试:curl -X POST '${door}/buy?shop=tea&lost'`,
    },
  ];
}

function openState(path: string, clock: SimClock, seed: number): Readonly<{ it: State; write(): void }> {
  const today = clock.now().toZonedDateTimeISO(CHINA).toPlainDate().toString();
  const it: State = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : { seed, today, channels: {}, count: 0, starts: 0 };
  it.starts += 1;
  const write = (): void => writeFileSync(path, JSON.stringify(it));
  write();
  return { it, write };
}

/** As a channel account of the book: made once, then only its place, its keys and its forwarding are others after each start. */
async function enter(
  book: BookApi,
  desk: Desk,
  shops: string,
  state: ReturnType<typeof openState>,
  text: (it: Text) => string,
): Promise<void> {
  const { provider, merchantNo, baseUrl, settings, credentials } = desk.account;
  const where = {
    base_url: baseUrl,
    settings,
    credentials: credentials.map(({ kind, id, value }) => ({ kind, id, value })),
    feed: 'relay',
    forward_url: `${shops}/notify/${desk.name}`,
  };
  const known = state.it.channels[desk.name];
  if (known !== undefined) await book.call('PATCH', `/v1/channels/${known.id}`, where);
  else {
    const made = await book.call<{ id: string; notification_url: string }>('POST', '/v1/channels', {
      ...{ provider, name: text(ACCOUNTS[desk.name]), merchant_no: merchantNo },
      order_mode: desk.name === 'sticker' ? 'none' : 'required',
      ...where,
    });
    state.it.channels[desk.name] = { id: made.id, path: new URL(made.notification_url).pathname };
    state.write();
  }
}

/** The shops hear of events at one address, which is another after each start. */
async function listen(book: BookApi, shops: string, state: ReturnType<typeof openState>): Promise<void> {
  const old = state.it.endpointId;
  if (old !== undefined) await book.call('DELETE', `/v1/webhook-endpoints/${old}`).catch(() => {});
  state.it.endpointId = (
    await book.call<{ id: string }>('POST', '/v1/webhook-endpoints', {
      url: `${shops}/events`,
      // The others are read from the feed.
      types: ['payment.unrecorded'],
    })
  ).id;
  state.write();
}

/** From a book that has events already only what comes from now on is told. */
async function newest(book: BookApi): Promise<string> {
  for (let at = '0'; ; ) {
    const { next } = await book.call<{ next?: string }>('GET', `/v1/events?after=${at}&limit=500`);
    if (next === undefined) return at;
    at = next;
  }
}
