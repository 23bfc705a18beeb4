/** Terminals as a shop keeps them: a store, a POS registered and moved, the code on the counter, a stranger's code called out. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { violations } from '../support/axe.ts';
import { type Area, sideways } from '../support/office.ts';
import { screenshot } from '../support/picture.ts';

const OURS = 'https://qr.shop.example/c/7731-OFFICE';

export const terminals: Area = {
  pages: [
    { path: '/app/terminals', ready: '.quiet-title, [role=table]' },
    { path: '/app/terminals/check', ready: '.code-check h2' },
    { path: '/app/terminals/findings', ready: '.quiet-title, .findings' },
    { path: '/app/terminals/stores', ready: '.columns form' },
    { path: '/app/terminals/new', ready: '.kinds' },
  ],
  steps(office) {
    before(async () => {
      if (office() === undefined) return;
      const { on } = office();
      for (const [code, name] of [
        ['T01', '中山路店'],
        ['T02', '人民广场店'],
      ])
        await on.call('POST', '/v1/stores', { code, name });
      await on.call('POST', '/v1/terminals', {
        kind: 'code',
        state: 'registered',
        name: 'OFFICE-CODE',
        store: 'T01',
        account_id: on.accountId,
        code: OURS,
        payee: '街角茶铺',
      });
    });

    test('a store is added, a POS registered, suspended with a reason, and moved; its history tells', async () => {
      const { page, complaints, close } = await office().open();
      await page.goto(`${office().url}/app/terminals/stores`);
      await page.getByLabel('门店编码').fill('T03');
      await page.getByLabel('名称', { exact: true }).fill('江边店');
      await page.getByRole('button', { name: '添加门店' }).click();
      await page.getByText('江边店').waitFor();

      await page.goto(`${office().url}/app/terminals/new`);
      await page.getByLabel('名称', { exact: true }).fill('OFFICE-POS');
      await page.getByLabel('门店', { exact: true }).selectOption('T01');
      await page.getByLabel('渠道', { exact: true }).selectOption(office().on.accountId);
      await page.getByRole('button', { name: /登记$/ }).click();
      // What is missing is said, and nothing is lost.
      await page.getByRole('alert').waitFor();
      assert.match(complaints.splice(0).join(), /422/);
      await page.getByLabel('渠道终端号').fill('A1062976');
      await page.getByRole('button', { name: /登记$/ }).click();
      await page.getByRole('heading', { name: 'OFFICE-POS' }).waitFor();

      await page.getByRole('button', { name: '开始使用' }).click();
      await page.getByRole('button', { name: '确认' }).click();
      await page.getByRole('button', { name: '暂停使用' }).click();
      assert.equal(await page.getByRole('button', { name: '确认' }).isDisabled(), true, 'a reason is wanted');
      await page.getByLabel('暂停使用').fill('换打印头');
      await page.getByRole('button', { name: '确认' }).click();
      await page.getByText('换打印头').waitFor();

      await page.getByRole('button', { name: '移机或改绑' }).click();
      await page.getByLabel('门店', { exact: true }).selectOption('T03');
      await page.getByRole('button', { name: '保存' }).click();
      await page.getByText(/绑定到 T03/).waitFor();
      await page.getByText(/绑定到 T01/).waitFor();
      assert.deepEqual(await violations(page, '#content'), []);

      await page.goto(`${office().url}/app/terminals?store=T03`);
      await page.getByRole('link', { name: 'OFFICE-POS' }).waitFor();
      assert.equal(await page.getByRole('link', { name: 'OFFICE-CODE' }).count(), 0);
      assert.deepEqual(complaints, []);
      await close();
    });

    test('the code on the counter: ours by its photo, a stranger’s called out, and its finding closed', async () => {
      const { page, complaints, close } = await office().open({ lang: 'en', theme: 'dark', width: 360 });
      await page.goto(`${office().url}/app/terminals/check`);
      const photo = await screenshot([{ format: 'QRCode', text: OURS }]);
      await page.getByTestId('code-photo').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: photo });
      await page.getByTestId('result-matches').waitFor();
      await page.getByText(/bound to store T01, payee 街角茶铺/).waitFor();

      await page.getByPlaceholder('what the scanner reads').fill('wxp://f2f0-OFFICE-STRANGER');
      await page.keyboard.press('Enter');
      await page.getByTestId('result-foreign_code').waitFor();
      await page.getByText('NOT ours: take it down').waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      assert.equal(await sideways(page), 0);

      await page.getByRole('link', { name: 'Open the finding' }).click();
      const finding = page.locator('.findings li').filter({ hasText: 'foreign code' }).first();
      await finding.getByRole('button', { name: 'Close it' }).click();
      await finding.getByLabel('What was done').fill('taken down, police told');
      assert.deepEqual(await violations(page, '#content'), []);
      await finding.getByRole('button', { name: 'Close it' }).click();
      await page.getByText('Nothing that does not fit').waitFor();
      assert.deepEqual(complaints, []);
      await close();
    });
  },
};
