/**
 * The web app in a real browser against a living server: both languages, both themes, by keyboard, on a phone, on a bad network. Answers to
 * claims are given by the test: what the counter does with them is under test here, not what they say.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page, Route } from 'playwright-core';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import { newId } from '../src/base/ids.ts';
import { VERDICTS, type VerdictCode } from '../src/verdicts/catalogue.ts';
import { shellOf } from '../ui/build.ts';
import { lineOf, ROAD, type Station } from '../ui/src/app/line.ts';
import { words as appWords } from '../ui/src/app/words.ts';
import { DARK, LIGHT } from '../ui/src/base/theme.ts';
import { words as counterWords } from '../ui/src/counter/words.ts';
import { noBrowser, openBrowser } from './support/browser.ts';
import { type Look, openWindow, startWeb, type Web, type Window } from './support/web.ts';

const ROOT = join(import.meta.dirname, '..');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LOOKS = (['zh', 'en'] as const).flatMap((lang) => (['light', 'dark'] as const).map((theme) => ({ lang, theme })));
const KB = 1_000;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let web: Web;
let browser: Browser | undefined;
before(async () => {
  web = await startWeb();
  if (noBrowser === false) browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await web?.close();
});
const open = (look?: Look): Promise<Window> => openWindow(web, browser!, look);

// ------------------------------------------------------------------------------------------------ what is served

const weightOf = (entry: 'app.html' | 'counter.html', more: readonly string[] = []): number =>
  [...shellOf(web.folder, entry), ...more].reduce(
    (sum, file) => sum + statSync(join(web.folder, `${file}.gz`)).size,
    0,
  );

test('the counter begins with at most 200 kB, the back office with 450; neither has the scanner, the counter no antd', () => {
  const pages = globSync('assets/payment-*.js', { cwd: web.folder });
  assert.ok(weightOf('counter.html') < 200 * KB, `counter: ${weightOf('counter.html')}`);
  assert.ok(weightOf('app.html', pages) < 450 * KB, `back office: ${weightOf('app.html', pages)}`);
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

test('every word is in both languages and is used; places to fill are the same in both', () => {
  for (const [folder, words] of [
    ['app', appWords],
    ['counter', counterWords],
  ] as const) {
    const sources = globSync(`ui/src/${folder}/*.{ts,tsx}`, { cwd: ROOT })
      .filter((f) => !f.endsWith('words.ts'))
      .map((f) => readFileSync(join(ROOT, f), 'utf8'))
      .join('\n');
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    for (const [key, text] of Object.entries<{ zh: string; en: string }>(words)) {
      assert.ok(text.zh !== '' && text.en !== '', key);
      assert.deepEqual(places(text.zh), places(text.en), key);
      assert.doesNotMatch(text.zh + text.en, /[!!]/, `${key} shouts`);
      const family = `\`${key.slice(0, key.indexOf('.') + 1)}\${`;
      assert.ok(
        sources.includes(`'${key}'`) || (key.includes('.') && sources.includes(family)),
        `nothing says ${folder}: ${key}`,
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

/** Legacy mode only spares the second window that iframes need; there are none. */
async function violations(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ runOnly: WCAG, resultTypes: ['violations'] });
  const { violations: found, passes } = await axe.analyze();
  assert.ok(
    passes.some((rule) => rule.id === 'color-contrast'),
    'contrast was not measured',
  );
  return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** What the shop's server says of one claim. */
type Tone = Readonly<{ code: VerdictCode; release: 'yes' | 'no' | 'ask' }>;
function claimOf(id: string, { code, release }: Tone, more: Readonly<{ next_look_at?: string }> = {}): object {
  const says = { en: `The channel says: ${code}.`, zh: `渠道说:${code}。` };
  return {
    id,
    release,
    state: VERDICTS[code].tone === 'waiting' ? 'open' : 'answered',
    verdict: {
      code,
      release,
      cause: 'none',
      custody: 'channel',
      confidence: 'confirmed',
      also: [],
      says: { cashier: says, agent: says, accountant: says },
    },
    why: [{ en: 'Order TEA-2042, paid at 14:03', zh: '订单 TEA-2042,14:03 付款' }],
    candidates: [],
    ...more,
  };
}

/** Answers claims as told; what was asked stands in `asked`. */
async function answerClaims(page: Page, answer: (n: number) => Tone, more: () => object = () => ({})) {
  const asked: Array<Readonly<{ key: string; body: Record<string, unknown> }>> = [];
  let looks = 0;
  await page.route(/\/v1\/images$/, (route) => route.fulfill({ status: 201, json: { sha256: 'ab'.repeat(32) } }));
  await page.route(/\/v1\/claims(\/|$)/, async (route: Route) => {
    const request = route.request();
    const id = /claims\/([^/]+)/.exec(request.url())?.[1];
    if (id === undefined) {
      const name = request.headers()['idempotency-key'] ?? '';
      asked.push({ key: name, body: request.postDataJSON() });
      return await route.fulfill({ status: 201, json: claimOf(`claim-${name}`, answer(0), more()) });
    }
    looks += 1;
    return await route.fulfill({ status: 200, json: claimOf(id, answer(looks), more()) });
  });
  return { asked, looks: () => looks };
}

