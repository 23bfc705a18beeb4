/**
 * The bank files nobody here wrote beside camt and MT940: BAI2, OFX, tables of Chinese and other banks. Each file, what must
 * come of it, and why.
 *
 * The tables were anonymised by hand: rows taken out, amounts and balances edited. Where the file's own balances or totals
 * then disagree in a way that one change explains, it is refused; where they disagree throughout, it is an excerpt, its rows
 * are taken and the figure is rejected (see bank-balance.ts and bank-checks.ts).
 */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import type { Reading } from './support/reading.ts';
import { type Sample, samplePath, samplesPresent, sampleTests } from './support/samples.ts';

const noted = (words: RegExp) => (readings: Reading[]) =>
  assert.ok(
    readings.flatMap((r) => r.facts.notes ?? []).some((note) => words.test(note.en)),
    JSON.stringify(readings[0]?.facts.notes),
  );
const proven = (checks: number) => (readings: Reading[]) => {
  assert.equal(readings[0]!.facts.checks.length, checks);
  assert.ok(readings[0]!.facts.checks.every((check) => check.ok));
};
const rejects =
  (...codes: string[]) =>
  (readings: Reading[]) =>
    assert.deepEqual(
      readings[0]!.rejected.map((r) => `${r.column} ${r.code}`),
      codes,
    );
const sums =
  (...expected: string[]) =>
  (readings: Reading[]) => {
    const by = new Map<string, bigint>();
    for (const line of readings[0]!.lines) {
      by.set(String(line.currency), (by.get(String(line.currency)) ?? 0n) + (line.amount as bigint));
    }
    assert.deepEqual(
      [...by].map(([currency, minor]) => `${minor} ${currency}`),
      expected,
    );
  };

const NO_STATEMENT = noted(/no statement in it/);
const TRADES = noted(/securities transaction/);
const JSEUTTER = 'ofx/jseutter+ofxparse';
const OFX: readonly Sample[] = [
  { file: `${JSEUTTER}/account_listing_aggregation.ofx`, parses: 'ofx', lines: 0, also: NO_STATEMENT },
  { file: `${JSEUTTER}/bank_medium.ofx`, parses: 'ofx', lines: 3, also: sums('-34527 CAD') },
  { file: `${JSEUTTER}/bank_small.ofx`, parses: 'ofx', lines: 0, also: NO_STATEMENT },
  { file: `${JSEUTTER}/checking.ofx`, parses: 'ofx', lines: 3, also: sums('-5950 USD') },
  // The bank answered with an error: not an account without movements.
  {
    file: `${JSEUTTER}/error_message.ofx`,
    parses: 'ofx',
    lines: 0,
    also: noted(/error 2000 \(General Server Error\)/),
  },
  // Anonymised amounts with four decimals are no dollars and are not rounded.
  {
    file: `${JSEUTTER}/fidelity-savings.ofx`,
    parses: 'ofx',
    lines: 1,
    rejected: 3,
    also: rejects('TRNAMT amount_not_exact', 'TRNAMT amount_not_exact', 'TRNAMT amount_not_exact'),
  },
  { file: `${JSEUTTER}/investment_401k.ofx`, parses: 'ofx', lines: 0, also: TRADES },
  // CURRENCY, not ORIGCURRENCY: these amounts are dollars in a statement in Canadian dollars.
  { file: `${JSEUTTER}/investment_medium.ofx`, parses: 'ofx', lines: 3, also: sums('-395 USD') },
  { file: `${JSEUTTER}/multiple_accounts2.ofx`, parses: 'ofx', lines: 0 },
  { file: `${JSEUTTER}/ofx-v102-empty-tags.ofx`, parses: 'ofx', lines: 1, also: sums('1234 AUD') },
  { file: `${JSEUTTER}/signon_success_no_message.ofx`, parses: 'ofx', lines: 0, also: NO_STATEMENT },
  { file: `${JSEUTTER}/tiaacref.ofx`, parses: 'ofx', lines: 0, also: TRADES },
  { file: `${JSEUTTER}/vanguard.ofx`, parses: 'ofx', lines: 0, also: TRADES },
  { file: `${JSEUTTER}/vanguard401k.ofx`, parses: 'ofx', lines: 0, also: TRADES },
  {
    file: `${JSEUTTER}/fail_nice/date_missing.ofx`,
    parses: 'ofx',
    lines: 0,
    rejected: 3,
    also: rejects('DTPOSTED missing', 'DTPOSTED missing', 'DTPOSTED bad_date'),
  },
  {
    file: `${JSEUTTER}/fail_nice/decimal_error.ofx`,
    parses: 'ofx',
    lines: 0,
    rejected: 1,
    also: rejects('TRNAMT bad_amount'),
  },
  // A blank balance is no balance; the transaction beside it is sound.
  { file: `${JSEUTTER}/fail_nice/empty_balance.ofx`, parses: 'ofx', lines: 1, also: sums('12000 CAD') },
  { file: 'ofx/sebastienrousseau+bankstatementparser/sample.ofx', parses: 'ofx', lines: 2, also: sums('117025 EUR') },
  { file: 'ofx/sebastienrousseau+bankstatementparser/sample.qfx', parses: 'ofx', lines: 1, also: sums('-1500 USD') },
];

