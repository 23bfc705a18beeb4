/**
 * An accountant's morning in one go, on the empty live side: the day's files dropped, seen for what they are, reconciled, proven; a break
 * followed down to its bytes, and the list taken along.
 */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../src/base/root.ts';
import type { Area } from '../support/office.ts';

const DAY = join(ROOT, 'examples', 'day');
/** A zip, GBK inside; a gzip; a table and an XML of two banks. */
const FILES = globSync('{alipay/*_trade.zip,bank/*,orders/*,wechatpay/*.gz}', { cwd: DAY }).map((file) =>
  join(DAY, file),
);

export const day: Pick<Area, 'steps'> = {
  steps(office) {
    test('files in, every cent explained, down to the bytes and out again', async () => {
      const { page, complaints, close } = await office().open({ lang: 'en' });
      await page.evaluate("localStorage.setItem('daozhang.mode', 'live')");
      // Nothing has happened on this side: the first page leads to how to begin.
      await page.goto(`${office().url}/app/`);
      await page.getByRole('link', { name: 'Bring files' }).click();
      await page.locator('input[type=file][multiple]').setInputFiles(FILES);
      const uploads = page.locator('.uploads li[data-state=done]');
      await uploads.nth(FILES.length - 1).waitFor({ timeout: 60_000 });
      const told = (await uploads.allInnerTexts()).join('\n');
      for (const what of ['WeChat Pay trade bill', 'Alipay', 'camt', '2026-11-19'])
        assert.ok(told.includes(what), `${what} in\n${told}`);

      await page.getByLabel('Choose all shown').check();
      await page.locator('.chosen').getByRole('button', { name: 'Reconcile' }).click();
      await page.locator('dialog').getByRole('button', { name: 'Reconcile' }).click();
      await page.waitForURL(/\/app\/reconciliations\/[0-9a-f-]{36}$/);
      await page.locator('.proof .equation').first().waitFor({ timeout: 60_000 });
      const left = await page.locator('[data-part="residual"] .money').allInnerTexts();
      assert.ok(left.length >= 3);
      assert.ok(
        left.every((money) => money === '¥0.00'),
        left.join(),
      );

      const [first] = await page.locator('.classes a[href*="/app/breaks"]').all();
      await first!.click();
      await page.locator('.grid-row').first().waitFor();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export CSV' }).click(),
      ]);
      const rows = (await readFile((await file.path())!, 'utf8')).split('\r\n').filter((row) => row.startsWith('brk_'));
      assert.equal(rows.length, await page.locator('.grid-row').count());
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.locator('.evidence .source code').first().waitFor();
      assert.match(await page.locator('.evidence').first().innerText(), /sha256 [0-9a-f]{64}/);
      await page.evaluate("localStorage.setItem('daozhang.mode', 'test')");
      assert.deepEqual(complaints, []);
      await close();
    });
  },
};
