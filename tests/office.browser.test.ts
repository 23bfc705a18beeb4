/**
 * The back office in a real browser: every page of every area in both languages and themes, at the counter's width and on a desk; then what
 * people do there. One server, one browser for all of them: `--test-name-pattern` picks.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { breaks } from './office/breaks.ts';
import { channels } from './office/channels.ts';
import { imports } from './office/imports.ts';
import { ledger } from './office/ledger.ts';
import { overview } from './office/overview.ts';
import { plans } from './office/plans.ts';
import { reconcile } from './office/reconcile.ts';
import { settings } from './office/settings.ts';
import { terminals } from './office/terminals.ts';
import { noBrowser, openBrowser } from './support/browser.ts';
import { type Area, type Office, sideways, startOffice, violations } from './support/office.ts';
import type { Window } from './support/web.ts';

const AREAS: Readonly<Record<string, Area>> = {
  overview,
  imports,
  reconcile,
  breaks,
  ledger,
  channels,
  terminals,
  plans,
  settings,
};
const LOOKS = [
  { lang: 'zh', theme: 'light' },
  { lang: 'en', theme: 'dark' },
] as const;
const WIDTHS = [1280, 360] as const;

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
  for (const look of LOOKS)
    describe(`${look.lang} ${look.theme}`, () => {
      let window: Window;
      before(async () => {
        window = await office.open(look);
      });
      after(() => window.close());
      for (const [name, area] of Object.entries(AREAS))
        test(name, async () => {
          const { page, complaints } = window;
          await page.setViewportSize({ width: WIDTHS[0], height: 800 });
          for (const { path, ready } of area.pages) {
            const to = typeof path === 'string' ? path : path(office);
            await page.goto(`${office.url}${to}`);
            await page.locator(ready).first().waitFor();
            assert.deepEqual(await violations(page, '#content'), [], to);
            for (const width of WIDTHS) {
              await page.setViewportSize({ width, height: 800 });
              await page.waitForFunction(`innerWidth === ${width}`);
              assert.equal(await sideways(page), 0, `${to} at ${width} px`);
            }
          }
          assert.deepEqual(complaints.splice(0), []);
        });
    });
  for (const [name, area] of Object.entries(AREAS)) describe(name, () => area.steps(() => office));
});
