/** Money given back: asked for on the payment's page, agreed to by another person, never by oneself, and followed until the channel has it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from '../support/axe.ts';
import { paymentOf, verdictOf } from '../support/living.ts';
import { type Area, type Office, sideways } from '../support/office.ts';
import type { Window } from '../support/web.ts';

/** Two orders paid; their payments. */
export async function seedRefunds({ on }: Pick<Office, 'on'>): Promise<Readonly<{ large: string; small: string }>> {
  const paid = async (ref: string, yuan: number): Promise<string> => {
    on.sim.place(ref, yuan * 100);
    await on.call('POST', '/v1/orders', {
      order_ref: ref,
      amount: { amount: `${yuan}.00`, currency: 'CNY' },
      store: 'RF',
      placed_at: on.clock.now().toString(),
    });
    await on.sim.pay(ref);
    await verdictOf(on, ref, 'on_its_way');
    return (await paymentOf(on, ref))!.id;
  };
  return { large: await paid('RF-LARGE', 300), small: await paid('RF-SMALL', 30) };
}

export const refunds: Area = {
  pages: [
    { path: '/app/refunds', ready: '.quiet-title, .grid-row' },
    { path: '/app/approvals', ready: '.quiet-title, .grid-row' },
  ],
  steps(office) {
    let seeded: Awaited<ReturnType<typeof seedRefunds>>;
    let one: Window;
    before(async () => {
      if (office() === undefined) return;
      seeded = await seedRefunds(office());
      one = await office().open();
    });
    after(() => one?.close());

    test('above the limit a second person agrees, by keys; the first cannot, and is told why; then it goes to the channel', async () => {
      const two = await office().open({ lang: 'en', theme: 'dark' });
      const { page } = one;
      await page.goto(`${office().url}/app/payments/${seeded.large}`);
      const panel = page.locator('.refund-panel');
      await panel.getByText('¥300.00').waitFor();
      await panel.getByRole('button', { name: '退款给顾客' }).click();
      const form = page.locator('.prompt');
      const amount = form.getByLabel('退多少');
      assert.equal(await amount.inputValue(), '300.00');
      // What cannot be is said beside the field, and leads no further.
      for (const [text, says] of [
        ['300.01', '超过可退'],
        ['1e2', '金额写成'],
        ['12.345', '金额写成'],
        ['0.00', '大于零'],
      ] as const) {
        await amount.fill(text);
        await form.getByText(says).waitFor();
        assert.equal(await form.locator('button[type=submit]').isDisabled(), true, text);
      }
      await amount.fill('100.00');
      await form.getByText('你一个人就可以').waitFor();
      await amount.fill('120.50');
      await form.getByText('还要另外一个人同意').waitFor();
      await form.getByLabel('原因').selectOption('customer_request');
      assert.deepEqual(await violations(page, '.prompt'), []);
      await form.locator('button[type=submit]').click();
      await form.getByText('把订单 RF-LARGE 的 ¥120.50 退给付款的顾客').waitFor();
      await form.getByText('还可退 ¥179.50').waitFor();
      await form.getByRole('button', { name: '退 ¥120.50' }).click();
      await form.getByText('要另外 1 个人同意,已有 0 个').waitFor();
      await form.getByRole('link', { name: '去审批' }).click();
      await page.getByText('这是你自己申请的').waitFor();
      assert.equal(await page.getByRole('button', { name: /^同意/ }).count(), 0);
      await page.keyboard.press('a');
      assert.equal(await page.locator('dialog').count(), 0, 'no key agrees to one’s own');

      const other = two.page;
      await other.goto(`${office().url}/app/approvals`);
      await other.locator('.ways .waits b', { hasText: '1' }).waitFor();
      await other.locator('.grid-row').waitFor();
      await other.keyboard.press('j');
      await other.keyboard.press('Enter');
      await other.getByText('It waits for you').waitFor();
      await other.getByText('¥300.00').first().waitFor();
      assert.deepEqual(await violations(other, '#content'), []);
      await other.keyboard.press('x');
      assert.equal(await other.locator('.prompt button[type=submit]').isDisabled(), true, 'no needs a reason');
      await other.keyboard.press('Escape');
      await other.keyboard.press('a');
      await other.locator('.prompt button[type=submit]').click();
      await other.getByText('the refund went on to the channel').waitFor();
      await other.locator('.ways .waits').waitFor({ state: 'detached' });
      // The first window hears of it without asking.
      await page.getByText('已通过,退款已交给渠道去办').waitFor();
      await page.getByRole('link', { name: '看这笔退款' }).click();
      await page.locator('.work-steps li', { hasText: '渠道已受理' }).waitFor();
      await page.locator('.work-steps li button').first().click();
      await page.locator('dialog.raw').waitFor();
      assert.deepEqual([one.complaints, two.complaints], [[], []]);
      await two.close();
    });

    test('on a phone, alone: all of it at once, pressed twice and given back once', async () => {
      const { page, complaints } = one;
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto(`${office().url}/app/payments/${seeded.small}`);
      await page.getByRole('button', { name: '退款给顾客' }).click();
      const form = page.locator('.prompt');
      await form.getByLabel('原因').selectOption('other');
      assert.equal(await form.locator('button[type=submit]').isDisabled(), true, 'another reason is said');
      await form.getByLabel('说明').fill('做错了口味');
      await form.getByText('你一个人就可以').waitFor();
      await form.locator('button[type=submit]').click();
      await form.getByRole('button', { name: '退 ¥30.00' }).dblclick();
      await form.locator('.refund-story .work-steps li').first().waitFor();
      assert.equal(await sideways(page), 0);
      await page.keyboard.press('Escape');
      await page.getByText('已全部退回或正在退').waitFor();
      assert.equal(await page.locator('.refund-list li').count(), 1);
      assert.deepEqual(await violations(page, '#content'), []);
      await page.goto(`${office().url}/app/refunds`);
      await page.locator('.grid-row', { hasText: '¥30.00' }).click();
      await page.getByText('做错了口味').first().waitFor();
      assert.equal(await sideways(page), 0);
      assert.deepEqual(complaints, []);
    });
  },
};
