/**
 * The web app in a real browser against a living server and a WeChat Pay that speaks the real protocol: both languages, both themes, by
 * keyboard, on a phone, on a bad network. Nothing is answered in the server's stead; only the network is made worse.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { newId } from '../src/base/ids.ts';
import { VERDICTS, type VerdictCode } from '../src/verdicts/catalogue.ts';
import { shellOf } from '../ui/build.ts';
import { lineOf, ROAD, type Station } from '../ui/src/app/line.ts';
import { DARK, LIGHT } from '../ui/src/base/theme.ts';
import { words as counterWords } from '../ui/src/counter/words.ts';
import { violations } from './support/axe.ts';
import { noBrowser, openBrowser } from './support/browser.ts';
import { paymentOf, until, verdictOf } from './support/living.ts';
import { screenshot } from './support/picture.ts';
import { type Look, openWindow, startTill, startWeb, type Till, type Web, type Window } from './support/web.ts';

const ROOT = join(import.meta.dirname, '..');
/** Each language and each theme once: colours come from the theme alone, words from the language alone. */
const LOOKS = [
  { lang: 'zh', theme: 'light' },
  { lang: 'en', theme: 'dark' },
] as const;
const PHONE = { width: 360, height: 760 };
const KB = 1_000;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let web: Web;
/** Its business time is real time, like that of the phone at the counter. */
let till: Till;
let browser: Browser | undefined;
before(async () => {
  [web, till] = await Promise.all([startWeb(), startTill()]);
  if (noBrowser === false) browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await web?.close();
  await till?.close();
});
const open = (look?: Look): Promise<Window> => openWindow(web, browser!, look);

// ------------------------------------------------------------------------------------------------ what is served

const weightOf = (...entries: readonly string[]): number =>
  shellOf(web.folder, ...entries).reduce((sum, file) => sum + statSync(join(web.folder, `${file}.gz`)).size, 0);

test('the counter begins with at most 200 kB, the back office and its overview with 450; neither has the scanner, the counter no antd', () => {
  const backOffice = weightOf('app.html', 'src/app/overview/overview.tsx');
  assert.ok(weightOf('counter.html') < 200 * KB, `counter: ${weightOf('counter.html')}`);
  assert.ok(backOffice < 450 * KB, `back office: ${backOffice}`);
  for (const file of shellOf(web.folder, 'counter.html'))
    assert.doesNotMatch(readFileSync(join(web.folder, file), 'utf8'), /ant-btn|zxing_reader\.wasm.*instantiate/);
});

test('assets are kept for ever and compressed, pages are not, and each says what may run in it', async () => {
  for (const page of ['app', 'counter'] as const) {
    const response = await fetch(`${web.url}/${page}/`);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.doesNotMatch(html, /__NONCE__|<script(?![^>]*\bsrc=)/);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
    assert.equal(policy.includes("'wasm-unsafe-eval'"), page === 'counter');
    assert.match(policy, /frame-ancestors 'none'/);
    const asset = /\/assets\/[\w-]+\.js/.exec(html)![0];
    for (const [accept, coding] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const got = await fetch(`${web.url}${asset}`, { headers: { 'accept-encoding': accept } });
      assert.equal(got.headers.get('content-encoding'), coding, accept);
      assert.match(got.headers.get('cache-control') ?? '', /immutable/);
      assert.equal(got.headers.get('content-type'), 'text/javascript; charset=utf-8');
      assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
      assert.ok((await got.arrayBuffer()).byteLength > 100);
    }
  }
  const nonces = await Promise.all(
    [1, 2].map(
      async () => /nonce-(\w+)/.exec((await fetch(`${web.url}/app/`)).headers.get('content-security-policy')!)![1],
    ),
  );
  assert.notEqual(nonces[0], nonces[1]);
});

