/** Claims and cases as the people see them who work through them: by keys, with what was shown, to how it ended. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from '../support/axe.ts';
import { until, verdictOf } from '../support/living.ts';
import { type Area, type Office, sideways } from '../support/office.ts';
import { screenshot } from '../support/picture.ts';
import type { Window } from '../support/web.ts';

type Id = Readonly<{ id: string }>;
const STORE = 'CS';

async function sell({ on }: Pick<Office, 'on'>, ref: string, asked: string, fen: number): Promise<void> {
  on.sim.place(ref, fen);
  await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: asked, currency: 'CNY' },
    store: STORE,
    placed_at: on.clock.now().toString(),
  });
}

/** Two payments of one amount, of which a claim names neither; a receipt of a payment that never came; an order paid too little. */
export async function seedCases(
  office: Pick<Office, 'on' | 'url'>,
): Promise<Readonly<{ several: string; unpaid: string }>> {
  const { on } = office;
  for (const ref of ['CS-1', 'CS-2']) {
    await sell(office, ref, '61.70', 6_170);
    await on.sim.pay(ref);
    await verdictOf(on, ref, 'on_its_way');
  }
  await sell(office, 'CS-3', '18.00', 1_800);
  await sell(office, 'CS-4', '35.00', 3_000);
  await on.sim.pay('CS-4');
  await verdictOf(on, 'CS-4', 'underpaid');
  const { body: key } = await on.call<{ key: string }>('POST', '/v1/keys', {
    name: '中山路店收银台',
    scopes: ['read', 'act'],
  });
  const claim = async (body: object): Promise<string> =>
    (
      (await (
        await fetch(`${office.url}/v1/claims`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json()) as Id
    ).id;
  const several = await claim({
    amount: { amount: '61.70', currency: 'CNY' },
    store: STORE,
    terminal: 'T2',
    payer: '王女士',
    app: 'wechat',
    paid_at: on.clock.now().toString(),
  });
  const bytes = await screenshot([{ format: 'Code128', text: 'CS-3' }]);
  const image = (await (
    await fetch(`${office.url}/v1/images`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    })
  ).json()) as Readonly<{ sha256: string }>;
  const unpaid = await claim({
    images: [image.sha256],
    order_ref: 'CS-3',
    text: '商户单号 CS-3\n支付成功\n-18.00',
    store: STORE,
  });
  return { several, unpaid };
}

export const cases: Area = {
  pages: [
    { path: '/app/cases', ready: '.quiet-title, .grid-row' },
    { path: '/app/cases/work', ready: '.quiet-title, .grid-row' },
  ],
  steps(office) {
    let seeded: Awaited<ReturnType<typeof seedCases>>;
    let one: Window;
    before(async () => {
      if (office() === undefined) return;
      seeded = await seedCases(office());
      one = await office().open();
    });
    after(() => one?.close());

    test('by keys: what waits for us is opened, the payment chosen, the end said; what was shown and each answer stay on record', async () => {
      const { page, complaints } = one;
      await page.goto(`${office().url}/app/cases?waits_for=us&ref=`);
      await page.locator('.grid-row', { hasText: '王女士' }).waitFor();
      await page.keyboard.press('?');
      await page.locator('.keys-list').waitFor();
      await page.keyboard.press('Escape');
      // Others may wait too: by keys to ours.
      for (let row = ''; !row.includes('王女士'); row = await page.locator('.grid-row[aria-selected=true]').innerText())
        await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/app/cases/${seeded.several}?waits_for=us`);
      await page.getByText('有几笔都符合').waitFor();
      assert.equal(await page.locator('.candidates li').count(), 2);
      assert.deepEqual(await violations(page, '#content'), []);
      await page.locator('.candidates li', { hasText: 'CS-2' }).getByRole('button').click();
      await page.locator('.work-one .say', { hasText: '已有答复' }).waitFor();
      await page.locator('.work-steps li').nth(1).waitFor();
      assert.match(await page.locator('.work-steps li').first().innerText(), /可以交货[\s\S]*支付当时的结论是“在途”/);

      await page.keyboard.press('a');
      await page.getByLabel('已交付').check();
      assert.deepEqual(await violations(page, '.prompt'), []);
      await page.getByLabel('备注').fill('对过单号 CS-2, a k j');
      await page.keyboard.press('Control+Enter');
      await page.locator('.work-one .say', { hasText: '已了结:已交付' }).waitFor();
      assert.match(await page.locator('.work-one .say').innerText(), /王会计 · 对过单号 CS-2, a k j/);
      await page.keyboard.press('Escape');
      await page.waitForURL('**/app/cases?waits_for=us');
      // From its payment the claim is found again.
      await page.goto(`${office().url}/app/cases/${seeded.several}`);
      await page.getByRole('link', { name: '这笔支付' }).click();
      await page.locator('.panel', { hasText: '顾客报障' }).getByRole('link').click();
      await page.waitForURL(`**/app/cases/${seeded.several}`);
      assert.deepEqual(complaints, []);
    });

    test('on a phone: not paid waits for the customer; the picture opens large, with its hash', async () => {
      const { page, complaints } = one;
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto(`${office().url}/app/cases?waits_for=customer&ref=CS-3`);
      await page.locator('.grid-row').first().click();
      await page.getByText('请顾客重新付款').waitFor();
      await page.locator('.picture img').first().waitFor();
      assert.equal(await sideways(page), 0);
      assert.deepEqual(await violations(page, '#content'), []);
      await page.locator('.picture').first().click();
      assert.match(await page.locator('dialog').innerText(), /SHA-256 [0-9a-f]{64}/);
      await page.setViewportSize({ width: 1280, height: 900 });
      assert.deepEqual(complaints, []);
    });

    test('a case is closed with a word, which another window sees at once; it leads to its payment', async () => {
      const two = await office().open({ lang: 'en' });
      for (const { page } of [one, two]) {
        await page.goto(`${office().url}/app/cases/work?reason=underpaid`);
        await page.locator('.grid-row', { hasText: 'CS-4' }).click();
        await page.locator('.work-one h2').waitFor();
      }
      const { page } = one;
      await page.locator('.work-one', { hasText: '少付' }).waitFor();
      assert.match(
        (await page.locator('.work-links a').first().getAttribute('href')) ?? '',
        /\/app\/payments\/[0-9a-f-]{36}$/,
      );
      assert.deepEqual(await violations(page, '#content'), []);
      await page.keyboard.press('a');
      assert.equal(await page.locator('.prompt button[type=submit]').isDisabled(), true, 'a word is wanted');
      await page.locator('.prompt textarea').fill('补收了 5 元现金');
      await page.locator('.prompt button[type=submit]').click();
      await page.locator('.work-one .say', { hasText: '王会计 了结' }).waitFor();
      await two.page.locator('.work-one .say', { hasText: '补收了 5 元现金' }).waitFor();
      await until('the other list to be empty of it', async () =>
        (await two.page.locator('.grid-row', { hasText: 'CS-4' }).count()) === 0 ? true : undefined,
      );
      assert.deepEqual([one.complaints, two.complaints], [[], []]);
      await two.close();
    });
  },
};
