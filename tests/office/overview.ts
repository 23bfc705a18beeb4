/** The overview: its figures are those of the list, each part leads to its payments, and what happens is seen without a reload. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from '../support/axe.ts';
import { until } from '../support/living.ts';
import { type Area, type Office, sideways } from '../support/office.ts';
import type { Window } from '../support/web.ts';

type Paid = Readonly<{ id: string; order_ref?: string; recorded_at?: string; verdict?: { code: string } }>;
type Overview = Readonly<{
  from: string;
  currency: string;
  stations: ReadonlyArray<Readonly<{ station: string; payments: number; amount: { amount: string } }>>;
  repaired: Readonly<{ on: string; payments: number }>;
}>;

/** Orders of our own, placed and paid; `lost`: the channel's notification never comes. */
async function sell(office: Office, ref: string, fen: number, lost = false): Promise<void> {
  const { on } = office;
  on.sim.place(ref, fen);
  await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`, currency: 'CNY' },
    store: 'OV',
    placed_at: on.clock.now().toString(),
  });
  if (lost) on.sim.faultNotify('lost', 10, ref);
  await on.sim.pay(ref);
}
const found = (office: Office, ref: string): Promise<Paid> =>
  until(`${ref} to be recorded`, async () => {
    const { body } = await office.on.call<{ items: readonly Paid[] }>('GET', `/v1/payments/search?ref=${ref}`);
    return body.items.find((p) => p.recorded_at !== undefined);
  });

/** Nothing is wrong with the page as it stands, on a desk and on a phone. */
async function isFit({ page }: Window): Promise<void> {
  assert.deepEqual(await violations(page, '#content'), []);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.waitForFunction(`innerWidth === ${width}`);
    assert.equal(await sideways(page), 0, `${width} px`);
  }
}

export const overview: Area = {
  pages: [
    // Without payments it says so; with them it is looked at below.
    { path: '/app/overview?days=7', ready: '.overview .figure' },
  ],
  steps(office) {
    test('stations say what the list says, and lead to it', async () => {
      const { on, url } = office();
      for (const [n, fen] of [3_650, 990, 12_800].entries()) await sell(office(), `OV-${n}`, fen);
      for (const n of [0, 1, 2]) await found(office(), `OV-${n}`);
      const { body: said } = await on.call<Overview>('GET', '/v1/overview');
      const window = await office().open();
      const { page } = window;
      try {
        await page.goto(`${url}/app/overview`);
        const at = said.stations.find((s) => s.station === 'recorded')!;
        const link = page.locator(`.stop-sum[href*="station=recorded"]`);
        await link.waitFor();
        await isFit(window);
        assert.ok((await link.innerText()).replaceAll(',', '').includes(at.amount.amount));
        await link.click();
        await page.locator('.filters').getByText('商户入账').waitFor();
        await page.locator('.list tbody tr').first().waitFor();
        const { body: list } = await on.call<{ items: readonly Paid[] }>(
          'GET',
          `/v1/payments?limit=200&station=recorded&currency=CNY&from=${said.from}`,
        );
        assert.equal(list.items.length, at.payments);
        assert.equal(await page.locator('.list tbody tr').count(), Math.min(at.payments, 50));
        // One store of it, then the filter is let go.
        await page.goto(`${url}/app/payments?store=OV`);
        await page.locator('.list').getByText('OV-0').waitFor();
        const { body: store } = await on.call<{ items: readonly Paid[] }>('GET', '/v1/payments?limit=200&store=OV');
        assert.ok(store.items.length > 0 && store.items.every((p) => p.order_ref?.startsWith('OV-')));
        await page.locator('.filters a').last().click();
        await page.waitForURL(`${url}/app/payments`);
        assert.deepEqual(window.complaints, []);
      } finally {
        await window.close();
      }
    });

    test('a lost notification is repaired, and counted while one looks', async () => {
      const { on, url } = office();
      const { body: before } = await on.call<Overview>('GET', '/v1/overview');
      const window = await office().open({ lang: 'en', theme: 'dark' });
      const { page } = window;
      try {
        await page.goto(`${url}/app/overview`);
        const card = page.locator('.figure').nth(2);
        await card.getByText(`${before.repaired.payments} payment`).waitFor();
        await sell(office(), 'OV-LOST', 4_200, true);
        const { id } = await until('it to be known', async () => {
          const { body } = await on.call<{ items: readonly Paid[] }>('GET', '/v1/payments/search?ref=OV-LOST');
          return body.items[0];
        });
        await on.call('POST', `/v1/payments/${id}/inquire`);
        await found(office(), 'OV-LOST');
        await card.getByText(`${before.repaired.payments + 1} payment`).waitFor();
        await isFit(window);
        await card.locator('.hero').click();
        await page.locator('.list').getByText('OV-LOST').waitFor();
        assert.deepEqual(window.complaints, []);
      } finally {
        await window.close();
      }
    });

    test('the river as a table, a channel’s hours as a chart and as its table', async () => {
      const window = await office().open({ lang: 'en' });
      const { page } = window;
      try {
        await page.goto(`${office().url}/app/overview`);
        await page.getByRole('button', { name: 'Show as table' }).click();
        await page.locator('.river-table').getByRole('link', { name: 'recorded' }).first().waitFor();
        await page.locator('.spark').first().click();
        const chart = page.locator('.chart [role=img]');
        await chart.locator('canvas').waitFor();
        await chart.focus();
        await page.keyboard.press('End');
        await page
          .locator('.chart [role=status]')
          .getByText(/Paid \d+ payments/)
          .waitFor();
        await isFit(window);
        await page.locator('.chart .chart-way').click();
        assert.equal(await page.locator('.chart-table tbody tr').count(), 24);
        assert.deepEqual(window.complaints, []);
      } finally {
        await window.close();
      }
    });

    test('a side without anything leads to the start', async () => {
      const window = await office().open();
      const { page } = window;
      try {
        await page.goto(`${office().url}/app/overview`);
        await page.locator('.river').waitFor();
        await page.evaluate(`localStorage.setItem('daozhang.mode', 'live')`);
        await page.goto(`${office().url}/app/`);
        await page.waitForURL(`${office().url}/app/start`);
      } finally {
        await window.close();
      }
    });
  },
};
