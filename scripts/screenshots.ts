/**
 * Pictures for the documentation: `node scripts/screenshots.ts [report|app|icons] [PAGE]`. The example day's report, the app's pages as they show
 * the demo street, not two minutes old, and the icons of the counter, drawn from their SVG. Needs the test browser.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { runningClock } from '../sim/clock.ts';
import { startStreet } from '../sim/street/street.ts';
import { paceOf } from '../src/actions/pace.ts';
import { serve } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import type { Lang } from '../src/base/lang.ts';
import { vaultOf } from '../src/base/vault.ts';
import { runReconcile } from '../src/cli/reconcile.ts';
import { openBrowser } from '../tests/support/browser.ts';
import { freshBook, type TestBook, temporary } from '../tests/support/database.ts';
import { type Answer, callWith, keyOf } from '../tests/support/living.ts';
import { openWindow } from '../tests/support/web.ts';
import { builtApp } from '../ui/build.ts';

const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');

async function report(browser: Browser): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'daozhang-pictures-'));
  for (const [lang, colorScheme] of [
    ['zh', 'light'],
    ['en', 'dark'],
  ] as const) {
    await runReconcile([join(ROOT, 'examples', 'day')], { out: join(out, lang) }, lang);
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme });
    await page.goto(pathToFileURL(join(out, lang, 'report.html')).href);
    await page.screenshot({ path: join(IMAGES, `report-${lang}.png`) });
    await page.close();
  }
  rmSync(out, { recursive: true, force: true });
}

type Demo = Readonly<{
  on: Readonly<{ test: TestBook }>;
  url: string;
  /** The reconciliation of the days behind the first start. */
  run: string;
  call: ReturnType<typeof callWith>;
  payments(verdict: string): Promise<readonly Readonly<{ id: string; order_ref?: string; payment_ref: string }>[]>;
  /** The address of the customer's page of this payment. */
  link(paymentId: string): Promise<string>;
  close(): Promise<void>;
}>;

/** The street with its past, its written scenes and ten seconds of its day, in real time. */
async function demo(lang: Lang): Promise<Demo> {
  const test = await freshBook();
  const clock = runningClock(1);
  const { token } = await keyOf(test);
  const folder = await builtApp();
  const served = await serve(
    {
      book: test.book,
      vault: vaultOf([randomBytes(32)]),
      archive: openArchive(temporary()),
      allowPrivate: ['127.0.0.1/32'],
      version: 'demo',
      pace: paceOf(clock.now, 1, () => 0.5),
      told: (error) => process.stderr.write(`${String(error)}\n`),
      app: { folder: () => folder, isComing: () => true },
    },
    { host: '127.0.0.1', port: 0 },
  );
  const street = await startStreet({ url: served.url, key: token, folder: temporary(), lang, clock, print: () => {} });
  const [run] = await Promise.all([street.history, street.opened]);
  if (run === undefined) throw new Error('the street has no past');
  await new Promise((done) => setTimeout(done, 10_000));
  const call = callWith(served.url, { authorization: `Bearer ${token}` });
  type Found = Awaited<ReturnType<Demo['payments']>>;
  return {
    ...{ on: { test }, url: served.url, run, call },
    async payments(verdict) {
      const found: Answer<{ items: Found }> = await call('GET', `/v1/payments?verdict=${verdict}`);
      return found.body.items;
    },
    async link(paymentId) {
      const made: Answer<{ url: string }> = await call('POST', `/v1/payments/${paymentId}/links`, {});
      return made.body.url.slice(served.url.length);
    },
    async close() {
      await street.close();
      await served.close();
      clock.close();
      await test.close();
    },
  };
}

const one = async (web: Demo, verdict: string): Promise<Awaited<ReturnType<Demo['payments']>>[number]> => {
  const [first] = await web.payments(verdict);
  if (first === undefined) throw new Error(`no payment is ${verdict}`);
  return first;
};

/** The first of a list that the API gives. */
async function first<Item>(web: Demo, path: string, is: (item: Item) => boolean = () => true): Promise<Item> {
  const found: Answer<{ items: readonly Item[] }> = await web.call('GET', path);
  const item = found.body.items.find(is);
  if (item === undefined) throw new Error(`nothing fits in ${path}`);
  return item;
}
const accountOf = (web: Demo, provider: string): Promise<Readonly<{ id: string }>> =>
  first<{ id: string; provider: string }>(web, '/v1/channels', (account) => account.provider === provider);

