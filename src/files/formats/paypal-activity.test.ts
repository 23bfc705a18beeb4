import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesOf, columnsOf } from '../../../tests/support/bills.ts';
import {
  changedSigns,
  cuts,
  flippedDigits,
  lostAndRepeatedRows,
  some,
  survivors,
} from '../../../tests/support/damage.ts';
import { withMany } from '../../../tests/support/many.ts';
import { paypalActivityBill } from '../../../tests/support/psp.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { DaozhangError } from '../../base/errors.ts';
import { LANGUAGES, STATES, TYPES } from './paypal-words.ts';

const bill = paypalActivityBill();
const AMOUNTS = ['Gross', 'Fee', 'Net', 'Balance'];
const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../tests/golden/paypal-activity', name), 'utf8');

const withRow = (i: number, cells: Readonly<Record<string, string>>): Uint8Array => {
  const at = columnsOf(bill, Object.keys(cells));
  const row = Object.values(cells).reduce((done, cell, c) => done.with(at[c]!, cell), [...bill.rows[i]!]);
  return bytesOf(bill, bill.rows.with(i, row));
};

const HEADER = 'Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,Transaction ID';
type Sale = Partial<Record<'date' | 'time' | 'zone' | 'type' | 'status' | 'currency' | 'amounts', string>>;
/** A short English download without balances. */
const download = (...sales: readonly Sale[]): Uint8Array => {
  const rows = sales.map(
    (
      {
        date = '11/20/2026',
        time = '08:00:00',
        zone = 'PST',
        type = 'Website Payment',
        status = 'Completed',
        currency = 'USD',
        amounts = '10.00,-0.59,9.41',
      },
      i,
    ) => [date, time, zone, 'Ada Lane', type, status, currency, amounts, `1AA${i}`].join(','),
  );
  return Buffer.from(`${[HEADER, ...rows].join('\n')}\n`);
};

test('the download that is damaged below is sound', async () => {
  const { format, lines, rejected, facts } = await read(bytesOf(bill));
  assert.equal(format, 'paypal-activity');
  assert.deepEqual([lines.length, rejected.length], [12, 0]);
  assert.deepEqual(
    facts.checks.map((c) => [c.name.en, c.ok]),
    [
      ['running balance JPY', true],
      ['running balance USD', true],
    ],
  );
});

test('a changed digit or sign is refused, or its row is rejected; nothing else comes of it', async () => {
  await withMany(async (readOne) => {
    let tried = 0;
    for (const damages of [
      some(flippedDigits(bill, AMOUNTS, (cells) => cells.at(-1) !== 'Memo')),
      some(changedSigns(bill, ['Gross', 'Net'])),
    ]) {
      for (const { what, bytes } of damages) {
        tried += 1;
        try {
          // Rejected without a broken balance: only at its ends, and what moved nothing.
          const { lines, rejected } = await readOne(bytes);
          assert.deepEqual([lines.length, rejected.length], [11, 1], what);
          assert.ok([2, 5, 8, 12, 13].includes(rejected[0]!.row), what);
        } catch (error) {
          assert.ok(
            error instanceof DaozhangError && ['file.bad_rows', 'file.check_failed'].includes(error.code),
            `${what}: ${String(error)}`,
          );
        }
      }
    }
    assert.ok(tried > 30, String(tried));
  });
});

test('a lost or repeated row is refused, but for the ends of a balance and what moved nothing', async () => {
  const { survived, tried } = await survivors(lostAndRepeatedRows(bill));
  // The first and the last row of each currency, and the authorisation.
  assert.deepEqual(
    survived.map((s) => s.split(':')[0]),
    ['row 0 is gone', 'row 3 is gone', 'row 6 is gone', 'row 6 stands twice', 'row 10 is gone', 'row 11 is gone'],
  );
  assert.equal(tried, 24);
});

test('F27 cut anywhere: refused, or what came through is the beginning of the whole', async () => {
  const whole = (await read(bytesOf(bill))).lines.map((l) => [l.channel_ref, l.currency, l.amount, l.fee, l.status]);
  await withMany(async (readOne) => {
    for (const { what, bytes } of cuts(bytesOf(bill))) {
      try {
        const { lines, rejected } = await readOne(bytes);
        assert.deepEqual(
          lines.slice(0, -1).map((l) => [l.channel_ref, l.currency, l.amount, l.fee, l.status]),
          whole.slice(0, Math.max(0, lines.length - 1)),
          what,
        );
        assert.ok(rejected.length <= 1, what);
      } catch (error) {
        assert.ok(error instanceof DaozhangError, `${what}: ${String(error)}`);
      }
    }
  });
});

test('the balance may run backwards in time', async () => {
  const { facts } = await read(bytesOf(bill, bill.rows.toReversed()));
  assert.ok(facts.checks.every((c) => c.ok));
  const forwards = await read(bytesOf(bill));
  assert.deepEqual(facts.balances, forwards.facts.balances);
});

