import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from '../support/axe.ts';
import { until } from '../support/living.ts';
import type { Area } from '../support/office.ts';
import type { Window } from '../support/web.ts';

/** Of the example day, the small ones: what is done here is another area's to see, and in nobody's way. */
const MINE = 'cause=operator_error&channel=wechatpay';

const rowsOf = (page: Page): Promise<string[]> => page.locator('.grid-row .money').allTextContents();
const chosen = (page: Page): Promise<string | null> =>
  page.locator('.grid-row[aria-selected="true"] .money').textContent();
const fen = (text: string): bigint => BigInt(text.replace(/[^\d-]/g, ''));
const sum = (texts: readonly string[]): bigint => texts.reduce((total, text) => total + fen(text), 0n);

export const breaks: Area = {
  pages: [
    { path: '/app/breaks', ready: '.grid-row' },
    { path: (office) => `/app/breaks/${office.run}/9`, ready: '.evidence' },
    { path: '/app/breaks?q=nothing-like-it', ready: '.quiet' },
  ],
  steps(office) {
    let one: Window;
    let two: Window;
    before(async () => {
      [one, two] = await Promise.all([office().open(), office().open({ lang: 'en', theme: 'dark' })]);
    });
    after(async () => {
      assert.deepEqual([one.complaints, two.complaints], [[], []]);
      await Promise.all([one.close(), two.close()]);
    });

    test('by keys alone: through the list, the evidence, an explanation, the filter; a second window hears of it', async () => {
      const { page } = one;
      const { page: other } = two;
      const press = (key: string): Promise<void> => page.keyboard.press(key);
      for (const window of [page, other]) {
        await window.goto(`${office().url}/app/breaks?${MINE}`);
        await window.locator('.grid-row').first().waitFor();
      }
      const money = await rowsOf(page);
      assert.ok(money.length >= 4 && fen(money[3]!) <= 10_000n);
      await press('?');
      await page.locator('.keys-list').waitFor();
      // Under an open card a key is the card's.
      await press('j');
      await press('Escape');
      await page.locator('.keys-list').waitFor({ state: 'detached' });
      assert.equal(await chosen(page), money[0]);
      await press('j');
      await press('j');
      await press('k');
      assert.equal(await chosen(page), money[1]);
      const grid = page.locator('.grid');
      await page.locator('.grid:focus').waitFor();
      const active = await grid.getAttribute('aria-activedescendant');
      assert.equal(
        await page.locator(`[id="${active}"] .money`).textContent(),
        money[1],
        'who does not see is told the row',
      );
      await press('Enter');
      await page.locator('.work-one .money.large').waitFor();
      assert.equal(await page.locator('.work-one .money.large').textContent(), money[1]);
      await press('j');
      await press('j');
      await page.locator('.work-one .money.large', { hasText: money[3]! }).waitFor();
      await press('e');
      await page.locator('.one-proof:focus').waitFor();
      assert.match((await page.locator('.evidence .source code').first().textContent()) ?? '', /sha256 [0-9a-f]{64}/);

      await press('a');
      await page.locator('.act-menu button').first().waitFor();
      assert.deepEqual(await violations(page, '.prompt'), []);
      await press('ArrowDown');
      await press('Enter');
      await page.locator('.act-form input').first().waitFor();
      await press('ArrowDown');
      await press('ArrowDown');
      await press('Tab');
      await page.keyboard.type('a note, j and k are letters here');
      await press('Control+Enter');
      await page.locator('.one-steps li').waitFor();
      assert.match((await page.locator('.one-steps').textContent()) ?? '', /王会计 说明:收银录入错误.*a note, j and k/);
      // The other window is told; its row stays where it is.
      await other.locator('.grid-row .mark.tone-arrived').waitFor();
      assert.equal((await rowsOf(other)).length, money.length);

      await press('Escape');
      await page.waitForURL(`**/app/breaks?${MINE}`);
      await press('/');
      await page.keyboard.type('0329');
      await press('Escape');
      await page.waitForURL('**q=0329**');
      await page.locator('input[type=search]:focus').waitFor({ state: 'detached' });
    });

    test('of two who act on what they saw the second is told who was faster; above the limit another confirms', async () => {
      const { page } = one;
      const { page: other } = two;
      const path = `${office().url}/app/breaks/${office().run}/1`;
      for (const window of [page, other]) {
        await window.goto(path);
        await window.locator('.one-doing button').click();
        await window.locator('.act-menu').waitFor();
      }
      // Held back, so that the second window acts on what it saw.
      await other.route('**/v1/reconciliations/*/breaks/1', (route) => route.abort());
      await page.getByRole('button', { name: /^说明原因/ }).click();
      await page.getByLabel('已向渠道提出').check();
      await page.locator('.act-form button[type=submit]').click();
      await page.locator('.work-one .one-note').waitFor();
      assert.match((await page.locator('.work-one .one-note').first().textContent()) ?? '', /王会计 已说明/);
      await other.getByRole('button', { name: /^Note/ }).click();
      await other.locator('textarea').fill('too late');
      await other.locator('.act-form button[type=submit]').click();
      await other.locator('.act-wrong').waitFor();
      assert.match(
        (await other.locator('.act-wrong').textContent()) ?? '',
        /王会计 did something about it: explained it/,
      );
      assert.equal(await other.locator('textarea').inputValue(), 'too late');
      await other.unroute('**/v1/reconciliations/*/breaks/1');
      two.complaints.length = 0;
      // Who explained it is not offered to confirm it; somebody else is.
      await page.keyboard.press('a');
      await page.locator('.act-menu').waitFor();
      assert.equal(await page.getByRole('button', { name: /^确认说明/ }).count(), 0);
      await page.keyboard.press('Escape');
      await other.goto(path);
      await other.locator('.one-doing button').click();
      await other.getByRole('button', { name: /^Confirm/ }).click();
      await other.locator('.act-form button[type=submit]').click();
      await page.locator('.one-marks .tone-arrived').waitFor();
      await page.keyboard.press('a');
      await page.getByRole('button', { name: /^重新打开/ }).click();
      await page.locator('.act-form button[type=submit]').click();
      await page.locator('.one-steps li:nth-child(3)').waitFor();
    });

    test('a filter is an address: it is saved with a name, found again, and its export has the list’s money to the cent', async () => {
      const { page } = one;
      await page.goto(`${office().url}/app/breaks`);
      await page.locator('.grid-row').first().waitFor();
      await page
        .locator('.groups')
        .getByRole('link', { name: /第三方/ })
        .click();
      await page.getByRole('combobox', { name: '渠道' }).selectOption('alipay');
      await page.waitForURL('**/app/breaks?cause=third_party&channel=alipay');
      await page.getByRole('button', { name: '保存此筛选' }).click();
      await page.keyboard.type('支付宝欠我们的');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: '清除筛选' }).click();
      await page.waitForURL('**/app/breaks');
      await page.reload();
      await page.getByRole('link', { name: '支付宝欠我们的' }).click();
      await page.waitForURL('**/app/breaks?cause=third_party&channel=alipay');
      await page.locator('.grid-row').first().waitFor();
      // The list and its sum are two answers: both have followed when they agree.
      const { shown, total } = await until('the list and its sum to follow', async () => {
        const [shown, total] = [
          await rowsOf(page),
          (await page.locator('.breaks-total .money').allTextContents()).join(),
        ];
        return shown.length > 0 && shown.length < 5 && sum(shown) === fen(total) && { shown, total };
      });
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: '导出 CSV' }).click(),
      ]);
      const csv = await readFile((await file.path())!, 'utf8');
      const lines = csv
        .slice(1)
        .split('\r\n')
        .filter((line) => line.startsWith('brk_'));
      const at = csv.slice(1).split(',').indexOf('涉及金额');
      assert.equal(lines.length, shown.length);
      assert.equal(sum(lines.map((line) => line.split(',')[at]!)), fen(total));
      await page.getByRole('button', { name: '删除“支付宝欠我们的”' }).click();
      await page.locator('.chip').waitFor({ state: 'detached' });
    });
  },
};
