/**
 * The web app as its users meet it: a living server that serves the built app, a shop with payments in every tone the book can tell, and
 * browser windows that are signed in.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { makeLink } from '../../src/api/auth.ts';
import { newId } from '../../src/base/ids.ts';
import { builtApp } from '../../ui/build.ts';
import { type Living, living, until, verdictOf } from './living.ts';

export type Lang = 'zh' | 'en';
export type Theme = 'light' | 'dark';
export type Till = Readonly<{ on: Living; url: string; close(): Promise<void> }>;
export type Web = Till &
  Readonly<{
    folder: string;
    /** A payment by its order's number. */
    payments: ReadonlyMap<string, string>;
  }>;

/** What happens to each order; the book says of it what stands beside it. */
const SHOP = [
  ['TEA-2042', 3_650, 'fine', 'on_its_way'],
  ['TEA-2043', 990, 'fine', 'on_its_way'],
  ['TEA-2044', 4_500, 'processing', 'pending'],
  ['TEA-2045', 6_600, 'fine', 'on_its_way'],
  ['TEA-2046', 2_200, 'walks_away', 'unpaid'],
  // Last: from here on the merchant's own system is broken.
  ['TEA-2041', 12_800, 'lost', 'unrecorded'],
] as const;

type Found = Readonly<{ id: string; captured?: object; recorded_at?: string }>;

/** An empty shop in real time. */
export async function startTill(): Promise<Till> {
  const folder = await builtApp();
  const on = await living({ speed: 1, app: { folder: () => folder, isComing: () => false } });
  return { on, url: on.served.url, close: () => on.close() };
}

/** `speed`: how fast business time runs; the clock on screen is the browser's. */
export async function startWeb(speed = 20): Promise<Web> {
  const folder = await builtApp();
  const on = await living({ speed, app: { folder: () => folder, isComing: () => false } });
  const payments = new Map<string, string>();
  const idOf = (ref: string, isThere: (p: Found) => boolean): Promise<string> =>
    until(`${ref} to be there`, async () => {
      const found = await on.call<{ items: readonly Found[] }>('GET', `/v1/payments/search?ref=${ref}`);
      return found.body.items.find(isThere)?.id;
    });
  for (const [ref, fen, fate] of SHOP) {
    on.sim.place(ref, fen);
    await on.call('POST', '/v1/orders', {
      order_ref: ref,
      amount: { amount: `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`, currency: 'CNY' },
      store: '03',
      placed_at: on.clock.now().toString(),
    });
    if (fate === 'lost') on.merchant.answer(500);
    if (fate !== 'walks_away') await on.sim.pay(ref, fate === 'processing' ? { processingMs: 3_600_000 } : {});
    payments.set(
      ref,
      await idOf(ref, (p) => (fate === 'fine' ? p.recorded_at : fate === 'lost' ? p.captured : p) !== undefined),
    );
    if (fate === 'processing' || fate === 'walks_away')
      await on.call('POST', `/v1/payments/${payments.get(ref)}/inquire`);
  }
  // A minute of business until the merchant's silence is a fault.
  for (const [ref, , , code] of SHOP) await verdictOf(on, ref, code, 90_000 / Math.min(speed, 3));
  return { on, url: on.served.url, folder, payments, close: () => on.close() };
}

export type Look = Readonly<{ lang?: Lang; theme?: Theme; width?: number; height?: number; signedIn?: boolean }>;
export type Window = Readonly<{ context: BrowserContext; page: Page; complaints: string[]; close(): Promise<void> }>;

/** A window of its own; what it complains about, or asks of anybody else, ends up in `complaints`. */
export async function openWindow(
  web: Readonly<{ on: Pick<Living, 'test'>; url: string }>,
  browser: Browser,
  look: Look = {},
): Promise<Window> {
  const { lang = 'zh', theme = 'light', width = 1280, height = 900, signedIn = true } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    // What moves is drawn again and again, for nobody.
    reducedMotion: 'reduce',
    locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai',
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  if (signedIn) {
    const link = await web.on.test.book.tenant(web.on.test.tenantId, async (tx) => {
      const id = newId();
      await tx.run(`insert into users (tenant_id, id, name, role) values ($1, $2, '王会计', 'admin')`, [
        tx.tenantId,
        id,
      ]);
      return await makeLink(tx, id);
    });
    // Through the front door, as a person: the link leaves its cookie and leads to the app.
    await page.goto(`${web.url}/enter/${link}`);
  }
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(web.url) && !/^(data|blob):/.test(request.url()))
      complaints.push(`request: ${request.url()}`);
  });
  return { context, page, complaints, close: () => context.close() };
}