test('rows of one second may stand in any order, others may not', async () => {
  const same = bill.rows.map((row) => row.with(0, '11/20/2026').with(1, '08:00:00'));
  const stirred = [2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9, 10];
  assert.ok(
    (
      await read(
        bytesOf(
          bill,
          stirred.map((i) => same[i]!),
        ),
      )
    ).facts.checks.every((c) => c.ok),
  );
  assert.equal(
    (
      await refusal(
        bytesOf(
          bill,
          stirred.map((i) => bill.rows[i]!),
        ),
      )
    ).code,
    'file.check_failed',
  );
  // What ends where it began is sound, too; its balance is not told, because any row may be the first.
  const moves = ['10.00,0.00,10.00,10.00', '5.00,0.00,5.00,35.00', '20.00,0.00,20.00,30.00', '-35.00,0.00,-35.00,0.00'];
  const rows = moves.map(
    (move, i) =>
      `11/20/2026,08:00:00,PST,,Website Payment,Completed,USD,${move.split(',').slice(0, 3)},1AA${i},${move.split(',')[3]}`,
  );
  const { facts } = await read(Buffer.from(`${HEADER},Balance\n${rows.join('\n')}\n`));
  assert.deepEqual([facts.checks.map((c) => c.ok), facts.balances], [[true], []]);
});

test('what only shows is never done, whatever its state says', async () => {
  const { lines } = await read(withRow(6, { Status: 'Completed' }));
  assert.deepEqual([lines[6]!.status, lines[5]!.status], ['pending', 'done']);
  const denied = await read(withRow(6, { Status: 'Denied' }));
  assert.equal(denied.lines[6]!.status, 'failed');
});

test('without the column the state decides, and a withdrawal under way has left already', async () => {
  const { lines, rejected } = await read(
    download(
      { status: 'Completed' },
      { status: 'Pending' },
      { status: 'Denied' },
      { status: 'Partially Refunded' },
      { type: 'General Withdrawal', status: 'Pending', amounts: '-10.00,0.00,-10.00' },
      { status: 'Somehow' },
    ),
  );
  assert.deepEqual(
    lines.map((l) => l.status),
    ['done', 'pending', 'failed', 'done', 'done'],
  );
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.value]),
    [[7, 'Status', 'Somehow']],
  );
});

test('day and month: a day above 12 decides for all rows', async () => {
  for (const [dates, expected, note] of [
    [['11/20/2026', '11/02/2026'], ['2026-11-20', '2026-11-02'], 0],
    [['20/11/2026', '02/11/2026'], ['2026-11-20', '2026-11-02'], 0],
    [['20/11/26', '2/1/26'], ['2026-11-20', '2026-01-02'], 0],
    [['2026/11/20', '2026/11/02'], ['2026-11-20', '2026-11-02'], 0],
    [['2026-11-02'], ['2026-11-02'], 0],
    // Nothing decides: the order that spans fewer days, and it is told.
    [['11/02/2026', '12/02/2026'], ['2026-02-11', '2026-02-12'], 1],
    [['02/11/2026', '02/12/2026'], ['2026-02-11', '2026-02-12'], 1],
  ] as const) {
    const { lines, facts } = await read(download(...dates.map((date) => ({ date }))));
    assert.deepEqual(
      lines.map((l) => l.business_on),
      [...expected],
      dates.join(),
    );
    assert.equal(facts.notes?.length, note, dates.join());
  }
});

test('where nothing else decides, a European zone reads the day first', async () => {
  for (const [zone, expected] of [
    ['PST', '2026-11-05'],
    ['Europe/London', '2026-05-11'],
    ['CET', '2026-05-11'],
  ] as const) {
    assert.equal((await read(download({ date: '11/05/2026', zone }))).lines[0]!.business_on, expected);
  }
});

test('dates in two orders refuse the file, and dates against the habit of its language', async () => {
  const two = await refusal(download({ date: '11/20/2026' }, { date: '20/11/2026' }));
  assert.equal(two.code, 'file.layout');
  assert.match(String(two.params.reason), /two orders/);
  const german = golden('activity_de.csv').replaceAll(/"(\d\d)\.(\d\d)\.2026"/g, '"$2.$1.2026"');
  assert.equal((await refusal(Buffer.from(german))).code, 'file.layout');
});

test('an impossible date, time or zone rejects its row', async () => {
  const { lines, rejected } = await read(
    download(
      {},
      { date: '02/30/2026' },
      { date: '20.11' },
      { time: '25:00:00' },
      { zone: 'XXT' },
      { date: '13/32/2026' },
    ),
  );
  assert.equal(lines.length, 1);
  assert.deepEqual(
    rejected.map((r) => r.row),
    [3, 4, 5, 6, 7],
  );
});

