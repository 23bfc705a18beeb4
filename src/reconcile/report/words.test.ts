import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as words from './words.ts';

type Pair = Readonly<{ where: string; zh: string; en: string }>;

/** Every text in a table of words, however deep it lies. */
function texts(where: string, value: unknown): Pair[] {
  if (value === null || typeof value !== 'object') return [];
  const { zh, en } = value as { zh?: unknown; en?: unknown };
  if (typeof zh === 'string' || typeof en === 'string') return [{ where, zh: String(zh ?? ''), en: String(en ?? '') }];
  return Object.entries(value).flatMap(([key, inner]) => texts(`${where}.${key}`, inner));
}

const all = Object.entries(words).flatMap(([name, table]) => texts(name, table));

test('each label exists in both languages', () => {
  assert.ok(all.length > 250, `only ${all.length} texts were found`);
  assert.deepEqual(
    all.filter((t) => t.zh.trim() === '' || t.en.trim() === ''),
    [],
  );
});

test('a Chinese label is Chinese, an English one is not', () => {
  const han = /\p{Script=Han}/u;
  assert.deepEqual(
    all.filter((t) => !han.test(t.zh)).map((t) => t.where),
    [],
  );
  assert.deepEqual(
    all.filter((t) => han.test(t.en)).map((t) => t.where),
    [],
  );
});

test('both languages fill the same places', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const t of all) {
    assert.deepEqual(places(t.zh), places(t.en), t.where);
  }
});

test('no exclamation marks: the report is calm', () => {
  assert.deepEqual(
    all.filter((t) => /[!\uff01]/.test(t.zh + t.en)).map((t) => t.where),
    [],
  );
});

test('a word nobody foresaw is shown as it is, also one that every object has', () => {
  assert.deepEqual(words.wordOr(words.PLACE_WORDS, 'somewhere'), { zh: 'somewhere', en: 'somewhere' });
  assert.deepEqual(words.wordOr(words.PLACE_WORDS, 'constructor'), { zh: 'constructor', en: 'constructor' });
});
