/** Formats that the operator configures are formats like any other: named by --format, sniffed, listed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
const DAY = join(ROOT, 'examples', 'day');
const folder = mkdtempSync(join(tmpdir(), 'daozhang-configured-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const bill = join(folder, 'bill.csv');
copyFileSync(join(DAY, 'lakala', 'lakala_20261119.csv'), bill);
const config = join(DAY, 'daozhang.yaml');

function daozhang(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'src', 'main.ts'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
const formatsIn = (stdout: string): string[] => JSON.parse(stdout).map(({ format }: { format: string }) => format);

test('without its configuration the bill is unknown; with it, sniff and reconcile know it', () => {
  assert.equal(daozhang('sniff', bill).status, 2);
  const { status, stdout } = daozhang('sniff', bill, '--config', config, '--json');
  assert.equal(status, 0);
  assert.deepEqual(formatsIn(stdout), ['lakala-bill']);
});

test('sniff finds the configuration beside the file, as reconcile does', () => {
  const beside = join(folder, 'daozhang.yaml');
  writeFileSync(beside, `formats: [${join(DAY, 'lakala.formats.yaml')}]\n`);
  try {
    assert.deepEqual(formatsIn(daozhang('sniff', bill, '--json').stdout), ['lakala-bill']);
    assert.equal(daozhang('reconcile', bill).status, 0);
  } finally {
    rmSync(beside);
  }
});

test('--format names a configured format, for sniff and reconcile; an unknown one is usage', () => {
  const forced = (id: string) => ['--format', `${id}=${bill}`, '--config', config];
  assert.deepEqual(formatsIn(daozhang('sniff', bill, ...forced('lakala-bill'), '--json').stdout), ['lakala-bill']);
  const { status, stdout } = daozhang('reconcile', bill, ...forced('lakala-bill'), '--json');
  assert.equal(status, 0);
  assert.deepEqual(formatsIn(JSON.stringify(JSON.parse(stdout).documents)), ['lakala-bill']);
  for (const command of ['sniff', 'reconcile']) {
    const unknown = daozhang(command, bill, ...forced('lakala-bil'));
    assert.equal(unknown.status, 64);
    assert.match(unknown.stderr, /file\.no_such_format/);
  }
});

test('formats --config lists them with their mapping, before the built-in ones', () => {
  type Listed = { id: string; configured: boolean; mapping: [string, string][] };
  const own: Listed[] = JSON.parse(daozhang('formats', '--config', config, '--json').stdout);
  assert.equal(own[0]!.id, 'lakala-bill');
  assert.equal(own[0]!.configured, true);
  assert.deepEqual(own[0]!.mapping[0], ['occurredAt', '交易日期 + 交易时间']);
  assert.equal(own.filter((f) => f.configured).length, 1);
  assert.match(daozhang('formats', '--config', config, '--lang', 'en').stdout, /^lakala-bill \(configured\)$/m);
  assert.match(daozhang('formats', '--config', config, '--lang', 'zh').stdout, /^lakala-bill \(自行配置\)$/m);
  assert.ok(JSON.parse(daozhang('formats', '--json').stdout).every((f: Listed) => !f.configured));
});

test('a saved mapping is listed by its own columns', () => {
  const mapping = join(folder, 'm.yaml');
  writeFileSync(
    mapping,
    'version: 1\ncolumns:\n  order_ref: 单号\n  amount: [实付, 应付]\n  status: 状态\n  paid_at: 时间\n',
  );
  writeFileSync(join(folder, 'with-orders.yaml'), 'orders: m.yaml\n');
  const listed = JSON.parse(daozhang('formats', '--config', join(folder, 'with-orders.yaml'), '--json').stdout);
  assert.deepEqual(
    listed.slice(0, 2).map((f: { id: string }) => f.id),
    ['order-mapped', 'order-mapped-rows'],
  );
  assert.deepEqual(listed[0].mapping, [
    ['orderRef', 'order_ref: 单号'],
    ['status', 'status: 状态'],
    ['amount', 'amount: 实付, 应付'],
    ['occurredAt', 'paid_at: 时间'],
  ]);
});