/** Routes that other parts of the server answer are quiet here until they are there. */
async function quiet(page: Page): Promise<void> {
  await page.route(/\/v1\/counter\/recent/, async (route) => {
    const response = await fetch(`${web.url}/v1/payments?limit=20`, {
      headers: { authorization: await key() },
    });
    await route.fulfill({ status: 200, json: await response.json() });
  });
  await page.route(/\/v1\/search/, async (route) => {
    const q = new URL(route.request().url()).searchParams.get('q') ?? '';
    const response = await fetch(`${web.url}/v1/payments/search?ref=${encodeURIComponent(q)}`, {
      headers: { authorization: await key() },
    });
    const { items } = (await response.json()) as { items: object[] };
    await route.fulfill({ status: 200, json: { items: items.map((payment) => ({ payment, score: 1, why: [] })) } });
  });
  await page.route(/\/v1\/shifts\/current/, (route) =>
    route.fulfill({
      status: 200,
      json: { id: newId(), opened_at: '2026-11-27T01:00:00Z', totals: { channels: [], verdicts: {} } },
    }),
  );
}
let made: Promise<string> | undefined;
const key = (): Promise<string> => {
  made ??= web.on
    .call<{ key: string }>('POST', '/v1/keys', { name: 'till', scopes: ['read', 'act'] })
    .then((r) => `Bearer ${r.body.key}`);
  return made;
};

const TONES: readonly Tone[] = [
  { code: 'on_its_way', release: 'yes' },
  { code: 'unrecorded', release: 'yes' },
  { code: 'late', release: 'yes' },
  { code: 'pending', release: 'ask' },
  { code: 'unpaid', release: 'no' },
  { code: 'reused_receipt', release: 'no' },
  { code: 'received', release: 'yes' },
];
const RELEASE = {
  zh: { yes: '可以交货', no: '不要交货', ask: '先别交货' },
  en: { yes: 'Hand over', no: 'Do not hand over', ask: 'Wait' },
};

