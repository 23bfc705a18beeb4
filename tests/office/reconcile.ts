import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '../../src/base/ids.ts';
import { ROOT } from '../../src/base/root.ts';
import type { Amount, Result } from '../../src/reconcile/result.ts';
import { violations } from '../support/axe.ts';
import type { Area, Office } from '../support/office.ts';
import type { Window } from '../support/web.ts';

const ACCOUNT = '1900000102';
const BILL = `${ACCOUNT}All2026-11-19.csv`;
const DAY = join(ROOT, 'examples', 'day');
const lines = (office: Office, by = `role=channel&channel=wechatpay&account=${ACCOUNT}`): string =>
  `/app/reconciliations/${office.run}?day=2026-11-19&${by}`;

export const reconcile: Area = {
  pages: [
    { path: '/app/reconciliations?month=2026-11', ready: '.cell.is-breaks, .day-item' },
    { path: (office) => `/app/reconciliations/${office.run}`, ready: '.proof .equation' },
    { path: (office) => `${lines(office)}&place=found`, ready: '.grid [role="row"]' },
  ],
  steps(office) {
    let window: Window;
    before(async () => {
      window = await office().open();
    });
    after(async () => {
      const { complaints } = window;
      await window.close();
      assert.deepEqual(complaints, []);
    });
    const resultOf = async (): Promise<Result> => {
      const { body } = await office().on.call<string>('GET', `/v1/reconciliations/${office().run}/files/result.json`);
      return (typeof body === 'string' ? JSON.parse(body) : body) as Result;
    };
    const shown = ({ amount }: Amount): string =>
      `${amount.startsWith('-') ? '−' : ''}¥${amount.replace('-', '').replace(/\B(?=(\d{3})+\.)/g, ',')}`;

    test('the days are walked by keyboard, and a day opens to its lines', async () => {
      const { page } = window;
      await page.goto(`${office().url}/app/reconciliations?month=2026-11`);
      await page.locator('.cell.is-breaks').first().waitFor();
      const result = await resultOf();
      // One stop of the tab key for the whole grid; where it begins is the day that wants somebody most.
      assert.equal(await page.locator('.heat [tabindex="0"]').count(), 1);
      await page.locator('.heat [tabindex="0"]').focus();
      const told = page.locator('.told');
      const walkTo = async (what: string, key: string): Promise<void> => {
        for (let i = 0; !(await told.textContent())?.includes(what); i += 1) {
          assert.ok(i < 40, `${key} leads to ${what}`);
          await page.keyboard.press(key);
        }
      };
      await page.keyboard.press('Home');
      await walkTo('11月19日', 'ArrowRight');
      await walkTo(ACCOUNT, 'ArrowUp');
      const own = result.breaks.filter((b) => b.account === ACCOUNT);
      assert.match((await told.textContent())!, new RegExp(`11月19日.*${own.length} 处差错`));
      assert.match((await page.locator('.cell:focus').getAttribute('aria-label'))!, /11月19日.*有差错/);
      await page.keyboard.press('Enter');
      await page.locator('.grid [role="row"]').nth(3).waitFor();
      const bill = result.documents.find((d) => d.file === BILL)!;
      assert.match((await page.locator('.chips button').first().textContent())!, new RegExp(`${bill.lines}$`));
    });

    test('the proof on screen is that of result.json, to the cent', async () => {
      const { page } = window;
      await page.goto(`${office().url}/app/reconciliations/${office().run}`);
      await page.locator('.proof .equation').first().waitFor();
      const { proof, breaks } = await resultOf();
      assert.ok(proof.length >= 3);
      for (const row of proof) {
        const joint = page.locator(`[data-joint="${row.joint}"]`);
        const text = (part: string): Promise<string> => joint.locator(`[data-part="${part}"] .money`).innerText();
        assert.deepEqual(
          [await text('ours'), await text('theirs'), await text('difference'), await text('residual')],
          [row.ours, row.theirs, row.difference, row.residual].map(shown),
        );
        for (const [name, amount] of Object.entries(row.explained))
          assert.equal(await joint.locator(`[data-class="${name}"] .money`).innerText(), shown(amount), name);
      }
      const first = breaks[0]!.class;
      const href = await page.locator(`.classes a[href*="class=${first}"]`).first().getAttribute('href');
      assert.match(href!, new RegExp(`reconciliation_id=${office().run}`));
    });

    test('a line opens to its bytes, which this browser finds in the document, and to its other half', async () => {
      const { page } = window;
      await page.goto(`${office().url}${lines(office())}`);
      await page.locator('.grid a.ref').first().click();
      await page.locator('[data-check="same"]').waitFor();
      const bytes = readFileSync(join(DAY, 'wechatpay', BILL));
      const shownRaw = (await page.locator('.bytes').textContent())!;
      const at = bytes.indexOf(shownRaw);
      assert.ok(at > 0, 'the text on screen stands in the file, byte for byte');
      const where = (await page.locator('.where').textContent())!.replaceAll(',', '');
      assert.match(where, new RegExp(`字节 ${at}–${at + Buffer.byteLength(shownRaw) - 1}$`));
      assert.deepEqual(await violations(page, '.line-drawer'), []);
      const ref = await page.locator('.halves code').first().textContent();
      await page.locator('.halves button').first().click();
      await page.locator('.where', { hasText: 'orders-2026-11-19.csv' }).waitFor();
      assert.ok((await page.locator('.bytes').textContent())!.includes(ref!));

      // What lay in an archive, in another encoding: unpacked and hashed here.
      await page.goto(`${office().url}${lines(office(), 'role=channel&channel=alipay')}`);
      await page.locator('.grid a.ref').first().click();
      await page.locator('[data-check="same"]').waitFor();
      assert.match((await page.locator('.where').textContent())!, / › .*业务明细\.csv/);
    });

    test('a run goes on in words and can be cancelled; one that failed says what to do', async () => {
      const { page } = window;
      const { book, tenantId } = office().on.test;
      const [going, failed] = [newId(), newId()];
      const progress = {
        step: { zh: '核对订单', en: 'matching orders' },
        done: 3,
        total: 12,
        unit: 'parts',
        rows: 1234,
      };
      const failure = { code: 'x.y', says: { zh: '单据读不了', en: 'no' }, remedy: { zh: '重新下载', en: 'again' } };
      // Held by nobody's lease: it stays where it is until somebody ends it.
      await book.tenant(tenantId, async (tx) => {
        await tx.run(
          `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by, started_at, ended_at, progress, failure)
           values ($1, $2, false, 'running', 'Asia/Shanghai', 'zh', 'a test', now(), null, $3, null),
                  ($1, $4, false, 'failed', 'Asia/Shanghai', 'zh', 'a test', now(), now(), null, $5)`,
          [tx.tenantId, going, JSON.stringify(progress), failed, JSON.stringify(failure)],
        );
      });
      await page.goto(`${office().url}/app/reconciliations/${going}`);
      const text = page.locator('.going');
      await text.waitFor();
      assert.match((await text.textContent())!, /核对订单.*25 %.*1,234/);
      assert.deepEqual(await violations(page, '#content'), []);
      await book.tenant(tenantId, (tx) =>
        tx.run(`update reconciliations set progress = $3 where tenant_id = $1 and id = $2`, [
          tx.tenantId,
          going,
          JSON.stringify({ ...progress, done: 9 }),
        ]),
      );
      await page.locator('.going', { hasText: '75 %' }).waitFor();
      await page
        .getByRole('button', { name: '取 消' })
        .or(page.getByRole('button', { name: '取消' }))
        .click();
      await page.getByText('没有留下任何结果').waitFor();
      const { body } = await office().on.call<{ state: string }>('GET', `/v1/reconciliations/${going}`);
      assert.equal(body.state, 'cancelled');
      await page.goto(`${office().url}/app/reconciliations/${failed}`);
      assert.match((await page.locator('.verdict').textContent())!, /单据读不了.*重新下载/);
      await page.goto(`${office().url}/app/reconciliations/${newId()}`);
      await page.getByText('没有这次对账').waitFor();
      assert.match(window.complaints.splice(0).join(), /^error: Failed to load resource.* 404 [^,]*$/);
    });

    test('where nothing was reconciled the page says what it is for', async () => {
      const { page } = window;
      await page.evaluate(`localStorage.setItem('daozhang.mode', 'live')`);
      await page.goto(`${office().url}/app/reconciliations`);
      await page.locator('.teach').waitFor();
      assert.deepEqual(await violations(page, '#content'), []);
      await page.evaluate(`localStorage.setItem('daozhang.mode', 'test')`);
    });
  },
};