test('the decimal sign is that of all amounts; two signs refuse the file', async () => {
  const comma = await read(
    download({ amounts: '"1.234,56","-36,10","1.198,46"' }, { amounts: '"10,00","0,00","10,00"' }),
  );
  assert.deepEqual(
    comma.lines.map((l) => [l.amount, l.fee]),
    [
      [123_456n, 3610n],
      [1000n, 0n],
    ],
  );
  const point = await read(download({ amounts: '"1,234.56",-36.10,"1,198.46"' }, { amounts: '84,-4.25,79.75' }));
  assert.deepEqual(
    point.lines.map((l) => l.amount),
    [123_456n, 8400n],
  );
  const { code, params } = await refusal(download({ amounts: '"10,00","-0,59","9,41"' }, {}));
  assert.equal(code, 'file.layout');
  assert.match(String(params.reason), /decimal/);
  // `1.234` alone is a thousand where decimals are told by a comma.
  const yen = await read(
    download({ currency: 'JPY', amounts: '"1.234","-40","1.194"' }, { amounts: '"10,00","0,00","10,00"' }),
  );
  assert.deepEqual(
    yen.lines.map((l) => [l.amount, l.fee_scale]),
    [
      [1234n, 0],
      [1000n, 2],
    ],
  );
});

test('net must be gross + fee, and an amount exact', async () => {
  for (const amounts of [
    '10.00,-0.59,9.42',
    '10.00,0.59,9.41',
    '10.001,-0.591,9.41',
    '1O.00,-0.59,9.41',
    ',-0.59,9.41',
    '1e-3,-0.59,9.41',
  ]) {
    const { lines, rejected } = await read(download({ amounts }));
    assert.deepEqual([lines.length, rejected.length], [0, 1], amounts);
  }
  const { lines, rejected } = await read(
    download(
      { amounts: '92233720368547758.07,92233720368547758.07,1.00' },
      { amounts: '1.00,-92233720368547758.08,9.41' },
    ),
  );
  assert.deepEqual([lines.length, rejected.length], [0, 2]);
});

test('a header without one of the columns that are needed is no activity download', async () => {
  assert.equal((await refusal(Buffer.from(`${HEADER.replace(',Net', ',Nett')}\n`))).code, 'file.unknown_format');
  assert.equal((await read(Buffer.from(`${HEADER}\n`))).lines.length, 0);
  assert.equal(
    (await read(Buffer.from(Buffer.from(download({})).toString().replace('Fee,', '"Fee ",')))).lines.length,
    1,
  );
});

test('types in six languages', async () => {
  await withMany(async (readOne) => {
    const kinds = async (name: string): Promise<unknown[]> =>
      (await readOne(Buffer.from(golden(name)))).lines.map((l) => l.kind);
    assert.deepEqual(await kinds('activity_en.csv'), [
      ...[
        'payment',
        'adjustment',
        'payment',
        'payment',
        'refund',
        'adjustment',
        'adjustment',
        'chargeback',
        'fee',
        'adjustment',
      ],
      ...['transfer', 'transfer', 'adjustment', 'payment', 'payout'],
    ]);
    assert.deepEqual(await kinds('activity_de.csv'), [
      'payout',
      'adjustment',
      'adjustment',
      'refund',
      'transfer',
      'payment',
    ]);
    assert.deepEqual(await kinds('activity_fr.csv'), [
      'payment',
      'payment',
      'refund',
      'payment',
      'payout',
      'payout_return',
    ]);
    assert.deepEqual(await kinds('statement_es.csv'), ['payment', 'payment', 'refund', 'payout']);
    assert.deepEqual(await kinds('activity_zh.csv'), ['payment', 'adjustment', 'refund', 'payout']);
    const italian = `Data,Ora,Fuso orario,Nome,Tipo,Stato,Valuta,Lordo,Tariffa,Netto,Codice transazione
20/11/2026,08:00:00,CET,Ada,Pagamento Express Checkout,Completata,EUR,"1.000,00","-29,35","970,65",1IT1
20/11/2026,08:00:00,CET,Ada,Rimborso pagamento,Completata,EUR,"-10,00","0,00","-10,00",1IT2
20/11/2026,08:00:00,CET,,Prelievo sul conto,In sospeso,EUR,"-100,00","0,00","-100,00",1IT3
`;
    const { lines } = await readOne(Buffer.from(italian));
    assert.deepEqual(
      lines.map((l) => [l.kind, l.status, l.amount]),
      [
        ['payment', 'done', 100_000n],
        ['refund', 'done', -1000n],
        ['payout', 'done', -10_000n],
      ],
    );
  });
});

test('a transaction event code tells more than the words', async () => {
  const { lines } = await read(
    Buffer.from(
      `${HEADER},Transaction Event Code\n11/20/2026,08:00:00,PST,,Website Payment,Completed,USD,-10.00,0.00,-10.00,1AA1,T1107\n`,
    ),
  );
  assert.equal(lines[0]!.kind, 'refund');
});

test('the words are patterns, in every language', () => {
  for (const [, words] of [...TYPES, ...Object.entries(STATES)]) {
    for (const language of LANGUAGES) assert.doesNotThrow(() => new RegExp(words[language], 'u'));
  }
});
