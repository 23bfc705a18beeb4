/**
 * The customer's side: a link that the shop made, what is behind it and what is not, and the page on a phone in both languages and themes.
 * One living shop for all of it.
 */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { HOW } from '../src/api/customer/how.ts';
import { newId } from '../src/base/ids.ts';
import { newToken, tokenHash } from '../src/base/secret.ts';
import { builtApp, shellOf } from '../ui/build.ts';
import { violations } from './support/axe.ts';
import { noBrowser, openBrowser } from './support/browser.ts';
import { callWith, type Living, living, until, verdictOf } from './support/living.ts';
import { sideways } from './support/office.ts';
import { screenshot } from './support/picture.ts';
import { openWindow } from './support/web.ts';

const PHONE = { width: 360, height: 760, signedIn: false } as const;
const LOOKS = [
  { lang: 'zh', theme: 'light' },
  { lang: 'en', theme: 'dark' },
] as const;
const KB = 1_000;

type Link = Readonly<{ id: string; url: string; qr: string; expires_at: string; opened: number; last_said?: string }>;
type Status = Readonly<{
  stories: ReadonlyArray<{
    about: string;
    tone: string;
    title: { zh: string };
    where: { zh: string };
    line: { state: string }[];
  }>;
  said?: { what: string };
  may: string[];
}>;

let on: Living;
let nobody: Living['call'];
let folder: string;
let browser: Browser | undefined;
/** By its order's number, as a claim or search would find it. */
const payments = new Map<string, string>();

const pay = async (ref: string, fen: number, how?: Parameters<Living['sim']['pay']>[1]): Promise<string> => {
  on.sim.place(ref, fen);
  await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount: `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`, currency: 'CNY' },
    store: 'INTERNAL-STORE',
    terminal: 'INTERNAL-TILL',
    description: 'INTERNAL-NOTE',
    placed_at: on.clock.now().toString(),
  });
  await on.sim.pay(ref, how);
  const id = await until(`${ref} to be there`, async () => {
    const found = await on.call<{ items: { id: string }[] }>('GET', `/v1/payments/search?ref=${ref}`);
    return found.body.items[0]?.id;
  });
  if (how !== undefined) await on.call('POST', `/v1/payments/${id}/inquire`);
  payments.set(ref, id);
  return id;
};
const linkTo = async (path: string, body: object = {}): Promise<Link> => {
  const made = await on.call<Link>('POST', `/v1/${path}/links`, body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
};
/** Below our address, which the link begins with. */
const pathOf = (link: Link): string => link.url.slice(on.served.url.length);
const statusOf = async (link: Link): Promise<Status> => (await nobody<Status>('GET', `${pathOf(link)}/status`)).body;

before(async () => {
  folder = await builtApp();
  on = await living({ speed: 20, app: { folder: () => folder, isComing: () => false } });
  nobody = callWith(on.served.url, {});
  if (noBrowser === false) browser = await openBrowser();
  await Promise.all([pay('TEA-PAID-7731', 12_800), pay('TEA-SLOW-4402', 4_500, { processingMs: 3_600_000 })]);
  await Promise.all([verdictOf(on, 'TEA-PAID-7731', 'on_its_way'), verdictOf(on, 'TEA-SLOW-4402', 'pending')]);
});
after(async () => {
  await browser?.close();
  await on?.close();
  assert.deepEqual(on.errors, []);
});

/** Every key that the page's data may have, wherever it stands. */
const ALLOWED = new Set(
  'stories about tone title where when you shop line stop state at number zone app is_test may said what until zh en'.split(
    ' ',
  ),
);
const keysOf = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(inner)]);

