/**
 * The report in a real browser, opened from a file as an accountant does: both languages, both colour schemes, by keyboard, on
 * a phone. What hostile documents say must stay text.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { MAX_BREAKS, reportHtml } from '../src/reconcile/report/html.ts';
import { CLASS_WORDS, PAGE_WORDS } from '../src/reconcile/report/words.ts';
import { violations } from './support/axe.ts';
import { noBrowser, openBrowser } from './support/browser.ts';
import { cleanResult, HOSTILE, manyBreaks, sampleResult } from './support/result.ts';

const SHA = 'ab'.repeat(32);
describe('report in a browser', { skip: noBrowser }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-report-'));
  const files = { zh: '', en: '', clean: '', many: '', stale: '' };
  const carry = { from: '2026-11-19', taken: 12, left: 7, stale: ['2026-11-21'] };
  const signed = { who: '王 <b>会计</b>', when: '2026-11-27 09:12:00+08:00' };
  const sample = sampleResult();
  let browser: Browser;

  before(async () => {
    const write = (name: keyof typeof files, html: string): void => {
      files[name] = join(folder, `${name}.html`);
      writeFileSync(files[name], html);
    };
    write('zh', reportHtml(sample, 'zh', { resultSha256: SHA }));
    write('en', reportHtml(sample, 'en'));
    write('clean', reportHtml(cleanResult(), 'zh'));
    write('stale', reportHtml({ ...cleanResult(), carry }, 'zh', { resultSha256: SHA, signed }));
    write('many', reportHtml(manyBreaks(MAX_BREAKS + 500), 'en'));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  type Options = { theme?: 'light' | 'dark'; width?: number; hash?: string };

  /** A page with the report; what it complains about or asks the network for ends up in `complaints`. */
  async function open(name: keyof typeof files, { theme = 'light', width = 1280, hash = '' }: Options = {}) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(files[name]).href + hash);
    return { page, complaints, close: () => context.close() };
  }

  /** All that there is to unfold, in one go: a click each by the mouse is other tests' matter. */
  async function unfold(page: Page, what: string): Promise<void> {
    const n = await page.evaluate<number>(
      `(() => { const all = [...document.querySelectorAll('${what}')]; for (const e of all) e.click(); return all.length; })()`,
    );
    assert.ok(n > 0, `no ${what}`);
  }

  async function sidewaysScroll(page: Page): Promise<number> {
    return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }

  for (const lang of ['zh', 'en'] as const) {
    test(`${lang}: no complaint, no axe violation, all unfolded, light and dark`, async () => {
      const { page, complaints, close } = await open(lang);
      await page.locator('h1').waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang === 'zh' ? 'zh-CN' : 'en');
      await unfold(page, 'summary');
      for (const row of [0, 1, 10]) await page.locator('.row-button').nth(row).click();
      const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = await ground();
      assert.deepEqual(await violations(page), []);
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.notEqual(await ground(), light);
      assert.deepEqual(await violations(page, 'body', 'only'), []);
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test('the other lists and the table of the money’s way are accessible too', async () => {
    const { page, complaints, close } = await open('zh');
    await page.locator('#flow-toggle').click();
    await page.locator('#tab-ambiguous').click();
    await page.locator('.row-button').first().click();
    assert.deepEqual(await violations(page), []);
    await page.locator('#tab-open').press('ArrowLeft');
    assert.equal(await page.locator('#tab-breaks').getAttribute('aria-selected'), 'true');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the theme of the reader wins over the system', async () => {
    const { page, close } = await open('zh', { theme: 'light' });
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.locator('#theme-dark').click();
    assert.notEqual(await ground(), light);
    await page.locator('#theme-auto').click();
    assert.equal(await ground(), light);
    await close();
  });

  test('the language changes in the page and stays in the address', async () => {
    const { page, complaints, close } = await open('zh');
    await page.locator('#lang-en').click();
    assert.match(await page.locator('h1').innerText(), /1,987 of 2,004 orders/);
    assert.equal(await page.evaluate<string>('document.activeElement?.id'), 'lang-en');
    assert.match(page.url(), /lang=en/);
    await page.reload();
    assert.match(await page.locator('h1').innerText(), /1,987 of 2,004 orders/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('by keyboard: filter by class, open a break, read its raw record', async () => {
    const { page, complaints, close } = await open('en');
    await page.locator('#class-ours_only').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.row-button').count(), 2);
    assert.match(await page.locator('.list-bar').innerText(), /2 shown · in all 1,289\.90\sCNY/);
    assert.match(page.url(), /#breaks\?class=ours_only$/);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const hostile = page.locator('.story');
    assert.equal(await page.locator('.row-button[aria-expanded="true"]').count(), 1);
    const raw = await hostile.locator('pre').innerText();
    assert.ok(raw.includes(HOSTILE.markup) && raw.includes(HOSTILE.formula));
    assert.match(await hostile.innerText(), /11月订单\.csv:\d+/);
    assert.match(await hostile.innerText(), /bytes [\d,]+–[\d,]+/);
    await page.keyboard.press('k');
    assert.equal(await page.evaluate<string>('document.activeElement?.getAttribute("aria-expanded")'), 'false');
    await page.keyboard.press('/');
    assert.equal(await page.evaluate<string>('document.activeElement?.id'), 'search');
    await page.keyboard.type('20261120-7731');
    assert.equal(await page.locator('.row-button').count(), 1);
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate<string>('document.activeElement?.className'), 'row-button');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('single keys can be switched off', async () => {
    const { page, close } = await open('en');
    await page.locator('#keys').click();
    await page.keyboard.press('/');
    assert.equal(await page.evaluate<string>('document.activeElement?.id'), 'keys');
    await close();
  });

  test('the address keeps the filter, and brings it back', async () => {
    const { page, close } = await open('zh', { hash: '#breaks?class=theirs_only&channel=alipay&q=12000' });
    assert.equal(await page.locator('.row-button').count(), 1);
    assert.equal(await page.locator('#class-theirs_only').getAttribute('aria-pressed'), 'true');
    assert.equal(await page.locator('#filter-channel').inputValue(), 'alipay');
    assert.equal(await page.locator('#search').inputValue(), '12000');
    await page.locator('#clear').click();
    assert.equal(await page.locator('.row-button').count(), sample.breaks.length);
    await close();
  });

  test('a break can be named in the address; one that waits opens its tab', async () => {
    const waiting = sample.open[1]!;
    const { page, close } = await open('zh', { hash: `#breaks?id=${waiting.id}` });
    assert.equal(await page.locator('#tab-open').getAttribute('aria-selected'), 'true');
    assert.match(await page.locator('.story .says').innerText(), /23:59:50/);
    await close();
  });

  test('a leak leads to its breaks, by mouse and by keyboard, again and again', async () => {
    const { page, close } = await open('zh');
    const leak = page.locator('.leak', { hasText: CLASS_WORDS.bank_missing.label.zh }).first();
    await leak.click();
    await page.locator('#class-bank_missing[aria-pressed="true"]').waitFor();
    assert.equal(await page.locator('.row-button').count(), 1);
    await page.locator('#clear').click();
    await page.locator('.leak', { hasText: CLASS_WORDS.bank_missing.label.zh }).first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#class-bank_missing[aria-pressed="true"]').waitFor();
    assert.equal(await page.locator('.row-button').count(), 1);
    await close();
  });

  test('picture and table of the money’s way give the same amounts', async () => {
    const { page, close } = await open('zh');
    const digits = (text: string) => text.match(/\d[\d,]*\.\d\d/g) ?? [];
    const picture = new Set(digits((await page.locator('#river text').allTextContents()).join(' ')));
    await page.locator('#flow-toggle').click();
    const table = new Set(digits(await page.locator('#money table').innerText()));
    for (const amount of picture) assert.ok(table.has(amount), `${amount} is in the picture only`);
    for (const amount of table) assert.ok(picture.has(amount) || amount === '0.00', `${amount} is in the table only`);
    assert.ok(picture.size > 20);
    await close();
  });

  test('hostile text makes no element, and no attribute that runs', async () => {
    const { page, complaints, close } = await open('zh');
    await unfold(page, '.row-button');
    assert.equal(await page.locator('img, iframe, object, embed, form').count(), 0);
    assert.equal(await page.locator('script').count(), 2);
    const handlers = await page.evaluate<number>(
      '[...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")).length',
    );
    assert.equal(handlers, 0);
    assert.ok((await page.locator('#breaks').innerText()).includes('<script>alert(2)</script>'));
    assert.deepEqual(complaints, []);
    await close();
  });

  for (const lang of ['zh', 'en'] as const) {
    test(`${lang}: 360 px wide scrolls in one direction only, and stays accessible`, async () => {
      const { page, complaints, close } = await open(lang, { width: 360 });
      assert.equal(await sidewaysScroll(page), 0);
      await unfold(page, 'summary');
      await unfold(page, '.row-button');
      await page.locator('#flow-toggle').click();
      assert.equal(await sidewaysScroll(page), 0);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test('every width between phone and desk scrolls in one direction only', async () => {
    const { page, close } = await open('en', { width: 360 });
    for (const row of [1, 5]) await page.locator('.row-button').nth(row).click();
    for (const width of [320, 414, 600, 640, 768, 860, 900, 1024, 1100, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction(`innerWidth === ${width}`);
      assert.equal(await sidewaysScroll(page), 0, `at ${width} px`);
    }
    await close();
  });

  test('a clean result says so and shows no empty furniture', async () => {
    const { page, complaints, close } = await open('clean');
    assert.match(await page.locator('h1').innerText(), /没有差错/);
    assert.equal(await page.locator('.troubles').count(), 0);
    assert.equal(await page.locator('.filters').count(), 0);
    assert.match(await page.locator('#panel').innerText(), new RegExp(PAGE_WORDS.list_empty_breaks.zh));
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('thousands of breaks: the largest are here, the rest are named, the page stays quick', async () => {
    const { page, complaints, close } = await open('many');
    const total = MAX_BREAKS + 500;
    assert.match(
      await page.locator('.capped').innerText(),
      new RegExp(`${group(MAX_BREAKS)} largest; all ${group(total)} are in breaks\\.csv`),
    );
    assert.equal(await page.locator('.row-button').count(), 200);
    await page.locator('#more-rows').click();
    assert.equal(await page.locator('.row-button').count(), 400);
    await page.locator('#search').fill('2,400.00');
    assert.equal(await page.locator('.row-button').count(), 1);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the hash of the result stands at the signature, or a line to write it on', async () => {
    const signed = await open('zh');
    assert.ok((await signed.page.locator('#sign').innerText()).includes(SHA));
    await signed.close();
    const blank = await open('en');
    assert.match(await blank.page.locator('#sign').innerText(), /sha256sum result\.json/);
    await blank.close();
  });

  test('who signed and when stands in the table of signatures, as text', async () => {
    const { page, complaints, close } = await open('stale');
    const text = await page.locator('#sign').innerText();
    assert.ok(text.includes(signed.who) && text.includes(signed.when) && text.includes(SHA), text);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('what was carried over, and which later days must be run again, stands at the top', async () => {
    const { page, close } = await open('stale');
    assert.match(await page.locator('.hero .facts').innerText(), /接上 2026-11-19 的 12 项,本日留下 7 项/);
    assert.match(await page.locator('.troubles').innerText(), /2026-11-21 .*重新核对/);
    assert.deepEqual(await violations(page), []);
    await close();
  });

  test('on paper: light, without controls, nothing cut off to the side', async () => {
    const { page, close } = await open('zh', { theme: 'dark', width: 703 });
    await page.locator('.row-button').nth(1).click();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.equal(await page.locator('.filters').isVisible(), false);
    assert.equal(await page.locator('.tools').isVisible(), false);
    assert.equal(await page.evaluate<string>('getComputedStyle(document.documentElement).colorScheme'), 'light');
    assert.equal(await sidewaysScroll(page), 0);
    await close();
  });
});

const group = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
