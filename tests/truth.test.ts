/** F23 and its neighbours in numbers: what the ladders promise, and what the others' do. The table is a page; it must be current. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { page } from '../sim/truth/page.ts';
import { type Load, limboMinorPerDay, loads, type Row, rows } from '../sim/truth/table.ts';
import { FAULTS, PROCESSING_SECONDS } from '../sim/truth/world.ts';

const all = rows();
const ours = all.filter((r) => r.system.kind === 'ours');
const isAsked = (r: Row): boolean => r.system.kind === 'ours' && !['unionpay', 'adyen'].includes(r.system.provider);
const named = (name: string): Row => all.find((r) => r.system.name.startsWith(name))!;
const within = (n: number | undefined, least: number, most: number): void =>
  assert.ok(n !== undefined && n >= least && n <= most, `${n} is not within ${least}–${most} s`);
const HOUR = 3_600;

test('docs/reference/time-to-truth.md is what the ladders give; else run: node scripts/truth.ts', () => {
  const file = join(import.meta.dirname, '..', 'docs', 'reference', 'time-to-truth.md');
  assert.equal(readFileSync(file, 'utf8'), page());
});

test('F23: a lost notification, or a customer 5 s late, is found within 60 s (p95), and almost always within it', () => {
  const checked = ours.filter(isAsked);
  assert.equal(checked.length, 9);
  for (const r of checked)
    for (const fault of ['at_once', 'lost', 'late'] as const) {
      within(r.faults[fault].p95, 0, 60);
      within(r.faults[fault].p99, 0, 60);
      assert.equal(r.faults[fault].by, 'question');
    }
});

test('in progress for two hours: found within 60 s or 5 % of it, each of them', () => {
  for (const r of ours.filter(isAsked)) within(r.faults.processing.most, 0, Math.max(60, PROCESSING_SECONDS / 20));
});

test('UnionPay by its own schedule, Adyen by the report', () => {
  const front = named('UnionPay 云闪付 front').faults;
  within(front.at_once.p95, 300, 331);
  within(front.late.p95, 895, 1_020); // 15 min after the order to the question at 30
  within(named('UnionPay 云闪付 back').faults.at_once.p95, 1, 3);
  assert.equal(named('UnionPay 云闪付 back').faults.processing.by, 'bill');
  for (const fault of FAULTS) {
    assert.equal(named('Adyen').faults[fault].by, 'bill');
    assert.equal(named('Adyen').faults[fault].questions, 0);
  }
});

test('no channel of ours leaves money in limbo, or closes what is paid', () => {
  for (const r of ours) {
    assert.equal(limboMinorPerDay(r), 0n);
    for (const fault of FAULTS) {
      assert.equal(r.faults[fault].neverPerMille, 0, `${r.system.name} ${fault}`);
      assert.equal(r.faults[fault].closedThoughPaidPerMille, 0);
    }
  }
});

test('the others, as their code shows them', () => {
  const hyperswitch = named('Hyperswitch').faults;
  within(hyperswitch.at_once.p50, 60, 62);
  assert.equal(hyperswitch.processing.p50, undefined);

  within(named('Kill Bill, UNKNOWN').faults.at_once.p50, 300, 302);
  within(named('Kill Bill, PENDING').faults.at_once.p50, HOUR, HOUR + 2);
  // 25 hours after the order are 23 after the success.
  for (const name of ['Kill Bill, UNKNOWN', 'Kill Bill, PENDING'])
    within(named(name).faults.processing.p50, 22.9 * HOUR, 24 * HOUR);

  const jeepay = named('Jeepay').faults;
  within(jeepay.at_once.p50, 600, 660);
  within(jeepay.at_once.p95, 600, 660);
  assert.equal(jeepay.processing.p50, undefined);
  for (const fault of ['processing', 'late'] as const) assert.equal(jeepay[fault].closedThoughPaidPerMille, 1_000);

  const roncoo = named('roncoo').faults;
  within(roncoo.at_once.p50, 2, 3);
  assert.equal(roncoo.processing.by, 'bill');
  assert.equal(roncoo.late.by, 'bill');

  const formance = named('Formance').faults;
  within(formance.at_once.p95, 20 * 60, 30 * 60);
  within(formance.processing.p95, 0, 30 * 60);

  const shop = named('typical').faults;
  for (const fault of FAULTS) {
    assert.equal(shop[fault].p50, undefined);
    assert.equal(shop[fault].closedThoughPaidPerMille, 1_000);
  }
});

test('100 000 orders a day, a lunch peak: no account asks faster than it is allowed', () => {
  const busiest = (a: Load, b: Load): Load => (a.peakPerSecond > b.peakPerSecond ? a : b);
  const measured = loads();
  assert.ok(measured.reduce(busiest).peakPerSecond > 30, 'a load that loads nothing proves nothing');
  for (const l of measured) assert.ok(l.peakPerSecond <= l.pace, `${l.system.name}: ${l.peakPerSecond} of ${l.pace}`);
});
