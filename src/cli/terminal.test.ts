import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock } from '../base/clock.ts';
import { progressBar } from './terminal.ts';

/** A terminal of a certain width that keeps what is drawn last. */
function terminal(columns = 120) {
  let line = '';
  const write = (text: string): boolean => {
    line = text.replace('\r\x1b[2K', '');
    return true;
  };
  return { stream: { isTTY: true, columns, write } as unknown as NodeJS.WriteStream, line: () => line };
}

test('the bar shows share, bytes, rows and the time left; without a whole, the time gone', (t) => {
  let now = 0;
  t.mock.method(clock, 'ticks', () => now);
  t.mock.timers.enable({ apis: ['setInterval'] });
  for (const [lang, reading, proving] of [
    ['en', 'reading · ████░░░░░░░░░░░░ 25 % · 175 / 700 MB · 1,200,000 rows · 9 s left', 'proving · 5 s'],
    ['zh', '读取 · ████░░░░░░░░░░░░ 25 % · 175 / 700 MB · 1,200,000 行 · 还需 9 s', '验证 · 5 s'],
  ] as const) {
    now = 0;
    const { stream, line } = terminal();
    const bar = progressBar(lang, stream);
    bar.step({ en: 'reading', zh: '读取' }, { total: 700_000_000, unit: 'bytes' });
    now = 1000;
    bar.at(100_000_000, 700_000);
    assert.equal(line(), '', 'short work is not worth a line');
    now = 3000;
    bar.at(175_000_000, 1_200_000);
    assert.equal(line(), reading);
    bar.step({ en: 'proving', zh: '验证' });
    now = 8000;
    t.mock.timers.tick(250);
    assert.equal(line(), proving, 'drawn by its own clock, while nobody calls');
    bar.done();
    assert.equal(line(), '');
  }
});

test('what an engine says between two calls moves the bar, never back', (t) => {
  let now = 0;
  let engine = 60;
  t.mock.method(clock, 'ticks', () => now);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { stream, line } = terminal();
  const bar = progressBar('en', stream);
  bar.step({ en: 'reading', zh: '读取' }, { total: 100, unit: 'parts', now: () => engine });
  now = 3000;
  t.mock.timers.tick(250);
  assert.match(line(), / 60 % /);
  engine = 10;
  now = 4000;
  t.mock.timers.tick(250);
  assert.match(line(), / 60 % /);
  bar.done();
});

test('the line fits the terminal, and where there is none nothing is drawn', (t) => {
  let now = 0;
  t.mock.method(clock, 'ticks', () => now);
  const narrow = terminal(30);
  const bar = progressBar('en', narrow.stream);
  bar.step({ en: 'reading', zh: '读取' }, { total: 100, unit: 'bytes' });
  now = 3000;
  bar.at(50);
  assert.ok(narrow.line().length > 0 && narrow.line().length < 30, narrow.line());
  bar.done();
  const file = { isTTY: false, write: () => assert.fail('drawn into a file') } as unknown as NodeJS.WriteStream;
  const none = progressBar('en', file);
  none.step({ en: 'reading', zh: '读取' });
  none.done();
});
