/**
 * Reads one bill in a process of its own: a large or hostile file takes memory and time here, not in the server, and ending it is a kill.
 *
 * `node bill-child.ts FILE ZONE ROLE` takes the saved mappings as JSON on standard input and prints one JSON object a line of this role, then `{"end": {...}}` with the format, the number of lines
 * and of rejected rows. A refused document prints `{"refused": {code, says}}`.
 */
import { text } from 'node:stream/consumers';
import { explain } from '../base/errors.ts';
import { openEngine } from '../files/engine.ts';
import { ingest } from '../files/ingest.ts';
import { openAll, workspace } from '../files/open.ts';
import { detect } from '../files/registry.ts';
import { type Saved, savedFormats } from '../reconcile/saved.ts';

const PAGE = 20_000;
const [path, zone, role] = process.argv.slice(2) as [string, string, 'channel' | 'evidence'];
const print = (value: unknown): Promise<void> =>
  new Promise((done) => {
    if (process.stdout.write(`${JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? v.toString() : v))}\n`))
      done();
    else process.stdout.once('drain', done);
  });

type Row = Readonly<Record<string, string | bigint | number | null>>;

async function main(): Promise<void> {
  const formats = savedFormats(JSON.parse(await text(process.stdin)) as readonly Saved[]);
  const space = await workspace();
  const engine = await openEngine({ temp: space.path, folders: [path.replace(/[^/\\]*$/, '')] });
  try {
    let names = '';
    let count = 0;
    let rejected = 0;
    const inputs = await openAll([path], { space, zone }, (error) => {
      throw error;
    });
    for (const [doc, input] of inputs.entries()) {
      const format = detect(input, formats);
      const read = await ingest(engine, input, format, { doc, scratch: space.next });
      names = names === '' ? format.id : `${names},${format.id}`;
      rejected += read.rejected.length;
    }
    for (let after = -1n; ; ) {
      const rows = await engine.all<Row>(
        `select id, kind, status, currency, amount, occurred_at, order_ref, payment_ref, refund_ref, channel_ref, origin_ref, wallet_ref,
             text
           from lines where role = '${role}' and id > ${after} order by id limit ${PAGE}`,
      );
      if (rows.length === 0) break;
      for (const row of rows) {
        after = BigInt(row.id as bigint);
        await print(row);
      }
      count += rows.length;
    }
    await print({ end: { formats: names, lines: count, rejected } });
  } finally {
    engine.close();
    await space.remove();
  }
}

try {
  await main();
} catch (error) {
  const { code, says } = explain(error, 'en');
  await print({ refused: { code, says } });
}
