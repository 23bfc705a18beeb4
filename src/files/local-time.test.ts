import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, readAll } from '../../tests/support/reading.ts';
import { sheetBytes } from '../../tests/support/sheet.ts';
import { microsOf } from '../base/time.ts';
import { changesClocks, clockChanges, localClock } from './local-time.ts';

const NEW_YORK = 'America/New_York';
const changes = (zone: string, first: string, last: string): string[] =>
  clockChanges(zone, Temporal.PlainDate.from(first), Temporal.PlainDate.from(last)).map(
    (c) => `${c.kind} ${c.from} ${c.to}`,
  );

test('the changes of a zone that touch some days, in local time', () => {
  const gap = 'gap 2026-03-08T02:00:00 2026-03-08T03:00:00';
  const repeat = 'repeat 2026-11-01T01:00:00 2026-11-01T02:00:00';
  assert.deepEqual(changes(NEW_YORK, '2026-01-01', '2026-12-31'), [gap, repeat]);
  assert.deepEqual(changes(NEW_YORK, '2026-03-08', '2026-03-08'), [gap]);
  assert.deepEqual(changes(NEW_YORK, '2026-11-01', '2026-11-01'), [repeat]);
  assert.deepEqual(changes(NEW_YORK, '2026-03-10', '2026-10-30'), []);
  assert.deepEqual(changes('Australia/Lord_Howe', '2026-10-04', '2026-10-04'), [
    'gap 2026-10-04T02:00:00 2026-10-04T02:30:00',
  ]);
  assert.deepEqual(changes('Asia/Shanghai', '1992-01-01', '2060-12-31'), []);
});

test('a zone that keeps its clocks is known as one', () => {
  assert.deepEqual(['Asia/Shanghai', 'Asia/Singapore', 'UTC', '+08:00', NEW_YORK, 'Europe/Berlin'].map(changesClocks), [
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
});

/** An open local time, the instant it is read as, and what is told; the rest of each document is in ordinary hours. */
const OPEN = [
  ['2026-03-08 02:30:00', '2026-03-08T03:30:00-04:00', /^1 line.*did not have \(2026-03-08 02:00 to 03:00/, /并不存在/],
  ['2026-11-01 01:30:00', '2026-11-01T01:30:00-05:00', /^1 line.*had twice \(2026-11-01 01:00 to 02:00/, /出现两次/],
] as const;
/** The hours beside the open ones, and the same clock time on another day. */
const PLAIN = [
  '2026-03-08 01:59:59',
  '2026-03-08 03:00:00',
  '2026-03-09 02:30:00',
  '2026-11-01 00:59:59',
  '2026-11-01 02:00:00',
];
const OFFSETS = ['2026-11-01T01:30:00-04:00', '2026-11-01T01:30:00-05:00'];

const lines = (head: string, row: (time: string) => string) => (times: readonly string[]) =>
  Buffer.from([head, ...times.map(row), ''].join('\n'));
const sheetRow = (n: number, texts: readonly string[]): string =>
  `<row r="${n}">${texts.map((text, i) => `<c r="${'ABCDE'[i]}${n}" t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`;

const BOOKS: ReadonlyArray<readonly [what: string, of: (times: readonly string[]) => Uint8Array, offsets: boolean]> = [
  [
    'canonical order book',
    lines('order_ref,kind,status,amount,currency,created_at,channel', (t) => `O1,payment,paid,1.00,USD,${t},stripe`),
    true,
  ],
  [
    'order book by mapping',
    lines('Order ID,Total,Currency,Payment Status,Paid At', (t) => `O1,1.00,USD,paid,${t}`),
    true,
  ],
  [
    'order book with refunds',
    lines('Order ID,Total,Refunded,Currency,Payment Status,Paid At', (t) => `O1,1.00,,USD,paid,${t}`),
    true,
  ],
  [
    'NDJSON',
    (times) =>
      Buffer.from(
        times
          .map((t) => `{"order_id":"O1","total":"1.00","currency":"USD","status":"paid","paid_at":"${t}"}\n`)
          .join(''),
      ),
    true,
  ],
  [
    'workbook',
    (times) =>
      sheetBytes({
        sheets: [
          {
            rows: [
              ['Order ID', 'Total', 'Currency', 'Payment Status', 'Paid At'],
              ...times.map((t) => ['O1', '1.00', 'USD', 'paid', t]),
            ]
              .map((cells, i) => sheetRow(i + 1, cells))
              .join(''),
          },
        ],
      }),
    true,
  ],
  ['bank table', lines('交易时间,收入金额,支出金额,币种', (t) => `${t},1.00,,USD`), false],
];

for (const [what, of, offsets] of BOOKS) {
  test(`F41 an open local time is taken one way and told: ${what}`, async () => {
    for (const [time, instant, en, zh] of OPEN) {
      const { lines, rejected, facts } = await read(of([...PLAIN, time]), undefined, NEW_YORK);
      assert.deepEqual([lines.length, rejected.length], [PLAIN.length + 1, 0]);
      assert.equal(lines.at(-1)!.occurred_at, microsOf(Temporal.Instant.from(instant)));
      const told = (facts.notes ?? []).filter((n) => n.en.includes(NEW_YORK));
      assert.equal(told.length, 1);
      assert.match(told[0]!.en, en);
      assert.match(told[0]!.zh, zh);
    }
    for (const [times, zone] of [
      [PLAIN, NEW_YORK],
      [offsets ? OFFSETS : PLAIN, NEW_YORK],
      [OPEN.map(([time]) => time), 'Asia/Shanghai'],
    ] as const) {
      const { rejected, facts } = await read(of(times), undefined, zone);
      assert.deepEqual([rejected.length, (facts.notes ?? []).filter((n) => /clocks/.test(n.en))], [0, []]);
    }
  });
}

test('a large document tells the same', async () => {
  const bytes = BOOKS[0]![1]([...PLAIN, ...OPEN.map(([time]) => time)]);
  const notes = await Promise.all(
    [1, undefined].map(async (large) => (await readAll(bytes, undefined, NEW_YORK, large))[0]!.facts.notes),
  );
  assert.equal(notes[0]!.length, 2);
  assert.deepEqual(notes[0], notes[1]);
});

test('rows that are rejected are not counted', async () => {
  const bytes = Buffer.from(
    'order_ref,kind,status,amount,currency,created_at,channel\nO1,payment,paid,x,USD,2026-03-08 02:30:00,stripe\n',
  );
  const { rejected, facts } = await read(bytes, undefined, NEW_YORK);
  assert.deepEqual([rejected.length, facts.notes], [1, []]);
});

test('a clock counts by change, in the order of time', () => {
  const clock = localClock('Europe/Berlin');
  for (const text of [
    '2026-10-25T02:15',
    '2026-03-29T02:00',
    '2026-10-25T02:59:59',
    '2026-10-25T03:00',
    '2025-10-26T02:30',
  ]) {
    clock.at(Temporal.PlainDateTime.from(text));
  }
  assert.deepEqual(
    clock.notes().map((n) => /^(\d+).*\((\S+)/.exec(n.en)!.slice(1)),
    [
      ['1', '2025-10-26'],
      ['1', '2026-03-29'],
      ['2', '2026-10-25'],
    ],
  );
});