const BAI2: readonly Sample[] = [
  { file: 'bai2/moov-io+bai2/sample1.txt', parses: 'bai2', lines: 17, also: proven(14) },
];

const GENERIC = 'csv-generic/sebastienrousseau+bankstatementparser';
const CSV: readonly Sample[] = [
  { file: `${GENERIC}/sample_split_amounts.csv`, parses: 'bank-table', lines: 2, also: proven(1) },
  { file: `${GENERIC}/sample_statement.csv`, parses: 'bank-table', lines: 2, also: proven(1) },
  { file: `${GENERIC}/golden/csv_european_decimals.csv`, parses: 'bank-table', lines: 3, also: sums('226094 EUR') },
  { file: `${GENERIC}/golden/csv_french_headers.csv`, parses: 'bank-table', lines: 3, also: sums('226094 EUR') },
  // `12..34` is no amount: the row is named, the other is taken.
  {
    file: `${GENERIC}/golden/csv_garbled_amount.csv`,
    parses: 'bank-table',
    lines: 1,
    rejected: 1,
    also: rejects('Amount bad_amount'),
  },
];

const CN = 'cn-wallet-bank/deb-sig+double-entry-generator';
const BANKS: readonly Sample[] = [
  // Row 4 has 7 of 9 columns, and the balances do not follow from the amounts.
  { file: `${CN}/abc_debit/example-abc_debit-records.csv`, refused: 'file.bad_rows' },
  { file: `${CN}/boc/debit/example-boc-records.csv`, parses: 'bank-table', lines: 17, also: proven(1) },
  // No currency anywhere, and the header is English.
  { file: `${CN}/bmo/credit/example-bmo-records.csv`, refused: 'file.layout' },
  // Four of five balances follow; between 515.02 and the row before it 46.02 are missing.
  { file: `${CN}/ccb/交易明细_xxxx_2025xxxx_2025xxxx.xls`, refused: 'file.check_failed' },
  {
    file: `${CN}/citic/credit/example-citic-records.xls`,
    parses: 'bank-table',
    lines: 13,
    also: (readings) => {
      noted(/card's bill/)(readings);
      sums('-109739 CNY')(readings);
    },
  },
  {
    file: `${CN}/hsbchk/credit/example-hsbchk-credit-records.csv`,
    parses: 'bank-table',
    lines: 11,
    also: sums('173227 CNY', '-2790 HKD'),
  },
  // Seven of eight balances follow; a salary of 12,500.00 does not.
  { file: `${CN}/hsbchk/debit/example-hsbchk-debit-records.csv`, refused: 'file.check_failed' },
  // Securities.
  { file: `${CN}/hxsec/example-hxsec-records.xls`, refused: 'file.unknown_format' },
  // Rows from all over a year: five of eight balances and both totals disagree. An excerpt.
  {
    file: `${CN}/icbc/credit/example-icbc-credit-records.csv`,
    parses: 'bank-table',
    lines: 9,
    rejected: 3,
    also: rejects('余额 bad_value', '记账金额(收入) bad_value', '记账金额(支出) bad_value'),
  },
  // Masked balances, and both totals disagree. An excerpt.
  {
    file: `${CN}/icbc/debit-v2/example-icbc-debit-v2-records.csv`,
    parses: 'bank-table',
    lines: 11,
    rejected: 2,
    also: rejects('记账金额(收入) bad_value', '记账金额(支出) bad_value'),
  },
  // Token transfers.
  { file: `${CN}/oklink/example-oklink-token-transfer.csv`, refused: 'file.unknown_format' },
  { file: `${CN}/spdb_debit/example-spdb_debit-records.xls`, parses: 'bank-table', lines: 4, also: proven(1) },
  // No header names its columns.
  { file: `${CN}/td/example-td-records.csv`, refused: 'file.unknown_format' },
];

sampleTests([...BAI2, ...OFX, ...CSV, ...BANKS]);

test('no sample is left out', { skip: !samplesPresent() }, () => {
  const named = new Set([...BAI2, ...OFX, ...CSV, ...BANKS].map((sample) => sample.file.normalize('NFC')));
  const there = ['bai2', 'ofx', 'csv-generic', 'cn-wallet-bank'].flatMap((folder) =>
    globSync('**/*.*', { cwd: samplePath(folder), withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        `${entry.parentPath}/${entry.name}`
          .slice(samplePath('').length + 1)
          .replaceAll('\\', '/')
          .normalize('NFC'),
      ),
  );
  assert.equal(there.length, named.size);
  assert.deepEqual(
    there.filter((file) => !named.has(file)),
    [],
  );
});