/** Scrolls until this stands below the page's head, so many pixels from the top. */
const upTo = async (page: Page, what: string, from = 88): Promise<void> => {
  const y = await page
    .locator(what)
    .first()
    .evaluate((at: { getBoundingClientRect(): { top: number } }) => at.getBoundingClientRect().top);
  await page.mouse.move(900, 500);
  await page.mouse.wheel(0, y - from);
};

type Shot = Readonly<{
  name: string;
  path: (web: Demo) => string | Promise<string>;
  phone?: boolean;
  signedIn?: boolean;
  /** What is there when the page is. */
  shows: string;
  also?: (page: Page, web: Demo) => Promise<void>;
}>;

const SHOTS: readonly Shot[] = [
  { name: 'overview', path: () => '/app/overview', shows: '.river' },
  { name: 'payment', path: async (web) => `/app/payments/${(await one(web, 'late')).id}`, shows: '.judged' },
  {
    name: 'search',
    path: () => '/app/payments',
    shows: '.list',
    async also(page, web) {
      await page.keyboard.press('Control+k');
      const { order_ref, payment_ref } = await one(web, 'received');
      await page.locator('.search input[role=combobox]').fill((order_ref ?? payment_ref).slice(-4));
      await page.locator('.hit').first().waitFor();
    },
  },
  {
    name: 'refund',
    path: async (web) => `/app/payments/${(await one(web, 'on_its_way')).id}`,
    shows: '.refund-panel > button',
    async also(page) {
      await page.locator('.refund-panel > button').click();
      await page.locator('.prompt select').selectOption('customer_request');
      await page.locator('.prompt .say').waitFor();
    },
  },
  {
    name: 'claim',
    async path(web) {
      const { order_ref, payment_ref } = await one(web, 'on_its_way');
      const made: Answer<{ id: string }> = await web.call('POST', '/v1/claims', { refs: [order_ref ?? payment_ref] });
      return `/app/cases/${made.body.id}`;
    },
    shows: '.work-steps li',
  },
  {
    name: 'approval',
    async path(web) {
      // Whatever it is, another person agrees.
      type Kept = Readonly<{ current: { version: number; policy: object } }>;
      const { current }: Kept = (await web.call<Kept>('GET', '/v1/policy')).body;
      await web.call('PUT', '/v1/policy', {
        after: current.version,
        policy: { ...current.policy, refund_alone: { CNY: '1.00' } },
      });
      const made: Answer<{ approval: { id: string } }> = await web.call(
        'POST',
        `/v1/payments/${(await one(web, 'on_its_way')).id}/refunds`,
        { reason: 'not_delivered' },
      );
      return `/app/approvals/${made.body.approval.id}`;
    },
    shows: '.approval-verdict',
  },
  {
    name: 'document',
    path: async (web) => {
      const { id } = await first<{ id: string; name: string }>(web, '/v1/documents', ({ name }) =>
        /^\d+All\d/.test(name),
      );
      return `/app/imports/${id}`;
    },
    shows: '.lines tbody tr',
  },
  { name: 'days', path: () => '/app/reconciliations', shows: '.cell.is-breaks' },
  {
    name: 'proof',
    path: ({ run }) => `/app/reconciliations/${run}`,
    shows: '.proof .equation',
    also: (page) => upTo(page, '.proof'),
  },
  {
    name: 'break',
    path: async (web) => {
      const { reconciliation_id, n } = await first<{ reconciliation_id: string; n: number; verdict: string }>(
        web,
        '/v1/breaks',
        ({ verdict }) => verdict === 'reversed',
      );
      return `/app/breaks/${reconciliation_id}/${n}`;
    },
    shows: '.evidence',
    also: (page) => upTo(page, '.evidence', 420),
  },
  { name: 'ledger', path: () => '/app/ledger', shows: '.accounts' },
  { name: 'channel', path: async (web) => `/app/channels/${(await accountOf(web, 'wechatpay')).id}`, shows: '.held' },
  {
    name: 'plan',
    path: async (web) => `/app/plans/${(await accountOf(web, 'lakala')).id}/edit?template=pos`,
    shows: '.days button',
  },
  { name: 'sign-in', path: () => '/app/', shows: '.door', signedIn: false },
  { name: 'counter', path: () => '/counter/', shows: '.rows', phone: true },
  {
    name: 'answer',
    path: () => '/counter/',
    phone: true,
    shows: '.rows',
    async also(page, web) {
      const { order_ref, payment_ref } = await one(web, 'on_its_way');
      await page.locator('#said').fill(order_ref ?? payment_ref);
      await page.locator('button[type=submit]').click();
      await page.locator('.verdict h1').waitFor();
    },
  },
  {
    name: 'customer',
    path: async (web) => web.link((await one(web, 'on_its_way')).id),
    shows: '#not-arrived',
    phone: true,
    signedIn: false,
  },
  { name: 'how', path: () => '/how/wechat', shows: '.drawing', signedIn: false },
];

