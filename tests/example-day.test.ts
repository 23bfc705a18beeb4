/**
 * examples/day: the committed folder is what the generator writes, byte for byte, and a reconciliation of it finds exactly
 * what was planted. The truth comes from whoever planted it, never from a match (sim/troubles.ts, sim/settling.ts).
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { tradingDay, truthOf } from '../sim/day.ts';
import { dayFolder } from '../sim/folder.ts';
import { loadPlans } from '../src/plans/load.ts';
import { loadConfig } from '../src/reconcile/config.ts';
import { BREAK_CLASSES } from '../src/reconcile/result.ts';
import { reconcile } from '../src/reconcile/run.ts';
import { findingOf } from '../src/verdicts/findings.ts';
import { foundIn, withFolder } from './support/found.ts';

const FOLDER = join(import.meta.dirname, '..', 'examples', 'day');
const REWRITE = 'run: node sim/make-day.ts';
const day = tradingDay();

test('the committed day is the generated day, byte for byte', () => {
  const wanted = new Map(dayFolder(day).map((d) => [d.name, d.bytes]));
  const there = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(FOLDER, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  assert.deepEqual(there.sort(), [...wanted.keys()].sort(), REWRITE);
  for (const [name, bytes] of wanted) {
    assert.ok(Buffer.from(bytes).equals(readFileSync(join(FOLDER, name))), `${name} differs; ${REWRITE}`);
  }
});

test('the day is small enough to be committed, and about two thousand payments', () => {
  const size = dayFolder(day).reduce((n, d) => n + d.bytes.length, 0);
  assert.ok(size < 1_500_000, `${size} bytes`);
  assert.ok(day.payments > 1900 && day.payments < 2100, `${day.payments} payments`);
});

test('every class of break is planted', () => {
  const planted = new Set<string>(day.truth.map((t) => findingOf(t.finding).class));
  assert.deepEqual([...planted].sort(), [...BREAK_CLASSES].sort());
});

test('reconciling the day finds what was planted: nothing missing, nothing extra', async () => {
  const config = await loadConfig(join(FOLDER, 'daozhang.yaml'));
  const run = await reconcile({
    paths: [FOLDER],
    zone: config.timezone!,
    plans: await loadPlans(config.plans!),
    configured: config.formats,
  });
  try {
    assert.deepEqual(run.result.refused, []);
    assert.deepEqual(run.result.rejected, []);
    assert.deepEqual(foundIn(run.result), truthOf(day.truth));
    assert.deepEqual(foundIn(run.result), JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')));
    const credited = run.result.batches.filter((b) => b.state === 'credited').map((b) => b.channel);
    assert.deepEqual(credited.sort(), ['alipay', 'lakala', 'lakala', 'wechatpay', 'wechatpay']);
  } finally {
    await run.close();
  }
});

test('another seed is another day, and its truth is found too', async () => {
  const other = tradingDay(7);
  assert.notDeepEqual(truthOf(other.truth), truthOf(day.truth));
  await withFolder(dayFolder(other), async (folder) => {
    const run = await reconcile({
      paths: [folder],
      zone: 'Asia/Shanghai',
      plans: await loadPlans(join(folder, 'plans.yaml')),
      configured: (await loadConfig(join(folder, 'daozhang.yaml'))).formats,
    });
    try {
      assert.deepEqual(foundIn(run.result), truthOf(other.truth));
    } finally {
      await run.close();
    }
  });
});
