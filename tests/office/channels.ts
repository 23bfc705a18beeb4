/** Channels as an administrator meets them: what there is, and a new account connected with a wrong key that is put right. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startWeChatPaySim, type WeChatPaySim } from '../../sim/channels/wechatpay/server.ts';
import { violations } from '../support/axe.ts';
import { type Area, sideways } from '../support/office.ts';

const pem = (name: string, text: string) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) });

export const channels: Area = {
  pages: [
    { path: '/app/channels', ready: '.channel-card .signs' },
    { path: (office) => `/app/channels/${office.on.accountId}`, ready: '.held' },
    { path: '/app/channels/new', ready: '.provider' },
  ],
  steps(office) {
    let sim: WeChatPaySim;
    before(async () => {
      if (office() !== undefined) sim = await startWeChatPaySim({ clock: office().on.clock, mode: 'public_key' });
    });
    after(() => sim?.close());

    test('connects WeChat Pay: a wrong key is named by the self-test, put right there, and all is green', async () => {
      const { page, complaints, close } = await office().open({ lang: 'en' });
      await page.goto(`${office().url}/app/channels/new`);
      await page.getByRole('button', { name: /WeChat Pay/ }).click();

      const next = page.getByRole('button', { name: 'Next' });
      await page.getByLabel('merchant number (mchid)').fill('19');
      await page.getByRole('alert').filter({ hasText: 'it should look like 1900000109' }).waitFor();
      assert.equal(await next.isDisabled(), true);
      await page.getByLabel('merchant number (mchid)').fill(sim.mchid);
      await page.getByLabel('AppID').fill(sim.appid);
      const platform = sim.platform();
      // A public key where a private one is wanted is told before anything is sent.
      await page.getByTestId('file-merchant_key').setInputFiles(pem('pub_key.pem', platform.pem));
      await page.getByRole('alert').filter({ hasText: 'a PRIVATE KEY / RSA PRIVATE KEY is wanted' }).waitFor();
      const strange = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      await page
        .getByTestId('file-merchant_key')
        .setInputFiles(pem('apiclient_key.pem', strange.export({ type: 'pkcs8', format: 'pem' }).toString()));
      await page.getByText(/read in: PRIVATE KEY/).waitFor();
      await page.getByLabel('serial number of the merchant certificate').fill(sim.merchant.serial);
      await page.getByLabel('APIv3 key').fill(sim.apiv3Key);
      await page.getByTestId('file-platform_key').setInputFiles(pem('pub_key.pem', platform.pem));
      await page.getByLabel('public key ID or serial number').fill(platform.id);
      await page.getByText('Use a sandbox or another address').click();
      await page.getByLabel('Channel address').fill(sim.url);
      assert.deepEqual(await violations(page, '#content'), []);
      await next.click();

      // How we hear of payments; going back loses nothing.
      await page.getByText('How do we hear of a payment?').waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      await page.goBack();
      assert.equal(await page.getByLabel('AppID').inputValue(), sim.appid);
      await page.getByText(/read in: PRIVATE KEY/).waitFor();
      await next.click();
      await next.click();
      await page.getByLabel('Name', { exact: true }).fill('Connected by hand');
      await next.click();

      await page.getByRole('button', { name: 'Make the account' }).click();
      const address = (await page.getByTestId('address').textContent()) ?? '';
      assert.match(address, /\/v1\/notifications\/wechatpay\/dz_notify_/);
      await page.getByRole('button', { name: 'Run it' }).click();
      await page.getByTestId('test-bad').waitFor();
      await page.getByText(/does not take our signature/).waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      await page.setViewportSize({ width: 360, height: 800 });
      assert.equal(await sideways(page), 0);

      await page.getByTestId('file-merchant_key').setInputFiles(pem('apiclient_key.pem', sim.merchant.privatePem));
      await page.getByRole('button', { name: 'Save and try again' }).click();
      await page.getByTestId('test-ok').waitFor();
      assert.equal(
        await page.getByTestId('address').textContent(),
        address,
        'the address stays the one that was shown',
      );
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('heading', { name: 'Connected by hand' }).waitFor();
      // Nothing secret came back.
      assert.doesNotMatch((await page.locator('#content').textContent()) ?? '', /BEGIN|dz_notify_/);
      assert.deepEqual(complaints, []);
      await close();
    });

    test('an account is paused and goes on; its address is made anew', async () => {
      const { page, complaints, close } = await office().open();
      await page.goto(`${office().url}/app/channels/${office().on.accountId}`);
      await page.getByRole('button', { name: '开始实测' }).click();
      await page.getByTestId('test-ok').waitFor();
      await page.getByRole('button', { name: '暂停', exact: true }).click();
      await page.getByRole('tooltip').getByRole('button', { name: '暂停' }).click();
      await page.getByText('已暂停:不询问渠道').waitFor();
      await page.getByRole('button', { name: '恢复' }).click();
      await page.getByRole('button', { name: '暂停', exact: true }).waitFor();
      await page.getByRole('button', { name: '换新地址' }).click();
      await page.getByText(/旧地址仍在接收通知/).waitFor();
      assert.deepEqual(complaints, []);
      await close();
    });

    test('who may only look sees everything but what changes it', async () => {
      const { on } = office();
      const { body: key } = await on.call<{ key: string }>('POST', '/v1/keys', { name: 'eyes', scopes: ['read'] });
      const { page, complaints, close } = await office().open({ signedIn: false });
      await page.addInitScript(`sessionStorage.setItem('daozhang.key', ${JSON.stringify(key.key)})`);
      await page.goto(`${office().url}/app/channels/${on.accountId}`);
      await page.locator('.held').waitFor();
      assert.equal(await page.getByRole('button', { name: '暂停' }).count(), 0);
      assert.equal(await page.getByRole('button', { name: '开始实测' }).isDisabled(), true);
      await page.goto(`${office().url}/app/channels/new`);
      await page.getByText('你的权限不能接入渠道').waitFor();
      assert.deepEqual(complaints, []);
      await close();
    });
  },
};
