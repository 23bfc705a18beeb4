/**
 * Large documents that belong together, written by DuckDB: an order book in our canonical CSV, a plain delimited bill (the worked
 * configuration's kind) and a WeChat Pay trade bill of the same sales. Every 100,000th line is missing on one side.
 * Deterministic: the same size gives the same bytes.
 */
import { createReadStream, createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';

export type Market = Readonly<{ orders: string; bill: string; wechat: string; rows: number }>;

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

const yuan = (fen: string): string => `(${fen} // 100) || '.' || lpad((${fen} % 100)::varchar, 2, '0')`;

/** Writes the documents into `folder` unless they are there already. About 150 bytes a row in all, 400 with the WeChat bill. */
export async function market(folder: string, rows: number, withWechat: boolean): Promise<Market> {
  const [orders, bill, wechat] = ['orders', 'bill', 'wechat'].map((name) => join(folder, `${name}-${rows}.csv`)) as [
    string,
    string,
    string,
  ];
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '2GiB',
    temp_directory: folder,
  });
  const db = await instance.connect();
  await db.run('create macro fee_of(fen) as (fen * 6 + 500) // 1000');
  await db.run(`create view sale as
    select i, 'S' || lpad(i::varchar, 20, '0') as order_ref, '42000' || lpad((i * 7919 % 100000000000)::varchar, 23, '0') as trade,
      100 + (hash(i) % 50000)::bigint as fen, timestamp '2026-11-19 00:00:00' + to_milliseconds((i * 86400000 // ${rows})::bigint) as sold
    from range(${rows}) t(i)`);
  if (!existsSync(orders)) {
    await db.run(`copy (
      select order_ref, 'payment' as kind, 'paid' as status, ${yuan('fen')} as amount, 'CNY' as currency,
        strftime(sold, '%Y-%m-%d %H:%M:%S') as created_at, 'wechatpay' as channel
      from sale where i % 100000 <> 7) to '${orders}' (header, delimiter ',')`);
  }
  if (!existsSync(bill)) {
    await db.run(`copy (
      select trade as "单号", order_ref as "商户订单号", strftime(sold, '%Y-%m-%d %H:%M:%S') as "时间", '消费' as "类型",
        ${yuan('fen')} as "金额", ${yuan('fee_of(fen)')} as "手续费"
      from sale where i % 100000 <> 13) to '${bill}' (header, delimiter ',')`);
  }
  if (withWechat && !existsSync(wechat)) await wechatBill(db, wechat);
  db.closeSync();
  instance.closeSync();
  return { orders, bill, wechat, rows };
}

async function wechatBill(db: Awaited<ReturnType<DuckDBInstance['connect']>>, path: string): Promise<void> {
  const amount = yuan('fen');
  const cells = [
    `strftime(sold, '%Y-%m-%d %H:%M:%S')`,
    ...[`'wx0123456789abcdef'`, `'1900000109'`, `'0'`, `''`, 'trade', 'order_ref', `'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'`],
    ...[`'JSAPI'`, `'SUCCESS'`, `'OTHERS'`, `'CNY'`, amount, `'0.00'`, `'0'`, `'0'`, `'0.00'`, `'0.00'`, `''`, `''`],
    ...[`'奶茶, 大杯'`, `''`, `${yuan('fee_of(fen)')} || '000'`, `'0.60%'`, amount, `'0.00'`, `''`],
  ];
  const billed = 'sale where i % 100000 <> 13';
  const part = `${path}.part`;
  await db.run(
    `copy (select '\`' || concat_ws(',\`', ${cells.join(', ')}) from ${billed}) to '${part}' (header false, delimiter '\u0002', quote '', escape '')`,
  );
  const reader = await db.runAndReadAll(`select count(*), sum(fen)::bigint, sum(fee_of(fen))::bigint from ${billed}`);
  const [count, fen, fees] = reader.getRows()[0]!.map(String) as [string, string, string];
  const money = (x: string): string => `${x.slice(0, -2)}.${x.slice(-2)}`;
  writeFileSync(path, `\ufeff${HEADER}\n`);
  await pipeline(createReadStream(part), createWriteStream(path, { flags: 'a' }));
  await appendFile(
    path,
    `${SUMMARY}\n\`${count},\`${money(fen)},\`0.00,\`0.00,\`${money(fees)}000,\`${money(fen)},\`0.00\n`,
  );
  await rm(part);
}
