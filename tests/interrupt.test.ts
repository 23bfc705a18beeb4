/**
 * Ctrl-C, a killed process and a refusal: whatever ends a run early, the results, the open items and the disk are as they were
 * before. A terminal signals every process of the group, and people press the keys twice.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { market } from '../bench/market.ts';
import { EXAMPLE, filesIn, type Place, place } from './support/cli.ts';

const ROWS = 150_000;

describe('an interrupted run leaves everything as it was', { skip: process.platform === 'win32' }, () => {
  let here: Place;
  let large: string[];
  let first: Record<string, string>;
  const out = () => join(here.folder, 'out');
  const carry = () => join(here.folder, 'carry');
  const state = () => ({ out: filesIn(out()), carry: filesIn(carry()) });

  before(async () => {
    here = place();
    const documents = join(here.folder, 'large');
    mkdirSync(documents);
    const { orders, wechat } = await market(documents, ROWS, true);
    large = [orders, wechat];
    const done = await here.run('reconcile', EXAMPLE, '--out', 'out', '--carry', 'carry');
    assert.equal(done.code, 1, done.stderr);
    writeFileSync(join(out(), 'notes.txt'), 'the accountant’s own');
    first = filesIn(out());
  });
  after(() => here.remove());

  /** Parquet is the same as sorted rows, not as bytes. */
  const told = (files: Record<string, string>) =>
    Object.entries(files).map(([name, hash]) => (name.endsWith('.parquet') ? name : `${name} ${hash}`));
  /** Something to wait for, as long as the run goes on. */
  const until = async (running: { over: boolean }, seen: () => boolean): Promise<void> => {
    while (!running.over && !seen()) await sleep(5);
  };
  const staged = (): string[] => readdirSync(out()).filter((name) => name.startsWith('.daozhang-'));
  const moments: ReadonlyArray<readonly [string, () => boolean]> = [
    ['as it starts to work', () => readdirSync(here.temp).length > 0],
    ['while it writes', () => staged().some((name) => existsSync(join(out(), name, 'result.json')))],
  ];

  for (const [moment, seen] of moments) {
    for (const presses of [1, 2]) {
      test(`${moment}, ${presses === 1 ? 'once' : 'twice'}`, { timeout: 120_000 }, async () => {
        const was = state();
        const { child, ended } = here.start('reconcile', ...large, '--out', 'out', '--carry', 'carry');
        const running = { over: false };
        ended.then(() => {
          running.over = true;
        });
        await until(running, seen);
        for (let i = 0; i < presses && !running.over; i++) {
          process.kill(-child.pid!, 'SIGINT');
          await sleep(10);
        }
        const { code, stdout, stderr } = await ended;
        assert.equal(code, 130, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, /run\.interrupted/);
        assert.deepEqual(state(), was);
        assert.deepEqual(readdirSync(here.temp), []);
      });
    }
  }

  for (const command of ['where', 'sniff']) {
    test(`${command} stops too`, { timeout: 120_000 }, async () => {
      const args = command === 'where' ? ['where', 'S1', ...large] : ['sniff', ...large];
      const { child, ended } = here.start(...args);
      const running = { over: false };
      ended.then(() => {
        running.over = true;
      });
      await until(running, moments[0]![1]);
      process.kill(-child.pid!, 'SIGINT');
      const { code, stderr } = await ended;
      assert.equal(code, 130, stderr);
      assert.deepEqual(readdirSync(here.temp), []);
    });
  }

  test('a process that is killed leaves what the next run removes', { timeout: 120_000 }, async () => {
    const was = state();
    const { ended } = here.start('reconcile', ...large, '--out', 'out', '--carry', 'carry');
    const running = { over: false };
    ended.then(() => {
      running.over = true;
    });
    await until(running, moments[1]![1]);
    // Its name tells whose it is. The launcher lives on, and ends with the child.
    process.kill(Number(staged()[0]!.split('-')[1]), 'SIGKILL');
    assert.equal((await ended).code, 70);
    assert.notDeepEqual(staged(), []);
    const again = await here.run('reconcile', EXAMPLE, '--out', 'out', '--carry', 'carry');
    assert.equal(again.code, 1, again.stderr);
    assert.deepEqual(Object.keys(state().carry), Object.keys(was.carry));
    assert.deepEqual(
      told(filesIn(out())),
      told(was.out),
      'the same results, the accountant’s own file beside them, and nothing else',
    );
    assert.deepEqual(told(was.out), told(first));
  });

  test('killed between two moves, the next run finishes the move before it does anything else', async () => {
    const was = filesIn(out());
    // As the disk stands when all is written, the old ones are going and three files have moved.
    const complete = join(out(), '.daozhang-complete');
    mkdirSync(complete);
    const names = readdirSync(out()).filter((name) => !name.startsWith('.') && name !== 'notes.txt');
    writeFileSync(join(complete, '.files.json'), JSON.stringify(names));
    for (const name of names.slice(3)) renameSync(join(out(), name), join(complete, name));
    assert.equal((await here.run('reconcile', '/nope', '--out', 'out')).code, 2);
    assert.deepEqual(filesIn(out()), was);
  });
});

test('a refusal leaves no folder behind', async () => {
  const here = place();
  try {
    const { code, stderr } = await here.run('reconcile', '/nope', '--out', 'deep/er/out', '--carry', 'carry');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /file\.not_found/);
    assert.deepEqual(readdirSync(here.folder), ['.temp']);
    assert.deepEqual(readdirSync(here.temp), []);
  } finally {
    here.remove();
  }
});
