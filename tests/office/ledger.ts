import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from '../support/axe.ts';
import type { Area } from '../support/office.ts';
import type { Window } from '../support/web.ts';

/** Days of the example, whatever the day of the test. */
const TRIAL = '/app/ledger/trial?from=2026-11-01&to=2026-11-30';

const texts = (page: Page, of: string): Promise<string[]> => page.locator(of).allTextContents();

export const ledger: Area = {
  pages: [
    { path: '/app/ledger', ready: '.accounts' },
    { path: TRIAL, ready: '.trial' },
    { path: '/app/ledger/entries?from=2026-11-20&to=2026-11-20', ready: '.grid-row' },
    { path: '/app/ledger/controls', ready: '[data-equal]' },
    { path: '/app/ledger/suspense', ready: '.lying li' },
    { path: '/app/ledger/days?day=2026-11-19', ready: '#day' },
    { path: '/app/ledger/export', ready: '.export' },
  ],
  steps(office) {
    let one: Window;
    before(async () => {
      one = await office().open();
    });
    after(async () => {
      assert.deepEqual(one.complaints, []);
      await one.close();
    });

    test('the example day is in balance, and the control accounts equal their open items', async () => {
      const { page } = one;
      await page.goto(`${office().url}${TRIAL}`);
      await page.locator('.proof-chip').first().waitFor();
      const proofs = await texts(page, '.proof-chip');
      assert.equal(proofs.length, 3);
      for (const proof of proofs) assert.match(proof, / ¥0\.00$/);
      assert.deepEqual(
        await page.locator('.proof-chip').evaluateAll((all) => all.map((e) => e.getAttribute('data-right'))),
        ['true', 'true', 'true'],
      );
      await page.goto(`${office().url}/app/ledger/controls`);
      await page.locator('.history li').first().waitFor();
      const before = await page.locator('.history li').count();
      await page.getByRole('button', { name: '现在核对' }).click();
      await page.locator(`.history li:nth-child(${before + 1})`).waitFor();
      assert.equal(await page.locator('[data-equal]').getAttribute('data-equal'), 'true');
      assert.match((await texts(page, '.controls'))[0]!, /结算中款项/);
    });

    test('from a balance down to the bytes of the document it rests on', async () => {
      const { page } = one;
      await page.goto(`${office().url}/app/ledger`);
      // Accounts of one number are one row until it is opened.
      await page.getByRole('button', { name: /6603 渠道手续费/ }).click();
      await page.getByRole('link', { name: '微信支付 · 1900000101' }).click();
      await page.waitForURL('**/app/ledger/accounts/*');
      await page.locator('.grid-row a').first().click();
      await page.locator('.voucher tfoot').waitFor();
      assert.match((await texts(page, '.proof-chip'))[0]!, /¥0\.00$/);
      assert.deepEqual(await violations(page, '#content'), []);
      await page.getByRole('button', { name: /看原始字节/ }).click();
      await page.locator('.hash[data-same=true]').waitFor();
      assert.match((await texts(page, '.bytes'))[0]!, /1900000101/);
      await page.keyboard.press('Escape');
      await page.locator('.bytes').waitFor({ state: 'detached' });
    });

    test('money leaves suspense by two people: whoever proposed it is told to ask another', async () => {
      const { page } = one;
      const reason = '金额太小,不再追讨 #1';
      await page.goto(`${office().url}/app/ledger/suspense`);
      const row = page.locator('.lying li').filter({ hasText: '¥3.00' });
      await row.getByRole('button', { name: '提出处理' }).click();
      await page.getByLabel('原因').fill(reason);
      await page.getByRole('dialog').getByRole('button', { name: '提出处理' }).click();
      const mine = page.locator('.proposal').filter({ hasText: reason });
      await mine.getByText('这是您提出的,须由另一人批准。').waitFor();
      assert.equal(await mine.getByRole('button', { name: '批准' }).count(), 0);
      await row.getByText('已提出').waitFor();

      const other = await office().open();
      await other.page.goto(`${office().url}/app/ledger/suspense`);
      const theirs = other.page.locator('.proposal').filter({ hasText: reason });
      assert.match(await theirs.locator('code').innerText(), /^[0-9a-f]{12}$/);
      await theirs.getByRole('button', { name: '批准' }).click();
      await other.page.getByRole('button', { name: '批准并过账' }).click();
      await theirs.waitFor({ state: 'detached' });
      await other.page.goto(`${office().url}/app/ledger/suspense?show=decided`);
      await other.page.locator('.lying li').filter({ hasText: reason }).waitFor();
      assert.deepEqual(other.complaints, []);
      await other.close();
      const { body } = await office().on.call<{ items: ReadonlyArray<{ transfers: readonly { fact: string }[] }> }>(
        'GET',
        '/v1/ledger/entries?limit=1',
      );
      assert.equal(body.items[0]!.transfers[0]!.fact, 'write_off');
    });

    test('a day is signed off, and reopened with a reason that stays', async () => {
      const { page } = one;
      // Before every entry: nobody else's day is touched.
      await page.goto(`${office().url}/app/ledger/days?day=2026-10-30`);
      await page.getByRole('button', { name: '签日结' }).click();
      await page.getByLabel(/说明/).fill('无交易');
      await page.getByRole('dialog').getByRole('button', { name: '签日结' }).click();
      await page.getByText('已日结至 2026-10-30。').waitFor();
      assert.match(await page.locator('.days-side').innerText(), /王会计[\s\S]*无交易/);
      assert.match(await page.locator('[data-day="2026-10-29"]').innerText(), /已日结/);
      await page.getByRole('button', { name: '重开' }).click();
      await page.getByLabel('原因').fill('迟到的账单');
      await page.getByRole('dialog').getByRole('button', { name: '重开' }).click();
      await page.getByText('还没有日结过。').waitFor();
      await page.getByText('“迟到的账单”').waitFor();
    });

    test('the journal is a file', async () => {
      const { page } = one;
      await page.goto(`${office().url}/app/ledger/export`);
      await page.getByRole('radio', { name: /Beancount/ }).check();
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: '下载' }).click(),
      ]);
      assert.match(saved.suggestedFilename(), /^ledger-[-\d]+\.beancount$/);
    });
  },
};
