import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { everyItem, HOSTILE, manyBreaks, sampleResult } from '../../../tests/support/result.ts';
import type { Result } from '../result.ts';
import { jsonForScript, MAX_BREAKS, PAGE_FILES, type PageData, reportHtml } from './html.ts';

const html = reportHtml(sampleResult(), 'zh', { resultSha256: 'ab'.repeat(32) });
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const between = (text: string, start: string, end: string): string => {
  const from = text.indexOf(start) + start.length;
  return text.slice(from, text.indexOf(end, from));
};
const dataOf = (page: string): PageData =>
  JSON.parse(between(page, '<script type="application/json" id="data">', '</script>'));

test('the policy allows this style and this script, by hash, and nothing else', () => {
  const policy = between(html, 'http-equiv="Content-Security-Policy" content="', '"');
  assert.deepEqual(policy.split('; ').sort(), [
    "base-uri 'none'",
    "default-src 'none'",
    "form-action 'none'",
    'img-src data:',
    "require-trusted-types-for 'script'",
    `script-src ${hash(between(html, '<script type="module">', '</script>'))}`,
    `style-src ${hash(between(html, '<style>', '</style>'))}`,
    "trusted-types 'none'",
  ]);
  assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<style>'), 'the policy comes first');
});

test('the file stands alone: nothing in it is loaded from anywhere', () => {
  const outside = html
    .replace(between(html, 'id="data">', '</script>'), '')
    .match(
      /\b(?:src|href|action)="(?!data:|#)[^"]*"|url\([^)]*\)|@import\s+["']|\bfetch\(|XMLHttpRequest|WebSocket|import\(/g,
    );
  assert.equal(outside, null);
});

test('hostile text stays inert: the markup is the same whatever the documents say', () => {
  assert.doesNotMatch(html, /<img|<svg|<iframe|onerror=(?!\\")/i);
  assert.equal(html.match(/<script\b/gi)!.length, 2);
  assert.equal(html.match(/<\/script/gi)!.length, 2);
  assert.equal(html.match(/<!--/g), null);
  // It is there all the same, and unharmed.
  const said = everyItem(sampleResult()).flatMap((b) => [...b.ours, ...b.theirs].map((e) => e.party));
  const shown = Object.values(dataOf(html).lists).flatMap((list) =>
    list.flatMap((b) => [...b.ours, ...b.theirs].map((e) => e.party)),
  );
  assert.deepEqual(shown, said);
  assert.ok(shown.includes(HOSTILE.markup));
});

test('no text ends its script element', () => {
  for (const text of ['</script>', '<!--', '<script', '\u2028', ']]>', '\\u003c']) {
    const json = jsonForScript({ text });
    assert.doesNotMatch(json, /[<\u2028\u2029]/);
    assert.deepEqual(JSON.parse(json), { text });
  }
});

test('hostile text in the head and in the part for readers without scripts stays text', () => {
  const result: Result = { ...sampleResult(), state: 'breaks' };
  const breaks = [{ ...result.breaks[0]!, amount: { amount: '1.00', currency: '<b>' } }];
  const page = reportHtml({ ...result, breaks }, 'en');
  assert.match(between(page, '<noscript>', '</noscript>'), /1\.00\s&lt;b&gt;/);
});

test('every break is in the data, in both languages, whichever language the page begins with', () => {
  const result = sampleResult();
  for (const lang of ['zh', 'en'] as const) {
    const data = dataOf(reportHtml(result, lang));
    assert.equal(data.lang, lang);
    assert.deepEqual(
      data.lists.breaks.map((b) => [b.id, b.says]),
      result.breaks.map((b) => [b.id, b.says]),
    );
    assert.deepEqual(data.channels.wechatpay, { zh: '微信支付', en: 'WeChat Pay' });
  }
});

test('the largest breaks are kept when there are too many, and all of them are counted', () => {
  const many = manyBreaks(MAX_BREAKS + 500);
  const yen = { ...many.breaks[0]!, id: 'br_yen', amount: { amount: '7', currency: 'JPY' } };
  const data = dataOf(reportHtml({ ...many, breaks: [...many.breaks, yen] }, 'en'));
  assert.equal(data.lists.breaks.length, MAX_BREAKS);
  assert.equal(data.counts.breaks, MAX_BREAKS + 501);
  assert.equal(data.lists.breaks[0]!.amount.amount, `${MAX_BREAKS + 500}.00`);
  // Amounts of two currencies have no order: the largest of each is there.
  assert.equal(data.lists.breaks.at(-1)!.id, 'br_yen');
  assert.deepEqual(data.sums.breaks, [
    { amount: `${((MAX_BREAKS + 500) * (MAX_BREAKS + 501)) / 2}.00`, currency: 'CNY' },
    { amount: '7', currency: 'JPY' },
  ]);
});

test('a record that is too long is cut, and the page knows how long it was', () => {
  const sample = sampleResult();
  const line = { ...sample.breaks[2]!.ours[0]!, raw: 'x'.repeat(9999) };
  const data = dataOf(reportHtml({ ...sample, breaks: [{ ...sample.breaks[2]!, ours: [line] }] }, 'en'));
  const shown = data.lists.breaks[0]!.ours[0]!;
  assert.equal(shown.rawLength, 9999);
  assert.equal(shown.raw!.length, 4000);
});

test('the same result gives the same bytes', () => {
  assert.equal(reportHtml(sampleResult(), 'zh', { resultSha256: 'ab'.repeat(32) }), html);
});

test('a page file uses only what stands before it, and becomes one script without imports', () => {
  const seen = new Set<string>();
  for (const name of PAGE_FILES) {
    const source = readFileSync(join(import.meta.dirname, 'page', name), 'utf8');
    for (const [, from] of source.matchAll(/^import [^;]*from '\.\/([^']+)'/gm))
      assert.ok(seen.has(from!), `${name} imports ${from}`);
    seen.add(name);
  }
  const script = between(html, '<script type="module">', '</script>');
  assert.doesNotMatch(script, /^\s*(import|export)\b/m);
  // Sinks that make markup or code of text have no place here; the policy forbids them too.
  assert.doesNotMatch(
    script,
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser/,
  );
});
