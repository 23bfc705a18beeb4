import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../support/living.ts';
import type { Area, Office } from '../support/office.ts';
import type { Window } from '../support/web.ts';

const toEndpoint = async ({ on }: Office): Promise<string> =>
  (await on.call<{ items: ReadonlyArray<{ id: string }> }>('GET', '/v1/webhook-endpoints')).body.items[0]!.id;

/** Somebody who wants to be paid without paying. */
const forge = ({ on }: Office): Promise<Response> =>
  fetch(on.notifyUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'EV-FORGED', event_type: 'TRANSACTION.SUCCESS', resource: { ciphertext: 'AAAA' } }),
  });

export const settings: Area = {
  pages: [
    { path: '/app/settings', ready: '.check' },
    { path: '/app/settings/members', ready: '.table' },
    { path: '/app/settings/keys', ready: '.table' },
    { path: '/app/settings/webhooks', ready: '.endpoint' },
    { path: '/app/settings/messages', ready: '.grid, .quiet' },
    { path: '/app/settings/messages/rejected', ready: '.rejected, .quiet' },
    { path: '/app/settings/policy', ready: '.rule' },
    { path: '/app/settings/you', ready: '.you' },
  ],
  steps(office) {
    let window: Window;
    before(async () => {
      window = await office().open();
    });
    after(async () => {
      assert.deepEqual(window.complaints, []);
      await window.close();
    });

    test('a key is made, shown once, and revoked', async () => {
      const { page } = window;
      await page.goto(`${office().url}/app/settings/keys`);
      await page.getByRole('button', { name: '新建密钥' }).click();
      await page.getByLabel('名称(给谁用)').fill('三号收银台');
      await page.getByRole('dialog').getByRole('button', { name: '新建密钥' }).click();
      const key = await page.locator('[data-once]').inputValue();
      assert.match(key, /^dz_test_/);
      const status = async (): Promise<number> =>
        (await fetch(`${office().url}/v1/payments`, { headers: { authorization: `Bearer ${key}` } })).status;
      assert.equal(await status(), 200);
      await page.keyboard.press('Escape');
      const row = page.locator('[data-key="三号收银台"]');
      assert.ok(!(await row.innerText()).includes(key));
      await row.getByRole('button', { name: '撤销' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click();
      await row.getByText('已撤销').waitFor();
      assert.equal(await status(), 401);
    });

    test('a viewer is invited by a link, sees what a viewer may see, and is told whom to ask', async () => {
      const { page } = window;
      await page.goto(`${office().url}/app/settings/members`);
      await page.getByRole('button', { name: '邀请成员' }).click();
      await page.getByLabel('名称').fill('小李');
      await page.getByRole('radio', { name: /查看者/ }).check();
      await page.getByRole('button', { name: '生成登录链接' }).click();
      const link = await page.locator('[data-once]').inputValue();
      await page.keyboard.press('Escape');
      const row = page.locator('[data-member="小李"]');
      await row.getByText('已邀请').waitFor();

      const guest = await office().open({ signedIn: false });
      await guest.page.goto(`${office().url}${new URL(link).pathname}`);
      await guest.page.goto(`${office().url}/app/settings/members`);
      await guest.page.getByText('这一页只有管理员能看').waitFor();
      await guest.page.locator('.quiet').filter({ hasText: '王会计' }).waitFor();
      await guest.page.goto(`${office().url}/app/settings/policy`);
      await guest.page.getByText(/您可以查看。要改动/).waitFor();
      assert.equal(await guest.page.getByRole('button', { name: /启用第/ }).count(), 0);
      await guest.page.goto(`${office().url}/app/ledger/controls`);
      assert.equal(await guest.page.getByRole('button', { name: '现在核对' }).isDisabled(), true);
      assert.deepEqual(guest.complaints, []);
      await guest.close();

      // Out again, at once.
      await row.getByRole('button', { name: '修改' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
      await row.getByText('已停用').waitFor();
    });

    test('what was sent stands there byte for byte, and is sent again', async () => {
      const { page } = window;
      const { on, url } = office();
      const order = 'SETTINGS-1';
      on.sim.place(order, 3_650);
      await on.call('POST', '/v1/orders', {
        order_ref: order,
        amount: { amount: '36.50', currency: 'CNY' },
        placed_at: on.clock.now().toString(),
      });
      await on.sim.pay(order);
      const told = (): (typeof on.merchant.heard)[number][] =>
        on.merchant.heard.filter((h) => h.path === '/events' && h.body.toString().includes(order));
      const first = await until('the event to be heard', () => told()[0]);
      await page.goto(`${url}/app/settings/webhooks`);
      await page.getByRole('link', { name: /发送记录/ }).click();
      await page.waitForURL(`**/webhooks/${await toEndpoint(office())}`);
      const id = first.headers['webhook-id'] as string;
      const { type } = JSON.parse(first.body.toString()) as { type: string };
      await page.locator('.grid-row a').filter({ hasText: type }).first().click();
      await page.locator('[data-body]').waitFor();
      assert.equal(await page.locator('[data-body]').innerText(), first.body.toString());
      assert.match(
        await page.getByRole('dialog').innerText(),
        new RegExp(`webhook-id: ${id}[\\s\\S]*webhook-signature: v1,`),
      );
      await page.getByRole('button', { name: '重发', exact: true }).click();
      await until('the same event again', () => told().filter((h) => h.headers['webhook-id'] === id).length > 1);
      await page.keyboard.press('Escape');

      // And what came in about it, with the way to the payment.
      await page.goto(`${url}/app/settings/messages`);
      const message = page.locator('.grid-row').filter({ hasText: order });
      await message.locator('a').first().click();
      await page.getByText('渠道签名有效').waitFor();
      await page.getByRole('button', { name: '看原文与请求头' }).click();
      await page.locator('.raw .hash').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '重新判断' }).click();
      await page.getByText('已重新判断 1 笔,结果不变').waitFor();
    });

    test('a forged notification is turned away and stands among the rejected', async () => {
      const { page } = window;
      assert.equal((await forge(office())).status, 401);
      await page.goto(`${office().url}/app/settings/messages/rejected`);
      const card = page.locator('.rejected[data-reason=bad_signature]').filter({ hasText: '签名不对' });
      await card.locator('summary').click();
      assert.match(await card.locator('pre').innerText(), /EV-FORGED/);
    });

    test('another policy is a version of its own', async () => {
      const { page } = window;
      await page.goto(`${office().url}/app/settings/policy`);
      await page.getByRole('region', { name: '大额付款先问渠道' }).getByLabel('金额').fill('888.00');
      await page.getByText(/超过 ¥888.00 的付款/).waitFor();
      await page.getByRole('region', { name: '差错一人说明即可' }).getByLabel('金额').fill('20.00');
      await page.getByText(/¥20.00 以内一人说明即可/).waitFor();
      await page.getByRole('button', { name: '启用第 1 版' }).click();
      await page.locator('.versions li').filter({ hasText: '王会计' }).waitFor();
      const { body } = await office().on.call<{ current: { version: number; policy: Record<string, object> } }>(
        'GET',
        '/v1/policy',
      );
      const { ask_above, explain_alone } = body.current.policy;
      assert.deepEqual([body.current.version, ask_above, explain_alone], [1, { CNY: '888.00' }, { CNY: '20.00' }]);
    });
  },
};