/** What is full of text is cut, so that a picture stays below 150 kB. */
const HEIGHTS: Readonly<Record<string, number>> = { overview: 800, search: 560, document: 620, how: 640 };

/** The same picture in a fifth fewer bytes: flat colours deflate best as they are, without the filters of a browser's encoder. */
function pressed(png: Buffer): Buffer {
  const found: Buffer[] = [];
  let [width, height, colours] = [0, 0, 0];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'IHDR') [width, height, colours] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9]!];
    if (type === 'IDAT') found.push(data);
  }
  const each = colours === 6 ? 4 : 3;
  const row = 1 + width * each;
  const raw = inflateSync(Buffer.concat(found));
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * row]!;
    raw[y * row] = 0;
    for (let i = y * row + 1; i < (y + 1) * row; i += 1) {
      const isFirst = i - y * row <= each;
      const left = isFirst ? 0 : raw[i - each]!;
      const up = y === 0 ? 0 : raw[i - row]!;
      const corner = isFirst || y === 0 ? 0 : raw[i - row - each]!;
      raw[i]! += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
    }
  }
  const chunk = (type: string, data: Buffer): Buffer => {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length);
    bytes.write(type, 4, 'latin1');
    data.copy(bytes, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
    return bytes;
  };
  return Buffer.concat([
    png.subarray(0, 33),
    chunk('IDAT', deflateSync(raw, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

async function app(browser: Browser): Promise<void> {
  mkdirSync(join(IMAGES, 'app'), { recursive: true });
  await Promise.all(
    (['zh', 'en'] as const).map(async (lang) => {
      const web = await demo(lang);
      for (const theme of ['light', 'dark'] as const)
        for (const { name, path, phone = false, signedIn = true, shows, also } of SHOTS) {
          if (process.argv[3] !== undefined && process.argv[3] !== name) continue;
          const size = phone ? { width: 360, height: 760 } : { width: 1180, height: HEIGHTS[name] ?? 760 };
          const { page, close } = await openWindow(web, browser, { lang, theme, signedIn, ...size });
          await page.goto(`${web.url}${await path(web)}`);
          await page.locator(shows).first().waitFor();
          await also?.(page, web);
          await page.evaluate('document.fonts.ready');
          await page.waitForTimeout(400);
          writeFileSync(join(IMAGES, 'app', `${name}-${lang}-${theme}.png`), pressed(await page.screenshot()));
          await close();
        }
      await web.close();
    }),
  );
}

async function icons(browser: Browser): Promise<void> {
  const folder = join(ROOT, 'ui', 'public');
  const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
  // A launcher cuts the edge off a maskable icon: the ground goes to the edge, the drawing keeps to the middle.
  const maskable = svg
    .replace(' rx="15"', '')
    .replace(/<path/, '<g transform="translate(9.6 9.6) scale(.7)"><path')
    .replace('</svg>', '</g></svg>');
  for (const [name, size, drawn] of [
    ['icon-192', 192, svg],
    ['icon-512', 512, svg],
    ['icon-maskable-512', 512, maskable],
  ] as const) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(
      `<style>body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${drawn}`,
    );
    await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: true });
    await page.close();
  }
}

const WHAT = { report, app, icons } as const;
const browser = await openBrowser();
try {
  for (const [name, draw] of Object.entries(WHAT))
    if (process.argv[2] === undefined || process.argv[2] === name) await draw(browser);
} finally {
  await browser.close();
}