describe('behind a link', () => {
  test('I12: only what the page says; no number in full, nothing of the shop, no key that is not on the list', async () => {
    const link = await linkTo(`payments/${payments.get('TEA-PAID-7731')}`);
    const { body, headers } = await nobody<Status>('GET', `${pathOf(link)}/status`);
    assert.deepEqual(
      [...new Set(keysOf(body))].filter((key) => !ALLOWED.has(key)),
      [],
    );
    const page = await nobody<string>('GET', `${pathOf(link)}?lang=zh`);
    const { body: trace } = await on.call('GET', `/v1/payments/${payments.get('TEA-PAID-7731')}/trace`);
    // Whatever the shop itself is told that looks like a number, an id or a name of its own.
    const told = [...new Set(JSON.stringify(trace).match(/[\w-]{12,}|INTERNAL-\w+/g))].filter((t) =>
      /\d|INTERNAL/.test(t),
    );
    assert.ok(told.length > 10 && told.includes('TEA-PAID-7731'));
    for (const text of [JSON.stringify(body), page.body])
      for (const secret of told.filter((t) => !/^\d{4}-\d\d-\d\dT\d\d$/.test(t)))
        assert.ok(!text.includes(secret), `${secret} is told to the customer`);
    assert.match(page.body, /…7731/);
    for (const [name, value] of [
      ['cache-control', 'no-store'],
      ['referrer-policy', 'no-referrer'],
      ['x-robots-tag', 'noindex, nofollow, noarchive'],
    ] as const) {
      assert.equal(headers.get(name), value);
      assert.equal(page.headers.get(name), value);
    }
    assert.equal(page.headers.get('set-cookie'), null);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/);
    assert.doesNotMatch(page.body, /<script(?![^>]*\bsrc=)|\bstyle="|https?:\/\/(?!www\.w3\.org)/);
  });

  test('what the shop’s system had missed and has recorded since is told as such', async () => {
    const paymentId = await pay('TEA-MISSED-1188', 12_800);
    await verdictOf(on, 'TEA-MISSED-1188', 'on_its_way');
    // As the repair leaves it that told the shop's system.
    await on.test.book.tenant(on.test.tenantId, (tx) =>
      tx.run(
        `insert into actions (tenant_id, id, kind, payment_id, state, attempts) values ($1, $2, 'repair', $3, 'done', 1)
         on conflict do nothing`,
        [tx.tenantId, newId(), paymentId],
      ),
    );
    const [told] = (await statusOf(await linkTo(`payments/${paymentId}`))).stories;
    assert.deepEqual(
      [told?.tone, told?.where.zh],
      ['arrived', '您的付款 ¥128.00 已到微信支付。商户系统当时没有记到,已补单。'],
    );
  });

  test('it is asked with an ETag, and changes with what is said', async () => {
    const link = await linkTo(`payments/${payments.get('TEA-SLOW-4402')}`);
    const first = await fetch(`${link.url}/status`);
    const tag = first.headers.get('etag')!;
    assert.equal((await fetch(`${link.url}/status`, { headers: { 'if-none-match': '"another"' } })).status, 200);
    const again = await until('nothing to change for a moment', async () => {
      const { headers } = await fetch(`${link.url}/status`);
      const answer = await fetch(`${link.url}/status`, { headers: { 'if-none-match': headers.get('etag')! } });
      return answer.status === 304 && answer;
    });
    assert.ok(Temporal.Instant.from(again.headers.get('x-daozhang-checked-at')!));
    const said = await nobody<Status>('POST', `${pathOf(link)}/say`, { says: 'not_arrived' });
    assert.equal(said.body.said?.what, 'not_arrived');
    assert.notEqual(said.headers.get('etag'), tag);
  });

  test('“not arrived” becomes a claim that moves nothing and hands nothing over; “I have it” ends it', async () => {
    const paymentId = payments.get('TEA-PAID-7731');
    const before = (await on.call<{ position: string }>('GET', `/v1/payments/${paymentId}`)).body;
    const link = await linkTo(`payments/${paymentId}`);
    const picture = await screenshot([{ format: 'Code128', text: 'TEA-PAID-7731' }]);
    const sent = await fetch(`${link.url}/pictures`, {
      method: 'POST',
      body: new Uint8Array(picture),
      headers: { 'content-type': 'application/octet-stream' },
    });
    const { sha256 } = (await sent.json()) as { sha256: string };
    for (const body of [{ says: 'not_arrived', images: [sha256] }, { says: 'not_arrived' }])
      assert.equal((await nobody('POST', `${pathOf(link)}/say`, body)).status, 200);
    const mine = async () =>
      (
        await on.call<{ items: Record<string, unknown>[] }>('GET', `/v1/claims?payment_id=${paymentId}`)
      ).body.items.filter((c) => c.created_by === `link:${link.id}`);
    const [claim, ...more] = await mine();
    assert.deepEqual(more, [], 'said twice, it is one claim');
    assert.deepEqual([claim?.kind, claim?.order_ref, claim?.images], ['paid_no_goods', 'TEA-PAID-7731', [sha256]]);
    // At the counter the same payment, with the same picture, is as good as before.
    const counter = await on.call<{ id: string; release: string }>('POST', '/v1/claims', {
      refs: ['TEA-PAID-7731'],
      images: [sha256],
    });
    assert.equal(counter.body.release, 'yes');
    await on.call('POST', `/v1/claims/${counter.body.id}/close`, { ended: 'withdrawn' });
    const after = (await on.call<{ position: string }>('GET', `/v1/payments/${paymentId}`)).body;
    assert.deepEqual([after.position, before.position], ['captured', 'captured']);
    const ended = await nobody<Status>('POST', `${pathOf(link)}/say`, { says: 'have_it' });
    assert.equal(ended.body.said?.what, 'have_it');
    assert.deepEqual(
      (await mine()).map((c) => [c.state, c.ended]),
      [['closed', 'goods_given']],
    );
    const listed = await on.call<{ items: Link[] }>('GET', `/v1/payments/${paymentId}/links`);
    assert.equal(listed.body.items.find((l) => l.id === link.id)?.last_said, 'have_it');
  });

  test('a number of somebody else’s, pasted, tells nothing of their payment', async () => {
    const link = await linkTo(`payments/${payments.get('TEA-SLOW-4402')}`);
    const said = await nobody<Status>('POST', `${pathOf(link)}/say`, {
      says: 'not_arrived',
      text: '商户单号 TEA-PAID-7731',
    });
    assert.equal(said.body.stories[0]?.title.zh, '这笔付款对应另一张订单');
    assert.equal(said.body.stories[1]?.title.zh, '微信支付还在处理您的 ¥45.00');
    assert.doesNotMatch(JSON.stringify(said.body), /128\.00/);
  });

  test('more than a few things a minute are refused, and thirty in its life', async () => {
    const link = await linkTo(`payments/${payments.get('TEA-PAID-7731')}`);
    const answers: number[] = [];
    for (let i = 0; i < 7; i += 1)
      answers.push((await nobody('POST', `${pathOf(link)}/say`, { says: 'have_it' })).status);
    assert.deepEqual(answers, [200, 200, 200, 200, 200, 200, 429]);
    const other = await linkTo(`payments/${payments.get('TEA-PAID-7731')}`);
    await on.test.book.tenant(on.test.tenantId, (tx) =>
      tx.run('update status_links set said = 30 where tenant_id = $1 and id = $2', [tx.tenantId, other.id]),
    );
    assert.equal((await nobody('POST', `${pathOf(other)}/say`, { says: 'not_arrived' })).status, 429);
  });

  test('unknown, mistyped, expired and revoked are one answer, also for what may be said', async () => {
    const path = `payments/${payments.get('TEA-PAID-7731')}`;
    const [revoked, expired] = [await linkTo(path, { days: 1 }), await linkTo(path, { days: 90 })];
    assert.equal((await on.call('DELETE', `/v1/links/${revoked.id}`)).status, 204);
    assert.equal((await on.call('DELETE', `/v1/links/${revoked.id}`)).status, 404);
    await on.test.book.shared((tx) =>
      tx.run(`update routes set expires_at = now() - interval '1 second' where hash = $1`, [
        tokenHash(expired.url.split('/').at(-1)!),
      ]),
    );
    const unknown = `/s/${newToken('status')}`;
    const paths = [pathOf(revoked), pathOf(expired), unknown, `${unknown.slice(0, -1)}x`, `/s/${newToken('link')}`];
    const answers = await Promise.all(
      paths.map(async (path) => {
        const page = await nobody('GET', path);
        const data = await nobody('GET', `${path}/status`);
        const say = await nobody('POST', `${path}/say`, { says: 'not_arrived' });
        const number = await nobody('POST', `${path}/number`, {});
        return JSON.stringify([page.status, page.body, data.status, data.body, say.status, say.body, number.status]);
      }),
    );
    assert.equal(new Set(answers).size, 1);
    assert.match(answers[0]!, /^\[404,.*,404,.*,404,.*,404\]$/s);
    assert.equal((await on.call('POST', `/v1/${path}/links`, { days: 91 })).status, 400);
  });

  test('a claim about a payment we could not find: nobody is accused', async () => {
    const { body } = await on.call<{ id: string; verdict?: { code: string } }>('POST', '/v1/claims', {
      text: '付款金额 ¥999.00\n商户单号 TEA-PAID-7731',
    });
    assert.equal(body.verdict?.code, 'fake_receipt');
    const { stories } = await statusOf(await linkTo(`claims/${body.id}`));
    assert.deepEqual([stories[0]?.tone, stories[0]?.title.zh], ['waiting', '没有查到这笔付款']);
    assert.doesNotMatch(JSON.stringify(stories), /假|伪|不实|fake|forged|genuine|fraud/i);
    await on.call('POST', `/v1/claims/${body.id}/close`, { ended: 'withdrawn' });
  });

  test('a refund: where it is and by when; its number in full only when asked for', async () => {
    const paymentId = await pay('TEA-BACK-5150', 6_600);
    await verdictOf(on, 'TEA-BACK-5150', 'on_its_way');
    on.sim.giveBack('TEA-BACK-5150', 'TEA-BACK-5150-REFUND-9021', 6_600, 5_000);
    const link = await linkTo(`payments/${paymentId}`);
    const told = await until('the refund to be told', async () => {
      const status = await statusOf(link);
      return status.stories[0]?.about === 'refund' && status;
    });
    assert.deepEqual(
      [told.stories[0]!.title.zh, told.stories[0]!.where.zh, told.stories[0]!.line.map((s) => s.state).join(' ')],
      ['退款 ¥66.00 已到您的余额', '钱在您的微信支付余额里。', 'done done done'],
    );
    assert.equal(told.stories.at(-1)?.about, 'payment');
    assert.deepEqual(told.may, ['not_arrived', 'have_it', 'copy_number']);
    assert.doesNotMatch(JSON.stringify(told), /REFUND-9021/);
    assert.match(JSON.stringify(told), /…9021/);
    assert.deepEqual((await nobody('POST', `${pathOf(link)}/number`, {})).body, {
      number: 'TEA-BACK-5150-REFUND-9021',
    });
    const paid = await linkTo(`payments/${payments.get('TEA-PAID-7731')}`);
    assert.equal((await nobody('POST', `${pathOf(paid)}/number`, {})).status, 404);
  });
});