test('the app answers below /app and /counter only, and no address leads to a file', async () => {
  for (const [path, status] of [
    ['/app/payments/anything', 200],
    ['/counter/anything', 404],
    ['/elsewhere', 404],
    ['/assets/nothing.js', 404],
    ['/assets/..%2fapp.html', 404],
    ['/assets/%2e%2e%2f%2e%2e%2fpackage.json', 404],
    ['/manifest.json', 404],
    ['/counter/manifest.webmanifest', 200],
    ['/counter/sw.js', 200],
    ['/icon-192.png', 200],
  ] as const)
    assert.equal((await fetch(`${web.url}${path}`)).status, status, path);
  const home = await fetch(`${web.url}/`, { redirect: 'manual' });
  assert.equal(home.headers.get('location'), '/app/');
});

// ------------------------------------------------------------------------------------------------ words and shape

/** Words stand beside the pages that say them; those of the back office's frame are said by any of its pages. */
const WORDS = globSync('ui/src/**/words.ts', { cwd: ROOT });
test('every word is in both languages and is used; places to fill are the same in both', async () => {
  const keys = new Map<string, string>();
  for (const file of WORDS) {
    const { words } = (await import(pathToFileURL(join(ROOT, file)).href)) as {
      words: Record<string, Readonly<{ zh: string; en: string }>>;
    };
    const folder = dirname(file);
    const sources = globSync(`${folder}/**/*.{ts,tsx}`, { cwd: ROOT })
      .filter((f) => !f.endsWith('words.ts'))
      .map((f) => readFileSync(join(ROOT, f), 'utf8'))
      .join('\n');
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    for (const [key, text] of Object.entries(words)) {
      if (folder.startsWith('ui/src/app')) {
        assert.equal(keys.get(key), undefined, `${key} stands in ${file} and in ${keys.get(key)}`);
        keys.set(key, file);
      }
      assert.ok(text.zh !== '' && text.en !== '', key);
      assert.deepEqual(places(text.zh), places(text.en), key);
      assert.doesNotMatch(text.zh + text.en, /[!!]/, `${key} shouts`);
      const family = `\`${key.slice(0, key.indexOf('.') + 1)}\${`;
      assert.ok(
        sources.includes(`'${key}'`) || (key.includes('.') && sources.includes(family)),
        `nothing says ${key} of ${file}`,
      );
    }
  }
});

test('text on its ground is at least 4.5:1, in every tone of both themes', () => {
  const light = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p) as [number, number];
    return (x + 0.05) / (y + 0.05);
  };
  for (const theme of [LIGHT, DARK]) {
    for (const [name, { ink, ground }] of Object.entries(theme.tones)) assert.ok(contrast(ink, ground) >= 4.5, name);
    for (const ground of [theme.paper, theme.card, theme.sunk])
      for (const ink of [theme.ink, theme.soft, theme.accent])
        assert.ok(contrast(ink, ground) >= 4.5, `${ink} on ${ground}`);
    assert.ok(contrast(theme.accentInk, theme.accent) >= 4.5);
  }
});

test('the line: how far, what is missing, where it left the road', () => {
  const title = { en: '', zh: '' };
  /** A letter a station: reached, open, passed over, late, due; then the branches. */
  const stations = (road: string, ...branches: string[]): Station[] => [
    ...ROAD.map((station, i): Station => {
      const state = ({ r: 'reached', o: 'open', p: 'passed_over', l: 'late', d: 'due' } as const)[road[i] as 'r']!;
      return { station, title, state, ...(state === 'reached' ? { at: `2026-11-22T06:0${i}:00Z` } : {}) };
    }),
    ...branches.map((station): Station => ({ station, title, state: 'branch' })),
  ];
  const states = (road: string, verdict?: string, ...branches: string[]): string =>
    lineOf(stations(road, ...branches), verdict)
      .stops.map((s) => s.shown.slice(0, 1) + (s.isHere ? '*' : ''))
      .join('');
  assert.equal(states('rooooooo'), 'd*aaaaaaa');
  assert.equal(states('rprodddd'), 'dpd*aaaaa');
  assert.equal(states('rprodddd', 'unrecorded'), 'dpd*maaaa');
  assert.equal(states('rprrdddd'), 'dpdd*aaaa');
  assert.equal(states('rprorddd'), 'dpdmd*aaa');
  assert.equal(states('rprrlddd', 'late'), 'dpdd*maaa');
  assert.equal(states('rooooooo', 'unpaid', 'closed'), 'daaaaaaa');
  assert.equal(states('rprrdddd', 'refunded', 'refunded'), 'dpdd*aaaa');
  assert.deepEqual(
    lineOf(stations('rooooooo', 'closed'), 'unpaid').branches.map((b) => [b.station, b.after]),
    [['closed', 0]],
  );
  assert.equal(lineOf(stations('rprrdddd'), undefined).stops[3]!.tookMs, 60_000);
});