describe('in a browser', { skip: noBrowser }, () => {
  for (const { lang, theme } of LOOKS) {
    // What lies over a page is looked at once in each language and theme, not in every pair of them.
    const isThorough = (lang === 'zh') === (theme === 'light');
    test(`${lang} ${theme}: every page of the back office`, async () => {
      const { page, complaints, close } = await open({ lang, theme });
      await quiet(page);
      await page.goto(`${web.url}/app/payments`);
      await page.locator('.list tbody tr').nth(5).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang === 'zh' ? 'zh-CN' : 'en');
      assert.deepEqual(await violations(page), [], 'payments');
      await page.keyboard.press('ControlOrMeta+k');
      await page.locator('.search input').fill('TEA-2041');
      await page.locator('.hit').waitFor();
      if (isThorough) assert.deepEqual(await violations(page), [], 'search');
      await page.keyboard.press('Enter');
      await page.locator('.judged').waitFor();
      assert.match(page.url(), new RegExp(`/app/payments/${web.payments.get('TEA-2041')}$`));
      assert.deepEqual(await violations(page), [], 'payment');
      await page.locator('.proofs button').first().click();
      await page.locator('.hash[data-same="true"]').waitFor();
      if (isThorough) assert.deepEqual(await violations(page), [], 'raw bytes');
      await page.goto(`${web.url}/app/start`);
      await page.locator('.choice-card').first().waitFor();
      assert.deepEqual(await violations(page), [], 'start');
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

      const { page, complaints, close } = await open({ lang, theme, width: 360, height: 760 });
      await quiet(page);
      let n = 0;
      await answerClaims(page, () => TONES[n]!);
      await page.goto(`${web.url}/counter/`);
      await page.locator('.rows li').first().waitFor();
      assert.equal(await sideways(page), 0);
      assert.deepEqual(await violations(page), [], 'counter');
      // Every tone shows its word; axe looks at one a look (contrast of all is a law of the theme, below).
      const looked = LOOKS.findIndex((l) => l.lang === lang && l.theme === theme);
      for (; n < TONES.length; n += 1) {
        await page.locator('#said').fill('420000123420261127');
        await page.keyboard.press('Enter');
        await page.locator(`.is-${VERDICTS[TONES[n]!.code].tone}`).waitFor();
        assert.equal(await page.locator('.verdict h1').innerText(), RELEASE[lang][TONES[n]!.release]);
        if (n === looked + 2) assert.deepEqual(await violations(page), [], TONES[n]!.code);
        await page.locator('.answer .primary').click();
      }
      await page.locator('.bar .round').click();
      await page.locator('.sheet-dialog').waitFor();
      if (isThorough) assert.deepEqual(await violations(page), [], 'settings');
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
    await quiet(page);
    await page.keyboard.press('ControlOrMeta+k');
    await page.locator('.search input').waitFor();
    await page.keyboard.type('NOT-THERE');
    await page.getByText('Nothing found for').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('TEA-2042');
    await page.locator('.hit').waitFor();
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
    await page.locator('.list').waitFor();
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

  // ---------------------------------------------------------------------------------------------- the counter

  test('a picture with a barcode is read on the phone, and what it says is asked', async () => {
    const { page, complaints, close } = await open({ width: 360, height: 760 });
    await quiet(page);
    const { asked } = await answerClaims(page, () => TONES[0]!);
    await page.goto(`${web.url}/counter/`);
    await page
      .getByTestId('picture')
      .setInputFiles({ name: 'shot.png', mimeType: 'image/png', buffer: await barcode('4200002026112714030001') });
    await page.locator('.verdict h1').waitFor();
    assert.deepEqual(asked[0]!.body.refs, ['4200002026112714030001']);
    assert.deepEqual(asked[0]!.body.images, ['ab'.repeat(32)]);
    assert.match(asked[0]!.key, UUID7);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a pasted detail goes as text, an amount as money; a bad amount is said at once', async () => {
    const { page, close } = await open({ width: 360, height: 760 });
    await quiet(page);
    const { asked } = await answerClaims(page, () => TONES[0]!);
    await page.goto(`${web.url}/counter/`);
    await page.locator('#said').fill('交易单号\n4200002026112714030001\n商户单号 TEA-2042');
    await page.getByLabel('金额').fill('36,5');
    await page.getByRole('button', { name: '查这笔款' }).click();
    await page.getByText('金额写成').waitFor();
    assert.equal(asked.length, 0);
    await page.getByLabel('金额').fill('36.50');
    await page.getByRole('button', { name: '查这笔款' }).click();
    await page.locator('.verdict h1').waitFor();
    assert.match(String(asked[0]!.body.text), /商户单号 TEA-2042/);
    assert.deepEqual(asked[0]!.body.amount, { amount: '36.50', currency: 'CNY' });
    await close();
  });

  test('pending counts down to its next look, looks again, and is not unpaid for want of an answer', async () => {
    const { page, close } = await open({ lang: 'en', width: 360, height: 760 });
    await quiet(page);
    const next = () => ({ next_look_at: new Date(Date.now() + 1_500).toISOString() });
    const { looks } = await answerClaims(page, (n) => (n < 2 ? TONES[3]! : TONES[0]!), next);
    await page.goto(`${web.url}/counter/`);
    await page.locator('#said').fill('420000123420261127');
    await page.keyboard.press('Enter');
    await page.getByRole('timer').waitFor();
    assert.match(await page.getByRole('timer').innerText(), /Looking again in 0:0[12]|Looking again …/);
    assert.equal(await page.locator('.verdict h1').innerText(), 'Wait');
    await page.locator('.is-moving').waitFor({ timeout: 10_000 });
    assert.equal(looks(), 2);
    await close();
  });

  test('an answer that is older than half a minute says so', async () => {
    const { page, close } = await open({ lang: 'en', width: 360, height: 760 });
    await quiet(page);
    await answerClaims(page, () => TONES[0]!);
    await page.clock.install();
    await page.goto(`${web.url}/counter/`);
    await page.locator('#said').fill('420000123420261127');
    await page.keyboard.press('Enter');
    await page.locator('.verdict h1').waitFor();
    assert.equal(await page.locator('.verdict .age').count(), 0);
    await page.clock.fastForward(31_000);
    await page.getByText(/This answer is 3\d sec old/).waitFor();
    await close();
  });

  test('without a network: the page opens, a claim waits, and is sent once', async () => {
    const { page, context, close } = await open({ lang: 'en', width: 360, height: 760 });
    await quiet(page);
    const { asked } = await answerClaims(page, () => TONES[0]!);
    await page.goto(`${web.url}/counter/`);
    await page.evaluate('navigator.serviceWorker.ready');
    await page.waitForFunction('navigator.serviceWorker.controller !== null');
    await context.setOffline(true);
    await page.unroute(/\/v1\/claims(\/|$)/);
    await page.reload();
    await page.getByText('No network').waitFor();
    await page.locator('#said').fill('420000123420261127');
    await page.keyboard.press('Enter');
    await page.getByText('1 waiting to be asked').waitFor();
    assert.equal(await page.locator('.verdict').count(), 0);
    await page.reload();
    await page.getByText('1 waiting to be asked').waitFor();
    const kept = await answerClaims(page, () => TONES[0]!);
    await context.setOffline(false);
    await page.getByText('1 from the offline time answered').waitFor({ timeout: 10_000 });
    assert.equal(kept.asked.length, 1);
    assert.match(kept.asked[0]!.key, UUID7);
    assert.equal(asked.length, 0);
    await page.getByRole('button', { name: 'Show' }).click();
    assert.equal(await page.locator('.verdict h1').innerText(), 'Hand over');
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
    const { page, context, close } = await open({ lang: 'en', width: 360, height: 760 });
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 50 * KB,
      uploadThroughput: 50 * KB,
    });
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

async function barcode(text: string): Promise<Buffer> {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm');
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
  const { image, error } = await writeBarcode(text, { format: 'Code128', scale: 3 });
  assert.ok(image !== null, error);
  return Buffer.from(await image.arrayBuffer());
}
