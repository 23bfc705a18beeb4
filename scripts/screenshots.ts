/**
 * Pictures for the documentation: `node scripts/screenshots.ts [report|app|icons]`. The example day's report, the app's pages as a living
 * server shows them, and the icons of the counter, drawn from their SVG. Needs the test browser.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { runReconcile } from '../src/cli/reconcile.ts';
import { openBrowser } from '../tests/support/browser.ts';
import { openWindow, startWeb, type Web } from '../tests/support/web.ts';

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

type Shot = Readonly<{
  name: string;
  path: (web: Web) => string;
  phone?: boolean;
  signedIn?: boolean;
  /** What is there when the page is. */
  shows: string;
  also?: (page: Page) => Promise<void>;
}>;

const SHOTS: readonly Shot[] = [
  { name: 'payments', path: () => '/app/payments', shows: '.list' },
  { name: 'payment', path: (web) => `/app/payments/${web.payments.get('TEA-2041')}`, shows: '.judged' },
  {
    name: 'search',
    path: () => '/app/payments',
    shows: '.list',
    async also(page) {
      await page.keyboard.press('Control+k');
      await page.locator('.search input[role=combobox]').fill('TEA-2041');
      await page.locator('.hit').waitFor();
    },
  },
  { name: 'sign-in', path: () => '/app/', shows: '.door', signedIn: false },
  { name: 'counter', path: () => '/counter/', shows: '.rows', phone: true },
];

async function app(browser: Browser): Promise<void> {
  const web = await startWeb(1);
  mkdirSync(join(IMAGES, 'app'), { recursive: true });
  for (const lang of ['zh', 'en'] as const)
    for (const theme of ['light', 'dark'] as const)
      for (const { name, path, phone = false, signedIn = true, shows, also } of SHOTS) {
        const size = phone ? { width: 360, height: 760 } : { width: 1180, height: 760 };
        const { page, close } = await openWindow(web, browser, { lang, theme, signedIn, ...size });
        await page.goto(`${web.url}${path(web)}`);
        await page.locator(shows).waitFor();
        await also?.(page);
        await page.evaluate('document.fonts.ready');
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(IMAGES, 'app', `${name}-${lang}-${theme}.png`) });
        await close();
      }
  await web.close();
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