// ------------------------------------------------------------------------------------------------ pages

const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** What is shown at the counter, and what the book says of it: a tone each that a counter meets in its first minutes. */
const SHOWN: ReadonlyArray<readonly [shown: string, code: VerdictCode, release: 'yes' | 'no' | 'ask']> = [
  ['TEA-2042', 'on_its_way', 'yes'],
  ['TEA-2041', 'unrecorded', 'yes'],
  ['TEA-2044', 'pending', 'ask'],
  ['TEA-2046', 'unpaid', 'no'],
  ['付款金额 ¥99.00\n商户单号 TEA-2045', 'fake_receipt', 'no'],
];
const RELEASE = {
  zh: { yes: '可以交货', no: '不要交货', ask: '先别交货' },
  en: { yes: 'Hand over', no: 'Do not hand over', ask: 'Wait' },
};
const heading = (page: Page): Promise<string> => page.locator('.verdict h1').innerText();

describe('in a browser', { skip: noBrowser }, () => {
  for (const { lang, theme } of LOOKS) {
    test(`${lang} ${theme}: every page of the back office`, async () => {
      const { page, complaints, close } = await open({ lang, theme });
      await page.goto(`${web.url}/app/payments`);
      await page.locator('.list tbody tr').nth(5).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang === 'zh' ? 'zh-CN' : 'en');
      assert.deepEqual(await violations(page), [], 'payments');
      await page.keyboard.press('ControlOrMeta+k');
      await page.locator('.search input[role=combobox]').fill('TEA-2041');
      await page.locator('.hit').waitFor();
      assert.deepEqual(await violations(page, '.search'), [], 'search');
      await page.keyboard.press('Enter');
      await page.locator('.judged').waitFor();
      assert.match(page.url(), new RegExp(`/app/payments/${web.payments.get('TEA-2041')}$`));
      assert.deepEqual(await violations(page, '#content'), [], 'payment');
      await page.locator('.proofs button').first().click();
      await page.locator('.hash[data-same="true"]').waitFor();
      assert.deepEqual(await violations(page, '.raw'), [], 'raw bytes');
      await page.goto(`${web.url}/app/start`);
      await page.locator('.choice-card').first().waitFor();
      assert.deepEqual(await violations(page, '#content'), [], 'start');
      assert.deepEqual(complaints, []);
      await close();
    });

    test(`${lang} ${theme}: the door, and the counter in every tone`, async () => {
      const door = await open({ lang, theme, signedIn: false });
      await door.page.goto(`${web.url}/app/`);
      await door.page.locator('.door').waitFor();
      assert.deepEqual(await violations(door.page), [], 'door');
      // The browser tells of each 401 by itself; there is no other way to ask who one is.
      assert.deepEqual(
        door.complaints.filter((c) => !c.includes('401')),
        [],
      );
      await door.close();

      const { page, complaints, close } = await open({ lang, theme, ...PHONE });
      await page.goto(`${web.url}/counter/`);
      await page.locator('.rows li').first().waitFor();
      assert.equal(await sideways(page), 0);
      assert.deepEqual(await violations(page), [], 'counter');
      for (const [shown, code, release] of SHOWN) {
        await page.locator('#said').fill(shown);
        await page.getByRole('button', { name: counterWords.submit[lang] }).click();
        await page.locator('.verdict h1').waitFor();
        assert.equal(await heading(page), RELEASE[lang][release], shown);
        assert.equal(await page.locator(`.is-${VERDICTS[code].tone}`).count(), 1, shown);
        // A word for the cashier, one for the customer, and the reasons.
        for (const part of ['.verdict .why', '.say blockquote', '.facts li'])
          assert.notEqual((await page.locator(part).first().innerText()).trim(), '', `${shown} ${part}`);
        assert.equal(await sideways(page), 0);
        // Contrast of all tones is a law of the theme, below.
        if (code === 'pending' || code === 'fake_receipt') assert.deepEqual(await violations(page), [], code);
        // Taken back, it may be claimed anew.
        await page.getByRole('button', { name: counterWords['end.withdrawn'][lang] }).click();
        await page.locator('.ended').waitFor();
        await page.locator('.answer .primary').click();
      }
      await page.locator('.bar .round').click();
      await page.locator('.sheet-dialog').waitFor();
      assert.deepEqual(await violations(page, '.sheet-dialog'), [], 'settings');
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test('every width scrolls in one direction only', async () => {
    const { page, close } = await open();
    for (const path of ['payments', `payments/${web.payments.get('TEA-2041')}`, 'start']) {
      await page.goto(`${web.url}/app/${path}`);
      await page.locator('#content h1').waitFor();
      for (const width of [360, 414, 720, 768, 1000, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.waitForFunction(`innerWidth === ${width}`);
        assert.equal(await sideways(page), 0, `${path} at ${width} px`);
      }
    }
    await close();
  });

  test('by keyboard alone: search, open, read the raw bytes; bytes that do not match their hash are called out', async () => {
    const { page, complaints, close } = await open({ lang: 'en' });
    await page.goto(`${web.url}/app/payments`);
    await page.locator('.list').waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.locator('.search input[role=combobox]').waitFor();
    await page.keyboard.type('break');
    await page.locator('.hit', { hasText: 'Breaks' }).waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('NOT-THERE-99');
    await page.getByText('Nothing found for').waitFor();
    // A picture asks what its code says.
    await page.getByTestId('search-picture').setInputFiles({
      name: 'shot.png',
      mimeType: 'image/png',
      buffer: await screenshot([{ format: 'Code128', text: 'TEA-2043' }]),
    });
    await page.locator('.hit', { hasText: 'TEA-2043' }).waitFor();
    await page.locator('.search input[role=combobox]').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('TEA-2042');
    await page.locator('.hit', { hasText: 'TEA-2042' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.story').waitFor();
    await page.route(/\/raw$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()} ` });
    });
    await page.locator('.proofs button').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.hash[data-same="false"]').waitFor();
    assert.match(await page.locator('.hash').innerText(), /not the same/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a verdict filters the list and stays in the address; the channel is asked on demand', async () => {
    const { page, complaints, close } = await open({ lang: 'en' });
    await page.goto(`${web.url}/app/payments?verdict=pending`);
    await page.locator('.list tbody tr').waitFor();
    await page.getByText('WeChat Pay · 03').waitFor();
    assert.equal(await page.locator('.list tbody tr').count(), 1);
    await page.goto(`${web.url}/app/payments?verdict=charged_back`);
    await page.getByText('No such payments').waitFor();
    await page.goto(`${web.url}/app/payments/${web.payments.get('TEA-2042')}`);
    await page.getByRole('button', { name: 'Ask the channel now' }).click();
    await page.getByText('The channel answered: on its way').waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  test('who may only look cannot act, and a key opens the door', async () => {
    const { page, close } = await open({ lang: 'en', signedIn: false });
    const { body } = await web.on.call<{ key: string }>('POST', '/v1/keys', { name: 'looker', scopes: ['read'] });
    await page.goto(`${web.url}/app/`);
    await page.locator('#key-field').fill('dz_test_nonsense');
    await page.keyboard.press('Enter');
    await page.getByText('not valid').waitFor();
    await page.locator('#key-field').fill(body.key);
    await page.keyboard.press('Enter');
    await page.locator('#ways').waitFor();
    await page.goto(`${web.url}/app/payments/${web.payments.get('TEA-2042')}`);
    assert.ok(await page.getByRole('button', { name: 'Ask the channel now' }).isDisabled());
    await close();
  });

  test('a new payment comes into the list by itself', async () => {
    const { page, close } = await open();
    await page.goto(`${web.url}/app/payments`);
    await page.locator('.list').waitFor();
    const ref = `LATE-${newId().slice(-6)}`;
    web.on.sim.place(ref, 1_500);
    await web.on.call('POST', '/v1/orders', {
      order_ref: ref,
      amount: { amount: '15.00', currency: 'CNY' },
      placed_at: web.on.clock.now().toString(),
    });
    await web.on.sim.pay(ref);
    await page.getByText(ref).waitFor({ timeout: 10_000 });
    await close();
  });

  test('what the shop does not know it is told again at once; what nobody paid is given up only after asking', async () => {
    const { page, complaints, close } = await open({ lang: 'en' });
    const told = (): number =>
      web.on.merchant.heard.filter(
        ({ path, body }) => path === '/events' && /payment\.unrecorded.*TEA-2041/s.test(body.toString()),
      ).length;
    await page.goto(`${web.url}/app/payments/${web.payments.get('TEA-2041')}`);
    const before = told();
    await page.getByRole('button', { name: 'Tell the shop’s system now' }).click();
    await page.getByText('its answer is waited for').waitFor();
    await until('the shop to be told again', () => told() > before);
    web.on.merchant.answer(200);
    await page.getByRole('button', { name: 'Tell the shop’s system now' }).click();
    await page.locator('.sentence', { hasText: 'on its way' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Tell the shop’s system now' }).count(), 0);
    const again = await web.on.call('POST', `/v1/payments/${web.payments.get('TEA-2041')}/repair`);
    assert.deepEqual([again.status, again.body.code], [409, 'payment.nothing_to_repair']);

    await page.goto(`${web.url}/app/payments/${web.payments.get('TEA-2046')}`);
    const giveUp = page.locator('#content').getByRole('button', { name: 'Give the order up' });
    await giveUp.click();
    await page.getByRole('button', { name: 'Not yet' }).click();
    await giveUp.click();
    await page.locator('.ant-popconfirm').getByRole('button', { name: 'Give the order up' }).click();
    await giveUp.waitFor({ state: 'detached' });
    const { body } = await web.on.call<{ state: string }>('GET', '/v1/orders?order_ref=TEA-2046');
    assert.ok(JSON.stringify(body).includes('"cancelled"'));
    assert.deepEqual(complaints, []);
    await close();
  });

  // ---------------------------------------------------------------------------------------------- the counter

  let made = 0;
  /** Placed with the shop and paid as told. */
  async function paid(fen: number, how?: Readonly<{ processingMs: number }>): Promise<string> {
    made += 1;
    const ref = `TILL-${String(made).padStart(4, '0')}`;
    till.on.sim.place(ref, fen);
    await till.on.call('POST', '/v1/orders', {
      order_ref: ref,
      amount: { amount: `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`, currency: 'CNY' },
      store: '03',
      placed_at: till.on.clock.now().toString(),
    });
    await till.on.sim.pay(ref, how);
    if (how === undefined) await verdictOf(till.on, ref, 'on_its_way');
    else await until(`${ref} to be there`, () => paymentOf(till.on, ref));
    return ref;
  }
  const detail = (ref: string, amount: string): string =>
    `付款金额 ¥${amount}\n交易单号\n${till.on.sim.trades.get(ref)!.transactionId}\n商户单号 ${ref}`;
  type Sent = Readonly<{ key: string; body: Readonly<Record<string, unknown>> }>;
  type Counter = Window & Readonly<{ sent: Sent[]; ask(text: string, amount?: string): Promise<void> }>;
  async function counter(): Promise<Counter> {
    const window = await openWindow(till, browser!, { lang: 'en', ...PHONE });
    const { page } = window;
    const sent: Sent[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/v1/claims'))
        sent.push({ key: request.headers()['idempotency-key'] ?? '', body: request.postDataJSON() });
    });
    await page.goto(`${till.url}/counter/`);
    await page.locator('#said').waitFor();
    return {
      ...window,
      sent,
      async ask(text, amount = '') {
        await page.locator('#said').fill(text);
        await page.getByLabel('Amount').fill(amount);
        await page.getByRole('button', { name: 'Find the money' }).click();
      },
    };
  }

  test('a picture of the merchant number: hand over; shown again at another counter: do not; edited: do not', async () => {
    const [first, second] = [await paid(3_650), await paid(1_280)];
    const { page, complaints, sent, ask, close } = await counter();
    const shot = {
      name: 'shot.png',
      mimeType: 'image/png',
      buffer: await screenshot([{ format: 'Code128', text: first }]),
    };
    await page.getByTestId('picture').setInputFiles(shot);
    await page.locator('.verdict h1').waitFor();
    assert.equal(await heading(page), 'Hand over');
    assert.match(await page.locator('.verdict .what').innerText(), /¥36\.50/);
    assert.equal(sent.length, 1);
    assert.match(sent[0]!.key, UUID7);
    assert.equal((sent[0]!.body.images as string[]).length, 1);
    await page.getByRole('button', { name: 'Goods given' }).click();
    await page.getByText('Recorded: Goods given').waitFor();
    await page.getByRole('button', { name: 'Next customer' }).click();

    await ask(detail(second, '12.80'), '12,8');
    await page.getByText('Write the amount like').waitFor();
    assert.equal(sent.length, 1);
    await ask(detail(second, '12.80'), '12.80');
    await page.locator('.verdict h1').waitFor();
    assert.equal(await heading(page), 'Hand over');
    assert.match(String(sent[1]!.body.text), new RegExp(`商户单号 ${second}`));
    assert.deepEqual(sent[1]!.body.amount, { amount: '12.80', currency: 'CNY' });
    assert.deepEqual(complaints, []);
    await close();

    const other = await counter();
    await other.page.getByTestId('picture').setInputFiles(shot);
    await other.page.locator('.verdict h1').waitFor();
    assert.equal(await heading(other.page), 'Do not hand over');
    assert.match(await other.page.locator('.verdict .why').innerText(), /used before/);
    await other.page.getByRole('button', { name: 'Next customer' }).click();
    const third = await paid(900);
    await other.ask(detail(third, '90.00'));
    await other.page.locator('.verdict h1').waitFor();
    assert.equal(await heading(other.page), 'Do not hand over');
    assert.match(await other.page.locator('.say blockquote').innerText(), /¥90\.00/);
    assert.deepEqual(other.complaints, []);
    await other.close();
  });

  test('several payments fit an amount: a person picks, and then it is answered; the shift knows', async () => {
    const refs = [await paid(7_700), await paid(7_700)];
    const { page, complaints, ask, close } = await counter();
    await page.getByRole('button', { name: 'Open shift' }).click();
    await page.getByText(/^Since/).waitFor();
    const openedBefore = till.on.clock.now();
    await ask('', '77.00');
    await page.locator('.candidates li').nth(1).waitFor();
    assert.equal(await heading(page), 'Wait');
    assert.equal(await page.locator('.candidates li').count(), refs.length);
    await page.locator('.candidates button', { hasText: refs[1]!.slice(-6) }).click();
    await page.getByText('Hand over', { exact: true }).waitFor();
    assert.equal(await page.locator('.candidates').count(), 0);
    await page.getByRole('button', { name: 'Next customer' }).click();
    // The channel tells whole seconds.
    await until('the next second', () => openedBefore.until(till.on.clock.now()).total('seconds') > 1);
    await paid(500);
    await page.getByRole('button', { name: 'Close shift' }).click();
    await page.getByText('Shift closed').waitFor();
    assert.match(await page.locator('.totals').innerText(), /WeChat Pay\s+¥5\.00\s+1 payments/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('pending counts down to its next look, looks again, and becomes paid by the channel’s word', async () => {
    const ref = await paid(2_300, { processingMs: 4_000 });
    const { page, complaints, sent, ask, close } = await counter();
    await ask(ref);
    await page.getByRole('timer').waitFor();
    assert.match(await page.getByRole('timer').innerText(), /Looking again in 0:0[1-5]|Looking again …/);
    assert.equal(await heading(page), 'Wait');
    await page.getByText('Hand over', { exact: true }).waitFor({ timeout: 20_000 });
    assert.equal(await page.getByRole('timer').count(), 0);
    assert.equal(sent.length, 1);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('an answer that is older than half a minute says so', async () => {
    const ref = await paid(1_100);
    const { page, ask, close } = await counter();
    await page.clock.install();
    await ask(ref);
    await page.locator('.verdict h1').waitFor();
    assert.equal(await page.locator('.verdict .age').count(), 0);
    await page.clock.fastForward(31_000);
    await page.getByText(/This answer is 3\d sec old/).waitFor();
    await close();
  });

  test('without a network: the page opens, a claim waits, and is sent once', async () => {
    const ref = await paid(4_200);
    const { page, context, sent, ask, close } = await counter();
    await page.evaluate('navigator.serviceWorker.ready');
    await page.waitForFunction('navigator.serviceWorker.controller !== null');
    await context.setOffline(true);
    await page.reload();
    await page.getByText('No network').waitFor();
    await ask(ref);
    await page.getByText('1 waiting to be asked').waitFor();
    assert.equal(await page.locator('.verdict').count(), 0);
    await page.reload();
    await page.getByText('1 waiting to be asked').waitFor();
    await context.setOffline(false);
    await page.getByText('1 from the offline time answered').waitFor({ timeout: 10_000 });
    // Each try under the one name it was given when it was typed; the server has one claim of it.
    assert.deepEqual(new Set(sent.map(({ key }) => key)).size, 1);
    assert.match(sent[0]!.key, UUID7);
    const payment = await paymentOf(till.on, ref);
    const kept = await till.on.call<{ items: object[] }>('GET', `/v1/claims?payment_id=${payment!.id}`);
    assert.equal(kept.body.items.length, 1);
    await page.getByRole('button', { name: 'Show' }).click();
    assert.equal(await heading(page), 'Hand over');
    const cached = await page.evaluate<string[]>(
      'caches.keys().then(async (names) => (await Promise.all(names.map(async (n) => (await (await caches.open(n)).keys()).map((r) => new URL(r.url).pathname)))).flat())',
    );
    assert.ok(cached.length > 3);
    assert.deepEqual(
      cached.filter((path) => !/^\/(counter\/|assets\/)/.test(path)),
      [],
    );
    await close();
  });

  test('on a slow network (400 ms, 50 kB/s) the counter is there in ten seconds, and says that it is still looking', async () => {
    const { page, context, close } = await open({ lang: 'en', ...PHONE });
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 50 * KB,
      uploadThroughput: 50 * KB,
    });
    // Lost on the way: neither a claim nor a refusal comes of it.
    await page.route(/\/v1\/claims$/, () => {});
    await page.goto(`${web.url}/counter/`, { waitUntil: 'commit' });
    await page.locator('.ask-title').waitFor({ timeout: 10_000 });
    await page.locator('#said').fill('420000123420261127');
    await page.keyboard.press('Enter');
    await page.getByText('still looking').waitFor({ timeout: 6_000 });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#said').waitFor();
    await close();
  });
});