test('the customer’s page weighs at most 60 kB', () => {
  const weight = shellOf(folder, 'customer.html').reduce(
    (sum, file) => sum + statSync(join(folder, `${file}.gz`)).size,
    0,
  );
  assert.ok(weight <= 60 * KB, `${weight}`);
});

test('how to look a payment up: every app, both languages, kept by caches, open to anybody', async () => {
  for (const app of ['', ...Object.keys(HOW)])
    for (const lang of ['zh', 'en']) {
      const page = await nobody<string>('GET', `/how/${app}?lang=${lang}`);
      assert.equal(page.status, 200, app);
      assert.equal(page.headers.get('cache-control'), 'public, max-age=3600');
      assert.match(page.body, lang === 'zh' ? /<html lang="zh-CN">/ : /<html lang="en">/);
      assert.doesNotMatch(page.body, /__[A-Z]+__|undefined|\[object/);
    }
  assert.equal((await nobody('GET', '/how/constructor')).status, 404);
  const asked = (language: string) => nobody<string>('GET', '/how/', undefined, { 'accept-language': language });
  assert.match((await asked('zh-TW,zh;q=0.9')).body, /怎样查看付款详情/);
  assert.match((await asked('de')).body, /How to find your payment/);
});

describe('on a phone', { skip: noBrowser }, () => {
  const openAt = (look: Parameters<typeof openWindow>[2]) =>
    openWindow({ on, url: on.served.url }, browser!, { ...PHONE, ...look });

  for (const look of LOOKS)
    test(`${look.lang} ${look.theme}: the page, how to look it up, a link that does not work`, async () => {
      const { page, complaints, close } = await openAt(look);
      const link = await linkTo(`payments/${payments.get('TEA-PAID-7731')}`);
      await page.goto(link.url);
      await page.locator('#not-arrived').waitFor();
      assert.equal(
        await page.locator('h1').innerText(),
        look.lang === 'zh' ? '您的 ¥128.00 已付成' : 'Your payment of ¥128.00 is complete',
      );
      assert.equal(await page.evaluate(`getComputedStyle(document.querySelector('dd')).fontSize`), '20px');
      await page.locator('#not-arrived').click();
      assert.deepEqual(await violations(page), []);
      assert.equal(await sideways(page), 0);
      // Text of twice the size, as at 200 % zoom of a narrow desk window.
      await page.setViewportSize({ width: 320, height: 700 });
      assert.equal(await sideways(page), 0);
      await page.locator('.other').click();
      await page.locator(`html[lang="${look.lang === 'zh' ? 'en' : 'zh-CN'}"]`).waitFor({ state: 'attached' });
      await page.goto(`${on.served.url}/how/wechat`);
      assert.deepEqual(await violations(page), []);
      assert.equal(await sideways(page), 0);
      assert.deepEqual(complaints.splice(0), []);
      await page.goto(`${on.served.url}/s/${newToken('status')}`);
      assert.deepEqual(await violations(page), []);
      assert.equal(await page.locator('form, button').count(), 0);
      await close();
    });

  test('it changes by itself; off the net it says so; what the customer says reaches the shop', async () => {
    const { page, context, complaints, close } = await openAt({ lang: 'zh' });
    const paymentId = await pay('TEA-LIVE-3003', 3_600, { processingMs: 3_600_000 });
    await verdictOf(on, 'TEA-LIVE-3003', 'pending');
    const link = await linkTo(`payments/${paymentId}`);
    await page.goto(link.url);
    await page.locator('.is-now', { hasText: '您付款' }).waitFor();
    await on.sim.pay('TEA-LIVE-3003');
    await page.locator('h1', { hasText: '您的 ¥36.00 已付成' }).waitFor({ timeout: 10_000 });
    assert.match(await page.locator('#news').innerText(), /已付成/);

    await context.setOffline(true);
    await page.locator('#offline').waitFor();
    await context.setOffline(false);
    await page.locator('#offline').waitFor({ state: 'hidden' });
    complaints.length = 0;

    await page.locator('#not-arrived').click();
    await page.locator('#text').fill('商户单号 TEA-LIVE-3003');
    await page.locator('#pictures').setInputFiles({
      name: 'shot.png',
      mimeType: 'image/png',
      buffer: await screenshot([{ format: 'Code128', text: 'TEA-LIVE-3003' }], 3),
    });
    await page.locator('#say form button').click();
    await page.locator('.said').waitFor();
    const claims = await on.call<{ items: { kind: string; images: string[]; created_by: string }[] }>(
      'GET',
      `/v1/claims?payment_id=${paymentId}`,
    );
    assert.deepEqual(
      claims.body.items.map((c) => [c.kind, c.images.length, c.created_by]),
      [['paid_no_goods', 1, `link:${link.id}`]],
    );
    await page.getByRole('button', { name: '我已拿到商品' }).click();
    await page.locator('.said', { hasText: '谢谢' }).waitFor();
    assert.deepEqual(complaints, []);
    await on.call('DELETE', `/v1/links/${link.id}`);
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    await page.locator('.gone').waitFor();
    await close();
  });

  test('the shop makes it on the payment’s page: its QR code leads to it, and taken back it leads nowhere', async () => {
    const { page, complaints, close } = await openAt({ lang: 'zh', signedIn: true, width: 1280, height: 900 });
    const paymentId = payments.get('TEA-PAID-7731');
    await page.goto(`${on.served.url}/app/payments/${paymentId}`);
    await page.getByRole('button', { name: '给顾客一个链接' }).click();
    const url = await page.getByRole('textbox', { name: '链接' }).inputValue();
    const code = await page.locator('.made-link img').screenshot();
    const read = await readCode(code);
    assert.equal(read, url);
    assert.match(await (await fetch(url)).text(), /¥128\.00/);
    assert.deepEqual(await violations(page, '.status-link'), []);
    await page.locator('.status-link li', { hasText: '打开' }).first().getByRole('button', { name: '收回' }).click();
    await page.locator('.made-link').waitFor({ state: 'detached' });
    assert.equal((await fetch(url)).status, 404);
    assert.deepEqual(complaints, []);
    await close();
  });
});

async function readCode(png: Buffer): Promise<string | undefined> {
  const { readBarcodes, prepareZXingModule } = await import('zxing-wasm/reader');
  const { readFileSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  await prepareZXingModule({
    overrides: {
      wasmBinary: readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
        .buffer as ArrayBuffer,
    },
    fireImmediately: true,
  });
  return (await readBarcodes(new Uint8Array(png), { formats: ['QRCode'] }))[0]?.text;
}
