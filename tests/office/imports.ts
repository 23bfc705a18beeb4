/** Documents brought through the page: what each is, down to the bytes; a table nobody knew; the same bytes again; rows that cannot be read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from '../support/axe.ts';
import { until } from '../support/living.ts';
import type { Area } from '../support/office.ts';
import type { Window } from '../support/web.ts';

const BILL = '1900000101All2026-11-19.csv';
const DAY = join(import.meta.dirname, '..', '..', 'examples', 'day');
const day = (day: string): string =>
  [
    '门店日报表,,,,',
    '单据,收了多少,什么时候,结果,怎么付的',
    `IM-${day}-1,12.30,2026/11/${day} 10:01,好了,微信`,
    `IM-${day}-2,4.50,2026/11/${day} 10:02,冻住了,微信`,
    '',
  ].join('\n');
const MEANS = { 单据: 'order_ref', 收了多少: 'amount', 什么时候: 'paid_at', 结果: 'status', 怎么付的: 'channel' };
const rejected = [
  'order_ref,kind,status,amount,currency,created_at,channel',
  'IM-1,payment,paid,10.00,CNY,2026-11-19 10:00:00,wechatpay',
  ...Array.from({ length: 60 }, (_, i) => `IM-X${i},payment,paid,=ten(${i}),CNY,2026-11-19 10:00:00,wechatpay`),
  '',
].join('\n');

export const imports: Area = {
  pages: [
    { path: '/app/imports', ready: '.papers tbody tr' },
    { path: (office) => `/app/imports/${office.documents.get(BILL)}`, ready: '.lines tbody tr' },
    { path: (office) => `/app/imports/${office.documents.get('lakala_20261119.csv')}`, ready: '.editor .sheet-cells' },
    { path: '/app/imports/mappings', ready: '#content .quiet' },
  ],
  steps(office) {
    let window: Window;
    let page: Page;
    before(async () => {
      window = await office().open({ lang: 'zh' });
      page = window.page;
    });
    after(async () => {
      assert.deepEqual(window.complaints, []);
      await window.close();
    });
    const bring = async (...files: readonly Readonly<{ name: string; text: string | Buffer }>[]): Promise<void> => {
      await page.goto(`${office().url}/app/imports`);
      await page
        .locator('input[type=file][multiple]')
        .setInputFiles(files.map(({ name, text }) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })));
      await page
        .locator('.uploads li[data-state=done]')
        .nth(files.length - 1)
        .waitFor();
    };

    test('the same bytes again are told as that, and lead down to the bytes of a line', async () => {
      await bring({ name: '又一次.csv', text: readFileSync(join(DAY, 'wechatpay', BILL)) });
      const row = page.locator('.uploads li').first();
      assert.match(await row.innerText(), /微信支付交易账单/);
      assert.match(await row.innerText(), new RegExp(`以“${BILL}”导入过,不会重复计算`));
      await row.getByRole('link', { name: '打开那一份' }).click();
      await page.locator('.lines .proof').first().click();
      await page.locator('[data-check=same]').waitFor();
      const bytes = readFileSync(join(DAY, 'wechatpay', BILL)).toString();
      const raw = await page.locator('.bytes').innerText();
      assert.ok(bytes.includes(raw.trim().split('\n')[0]!), raw);
      await page.keyboard.press('Escape');
    });

    test('an upload on a slow line tells how far it is and for how long, and can be ended', async () => {
      await page.goto(`${office().url}/app/imports`);
      const line = await window.context.newCDPSession(page);
      const at = (uploadThroughput: number) =>
        line.send('Network.emulateNetworkConditions', {
          ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
        });
      await at(400_000);
      await page
        .locator('input[type=file][multiple]')
        .setInputFiles([{ name: '大.csv', mimeType: 'text/csv', buffer: Buffer.alloc(4_000_000, 'a,b\n') }]);
      const row = page.locator('.uploads li[data-state=sending]');
      await row.getByText(/\/s · 还需 \d/).waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      await row.getByRole('button', { name: '取消' }).click();
      await page.locator('.uploads li[data-state=cancelled]').waitFor();
      await at(-1);
      assert.equal(await page.getByRole('link', { name: '大.csv' }).count(), 0);
    });

    test('a table nobody knows: its columns are explained, it is saved, and the next day is understood by itself', async () => {
      await bring({ name: '门店日报-19.csv', text: day('19') });
      await page.getByRole('link', { name: '门店日报-19.csv' }).first().click();
      await page.locator('.sheet-cells').waitFor();
      for (const [name, means] of Object.entries(MEANS)) await page.getByLabel(`“${name}”列的含义`).selectOption(means);
      // The words of the status are nobody's yet.
      await page.getByLabel('好了').selectOption('paid');
      await page.locator('.result [data-lines="1"][data-rejected="1"]').waitFor();
      await page.getByLabel('冻住了').selectOption('unknown');
      await page.locator('.result [data-lines="2"][data-rejected="0"]').waitFor();
      await page.getByLabel('起个名字').fill('门店日报');
      await page.getByRole('button', { name: '存下', exact: true }).click();
      await page.locator('.said.big.tone-arrived').filter({ hasText: '门店日报' }).waitFor();
      await bring({ name: '门店日报-20.csv', text: day('20') });
      assert.match(await page.locator('.uploads li').last().innerText(), /门店日报 · 2026-11-20 · 2 行/);
      await page.goto(`${office().url}/app/imports/mappings`);
      const saved = page.locator('.mappings li').first();
      assert.match(await saved.innerText(), /门店日报[\s\S]*第 1 版[\s\S]*收了多少/);
      const download = page.waitForEvent('download');
      await saved.getByRole('button', { name: '下载给命令行' }).click();
      assert.match(readFileSync(await (await download).path(), 'utf8'), /amount: 收了多少/);
      await saved.getByRole('button', { name: '停用' }).click();
      await page.locator('.ant-popconfirm button', { hasText: '停用' }).click();
      await page.locator('#content .quiet').waitFor();
    });

    test('rows that cannot be read are told with why, and all of them can be had', async () => {
      await bring({ name: '坏行.csv', text: rejected });
      await page.getByRole('link', { name: '坏行.csv' }).first().click();
      await page.locator('.said.big.tone-late').waitFor();
      await page.getByText('未读的 60').click();
      assert.equal(await page.locator('.lines tbody tr').count(), 50);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: '下载全部 60 行' }).click();
      const table = readFileSync(await (await download).path(), 'utf8');
      assert.equal(table.trimEnd().split('\r\n').length, 61);
      assert.match(table, /'=ten\(59\),不是金额/);
    });

    test('a choice of documents is reconciled', async () => {
      await page.goto(`${office().url}/app/imports`);
      await page.locator('.drop').waitFor();
      // Dropped, as from a folder on the desk.
      const text = rejected.split('\n').slice(0, 2).join('\n').replace('IM-1', 'IM-2');
      const dataTransfer = await page.evaluateHandle(
        `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(text)}], '对账.csv')); return data; })()`,
      );
      await page.dispatchEvent('body', 'dragenter', { dataTransfer });
      await page.locator('.drop.is-over').waitFor();
      await page.dispatchEvent('body', 'drop', { dataTransfer });
      await page.locator('.uploads li[data-state=done]').filter({ hasText: '对账.csv' }).waitFor();
      await page.getByLabel('选择 对账.csv').check();
      await page.locator('.chosen').getByRole('button', { name: '对账' }).click();
      await page.getByRole('button', { name: '开始对账' }).click();
      await page.waitForURL(/\/app\/reconciliations\/[0-9a-f-]{36}$/);
      // Nobody after us finds a run half done.
      await until('the run to end', async () => {
        const { body } = await office().on.call<{ state: string }>(
          'GET',
          `/v1/reconciliations/${page.url().slice(-36)}`,
        );
        return body.state === 'done';
      });
    });
  },
};
