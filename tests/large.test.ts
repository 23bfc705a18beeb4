/**
 * A large document's lines stand in a table of their own (`files/lines.ts`). Here every delimited document is taken for large:
 * what comes out must be what comes out of a small one, places and refusals too.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { DaozhangError } from '../src/base/errors.ts';
import { CHINA } from '../src/base/time.ts';
import type { Format } from '../src/files/format.ts';
import { FORMATS } from '../src/files/registry.ts';
import { loadPlans } from '../src/plans/load.ts';
import { loadConfig } from '../src/reconcile/config.ts';
import type { Result } from '../src/reconcile/result.ts';
import { type RunOptions, reconcile } from '../src/reconcile/run.ts';
import { withFolder } from './support/found.ts';
import { documentsOf, plot } from './support/random-market.ts';
import { readAll } from './support/reading.ts';

const DAY = join(import.meta.dirname, '..', 'examples', 'day');

async function resultOf(options: RunOptions): Promise<Result> {
  const run = await reconcile(options);
  try {
    return run.result;
  } finally {
    await run.close();
  }
}

test('the example day has the same result, to the byte', async () => {
  const config = await loadConfig(join(DAY, 'daozhang.yaml'));
  const plans = await loadPlans(config.plans!);
  const options = { paths: [DAY], zone: config.timezone!, plans, configured: config.formats };
  const [few, large] = [await resultOf(options), await resultOf({ ...options, large: 0 })];
  assert.equal(JSON.stringify(large), JSON.stringify(few));
});

test('a random market has the same result', async () => {
  const law = fc.asyncProperty(plot, (market) =>
    withFolder(documentsOf(market), async (folder) => {
      const options = { paths: readdirSync(folder).map((name) => join(folder, name)), zone: CHINA };
      assert.deepEqual(await resultOf({ ...options, large: 0 }), await resultOf(options));
    }),
  );
  await fc.assert(law, { numRuns: Number(process.env.LAWS_RUNS ?? 3) });
});

const HEADER = 'order_ref,kind,status,amount,currency,created_at,channel';
const row = (ref: string, amount = '1.00'): string => `${ref},payment,paid,${amount},CNY,2026-11-19 10:00:00,wechatpay`;
const orderCsv: Format = FORMATS.find((f) => f.id === 'order-csv')!;

const BOOKS: ReadonlyArray<readonly [string, string]> = [
  ['plain rows', [HEADER, row('A'), row('B'), ''].join('\n')],
  ['no line end behind the last row', [HEADER, row('A'), row('B')].join('\r\n')],
  ['a mark at the beginning', `\ufeff${[HEADER, row('A')].join('\n')}`],
  ['rows that cannot be read', [HEADER, row('A'), row('B', '1.005'), 'C,payment', row('D', 'x'), row('E')].join('\n')],
  ['blank lines between rows', [HEADER, row('A'), '', '', row('B'), row('C', '?'), ''].join('\n')],
  ['blank lines at the end', [HEADER, row('A'), row('B'), '', ''].join('\n')],
  ['quoted line ends', [HEADER, row('"A\nB"'), row('"C ""D"""'), row('E')].join('\n')],
  ['a quote in the middle', [HEADER, row('A"B'), row('C')].join('\n')],
  ['no rows', HEADER],
  ['more rows than a mark covers', [HEADER, ...Array.from({ length: 3000 }, (_, i) => row(`R${i}`))].join('\n')],
];

for (const [name, book] of BOOKS) {
  test(`an order book with ${name} reads the same`, async () => {
    const answer = async (large: number): Promise<unknown> => {
      try {
        return await readAll(Buffer.from(book), orderCsv, CHINA, large);
      } catch (error) {
        if (!(error instanceof DaozhangError)) throw error;
        return [error.code, error.params];
      }
    };
    assert.deepEqual(await answer(0), await answer(Number.POSITIVE_INFINITY));
  });
}

test('the places of a large document are those of its bytes', async () => {
  const book = [HEADER, ...Array.from({ length: 3000 }, (_, i) => row(`R${i * 7}`))].join('\n');
  const [reading] = await readAll(Buffer.from(book), orderCsv, CHINA, 0);
  const bytes = Buffer.from(book);
  for (const line of reading!.lines) {
    const text = bytes.subarray(Number(line.byte_at), Number(line.byte_at) + Number(line.byte_length)).toString();
    assert.equal(text, row(String(line.order_ref)));
  }
});

test('a number that stands ten thousand times on both sides does not multiply', async () => {
  const many = 10_000;
  const bill = [
    '交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,手续费,费率,订单金额',
    ...Array.from({ length: many }, (_, i) =>
      ['2026-11-19 10:00:00', '1900000109', `42${i}`, 'SAME', 'SUCCESS', 'CNY', '1.00', '0.01000', '0.60%', '1.00']
        .map((cell) => `\`${cell}`)
        .join(','),
    ),
    '总交易单数,应结订单总金额,手续费总金额,订单总金额',
    [String(many), `${many}.00`, `${many / 100}.00000`, `${many}.00`].map((cell) => `\`${cell}`).join(','),
  ].join('\n');
  const book = [HEADER, ...Array.from({ length: many }, () => row('SAME')), row('ONCE')].join('\n');
  const documents = [
    { name: 'book.csv', bytes: Buffer.from(book) },
    { name: 'bill.csv', bytes: Buffer.from(bill) },
  ];
  await withFolder(documents, async (folder) => {
    const { totals } = await resultOf({ paths: [folder], zone: CHINA, large: 0 });
    assert.deepEqual([totals.matched, totals.breaks], [many, 1]);
  });
});
