/** Plans as an accountant sets them: seen before they hold, saved as a version, compared with what else there is. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { violations } from '../support/axe.ts';
import { type Area, sideways } from '../support/office.ts';

let account = '';

export const plans: Area = {
  pages: [
    { path: '/app/plans', ready: '.plan-first' },
    { path: (office) => `/app/plans/${office.on.accountId}`, ready: '.in-force li' },
    { path: (office) => `/app/plans/${office.on.accountId}/edit?template=pos`, ready: '.days button' },
    { path: '/app/plans/calculator', ready: '.plan-edit form' },
  ],
  steps(office) {
    before(async () => {
      if (office() === undefined) return;
      // An account of its own: others reconcile by the plan of the shop's.
      const { body } = await office().on.call<{ id: string }>('POST', '/v1/channels', {
        provider: 'lakala',
        name: 'plans of mine',
        merchant_no: '822290070111135',
        settings: { appid: 'OP00000003', term_no: 'A1062976' },
        feed: 'none',
      });
      account = body.id;
    });

    test('a plan is changed with its preview beside it, and stands as a new version', async () => {
      const { page, complaints, close } = await office().open({ lang: 'en' });
      await page.goto(`${office().url}/app/plans/${account}`);
      await page.getByText(/your contract has not been entered/).waitFor();
      await page.getByRole('button', { name: 'Change the plan' }).click();
      const preview = page.locator('.preview');
      await preview.getByText('no rate agreed: it cannot be told').waitFor();
      await page.getByLabel('Rate %').fill('0.38');
      await preview.getByText('128.00 × 0.38% = 0.4864 → 0.49').waitFor();
      await preview.getByText('¥127.51').waitFor();
      // A Friday in a month whose calendar is certain.
      await page.getByLabel('Day', { exact: true }).fill('2026-11-27');
      await preview.getByText(/is at your bank by Mon,? 30 Nov/).waitFor();
      await page.getByLabel('Cycle').selectOption('D');
      await preview.getByText(/is at your bank by Sat,? 28 Nov/).waitFor();
      await page.getByLabel('Rate %').fill('0.38765');
      await page.getByRole('alert').filter({ hasText: /rate/ }).waitFor();
      assert.match(complaints.splice(0).join(), /422/);
      await page.getByLabel('Rate %').fill('0.38');
      await preview.getByText('¥127.51').waitFor();
      await page.getByLabel('Valid from').fill('2026-11-01');
      await page.getByRole('button', { name: 'Save as a new version' }).click();
      await page.getByText('D+1: at your bank the next day').first().waitFor();
      await page.getByText('Version 1, from 2026-11-01').waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      assert.deepEqual(complaints, []);
      await close();
    });

    test('the calculator names the cheapest that fits, with every step', async () => {
      const { page, complaints, close } = await office().open({ width: 360 });
      await page.goto(`${office().url}/app/plans/calculator`);
      await page.getByLabel('扫码 %').fill('50');
      await page.getByText('合计应为 100 %,现在是 90 %').waitFor();
      await page.getByLabel('扫码 %').fill('60');
      await page.getByRole('button', { name: '计算' }).click();
      const best = page.locator('.offers .is-best');
      await best.waitFor();
      await best.getByText('怎么算的').click();
      await best
        .getByText(/每月笔数/)
        .first()
        .waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      assert.equal(await sideways(page), 0);
      assert.deepEqual(complaints, []);
      await close();
    });
  },
};
