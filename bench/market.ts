/**
 * Two large documents that belong together, written by DuckDB: an order book in our canonical CSV and a WeChat Pay trade bill of
 * the same sales, with every 100,000th line missing on one side. Deterministic: the same size gives the same bytes.
 */
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export type Market = Readonly<{ folder: string; orders: string; bill: string; rows: number }>;

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

/** Writes the pair into `folder` unless it is there already. */
export async function market(folder: string, rows: number): Promise<Market> {
  const orders = join(folder, `orders-${rows}.csv`);
  const bill = join(folder, `wechat-${rows}.csv`);
  const done = { folder, orders, bill, rows };
  if (existsSync(orders) && existsSync(bill)) return done;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '2GiB',
    temp_directory: folder,
  });
  const db = await instance.connect();
  const sale = `
    select i, 'S' || lpad(i::varchar, 20, '0') as order_ref, '42000' || lpad((i * 7919 % 100000000000)::varchar, 23, '0') as trade,
      100 + (hash(i) % 50000)::bigint as fen, timestamp '2026-11-19 00:00:00' + to_milliseconds((i * 86400000 // ${rows})::bigint) as sold
    from range(${rows}) t(i)`;
  const yuan = (fen: string) => `(${fen} // 100) || '.' || lpad((${fen} % 100)::varchar, 2, '0')`;
  await db.run(`copy (
    select order_ref, 'payment' as kind, 'paid' as status, ${yuan('fen')} as amount, 'CNY' as currency,
      strftime(sold, '%Y-%m-%d %H:%M:%S') as created_at, 'wechatpay' as channel, 'S' || (i % 97) as store
    from (${sale}) where i % 100000 <> 7) to '${orders}' (header, delimiter ',', quote '"')`);
  const part = `${bill}.part`;
  const fee = `dz`;
  await db.run(`create macro ${fee}(fen) as (fen * 6 + 500) // 1000`);
  const cells = [
    `strftime(sold, '%Y-%m-%d %H:%M:%S')`,
    `'wx0123456789abcdef'`,
    `'1900000109'`,
    `'0'`,
    `''`,
    'trade',
    'order_ref',
    `'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'`,
    `'JSAPI'`,
    `'SUCCESS'`,
    `'OTHERS'`,
    `'CNY'`,
    yuan('fen'),
    `'0.00'`,
    `'0'`,
    `'0'`,
    `'0.00'`,
    `'0.00'`,
    `''`,
    `''`,
    `'奶茶, 大杯'`,
    `''`,
    `${yuan(`${fee}(fen)`)} || '000'`,
    `'0.60%'`,
    yuan('fen'),
    `'0.00'`,
    `''`,
  ];
  const billed = `(${sale}) where i % 100000 <> 13`;
  await db.run(
    `copy (select '\`' || concat_ws(',\`', ${cells.join(', ')}) as line from ${billed}) to '${part}' (header false, delimiter '\u0002', quote '', escape '')`,
  );
  const sums = (
    await db.runAndReadAll(`select count(*), sum(fen)::bigint, sum(${fee}(fen))::bigint from ${billed}`)
  ).getRows()[0]!;
  const money = (x: unknown): string => `${String(x).slice(0, -2)}.${String(x).slice(-2)}`;
  await writeFile(bill, `\ufeff${HEADER}\n`);
  for (const piece of await pieces(part)) await appendFile(bill, piece);
  await appendFile(
    bill,
    `${SUMMARY}\n\`${sums[0]},\`${money(sums[1])},\`0.00,\`0.00,\`${money(sums[2])}000,\`${money(sums[1])},\`0.00\n`,
  );
  await rm(part);
  db.closeSync();
  instance.closeSync();
  return done;
}

async function pieces(path: string): Promise<Buffer[]> {
  return [await readFile(path)];
}
