/**
 * The back office in a real browser: every page of every area in both languages and themes, on a desk and on a phone; then what people do
 * there. One server, one browser for all of them: `--test-name-pattern` picks.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { breaks } from './office/breaks.ts';
import { cases } from './office/cases.ts';
import { channels } from './office/channels.ts';
import { day } from './office/day.ts';
import { imports } from './office/imports.ts';
import { ledger } from './office/ledger.ts';
import { overview } from './office/overview.ts';
import { plans } from './office/plans.ts';
import { reconcile } from './office/reconcile.ts';
import { refunds } from './office/refunds.ts';
import { settings } from './office/settings.ts';
import { terminals } from './office/terminals.ts';
import { violations } from './support/axe.ts';
import { noBrowser, openBrowser } from './support/browser.ts';
import { type Area, type Office, sideways, startOffice } from './support/office.ts';
import type { Window } from './support/web.ts';

const AREAS: Readonly<Record<string, Area>> = {
  overview,
  imports,
  reconcile,
  breaks,
  ledger,
  cases,
  channels,
  terminals,
  plans,
  refunds,
  settings,
};
/** A desk, a desk at 200 %, a phone. */
const WIDTHS = [1280, 640, 360] as const;

let office: Office;
let browser: Browser;
before(async () => {
  if (noBrowser !== false) return;
  browser = await openBrowser();
  office = await startOffice(() => browser);
});
after(async () => {
  await browser?.close();
  await office?.close();
});

describe('the back office', { skip: noBrowser }, () => {
  describe('every page, in both languages and both themes, as wide as a desk and as a phone', () => {
    let window: Window;
    before(async () => {
      window = await office.open({ lang: 'zh', theme: 'light' });
    });
    after(() => window.close());
    for (const [name, area] of Object.entries(AREAS))
      test(name, async () => {
        const { page, complaints } = window;
        const right = async (how: string): Promise<void> =>
          assert.deepEqual(await violations(page, '#content'), [], how);
        for (const { path, ready } of area.pages) {
          const to = typeof path === 'string' ? path : path(office);
          await page.setViewportSize({ width: WIDTHS[0], height: 800 });
          await page.goto(`${office.url}${to}`);
          await page.locator(ready).first().waitFor();
          for (const width of WIDTHS.toReversed()) {
            await page.setViewportSize({ width, height: 800 });
            await page.waitForFunction(`innerWidth === ${width}`);
            assert.equal(await sideways(page), 0, `${to} at ${width} px`);
          }
          // Words and colours meet in no rule: each language and each theme once. Changed where it stands, as a person does: nothing is
          // loaded anew, and back it goes for the next page.
          await right(`${to} zh light`);
          await page.emulateMedia({ colorScheme: 'dark' });
          await page.locator('#lang').click();
          await page.locator('html[lang=en]').waitFor();
          await right(`${to} en dark`);
          await page.emulateMedia({ colorScheme: 'light' });
          await page.locator('#lang').click();
          await page.locator('html[lang=zh-CN]').waitFor();
        }
        assert.deepEqual(complaints.splice(0), []);
      });
  });
  for (const [name, area] of Object.entries(AREAS)) describe(name, () => area.steps(() => office));
  describe('a day', () => day.steps(() => office));
});
