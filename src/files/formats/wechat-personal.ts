/**
 * WeChat Pay bill of a person (微信支付账单明细), CSV or XLSX as the app sends it: evidence of the customer's side.
 *
 * 交易类型 tells where the money went: 商户消费 is a merchant account; 扫二维码付款, 转账 and 微信红包 are a personal code, and no
 * merchant's channel will ever show it. It stands first in `text`. In a sheet the times are numbers in a date style and the
 * amounts are numbers; `readSheets` gives both as exact text, and `row` is the sheet's row.
 * Source: the app's exports (channels.md §1.6).
 */
import { csvCells } from '../cells.ts';
import type { Input, RowsFormat } from '../format.ts';
import { eachRecord } from '../records.ts';
import { placeOf, readSheets, sheetHeads } from '../sheet.ts';
import { detectPersonal, headRecords, type PersonalNames, type PersonalReader, personalReader } from './personal.ts';

const NAMES: PersonalNames = {
  time: ['交易时间'],
  type: ['交易类型'],
  party: ['交易对方'],
  product: ['商品'],
  direction: ['收/支'],
  amount: ['金额(元)', '金额'],
  method: ['支付方式'],
  status: ['当前状态'],
  ref: ['交易单号'],
  order: ['商户单号'],
};

export const wechatPersonal: RowsFormat = {
  shape: 'rows',
  id: 'wechat-personal',
  title: { en: 'WeChat bill of a customer (CSV, XLSX)', zh: '微信支付个人账单(CSV、XLSX)' },
  role: 'evidence',
  channel: 'wechatpay',
  rounding: 'none',
  check: {
    en: 'none that binds; a different record count or total is told as a note',
    zh: '没有强制的校验数;记录数或合计不符时给出提示',
  },
  mapping: [
    ['occurredAt', '交易时间'],
    ['text', '交易类型 + 商品'],
    ['party', '交易对方'],
    ['kind', '收/支, 交易类型'],
    ['amount', '金额(元)'],
    ['method', '支付方式'],
    ['status', '当前状态'],
    ['channelRef', '交易单号'],
    ['orderRef', '商户单号'],
  ],
  detect: (head) => {
    const sheet = sheetHeads(head)[0]?.rows;
    return detectPersonal(sheet ? sheet.map((row) => row.map((cell) => cell ?? '')) : headRecords(head), NAMES);
  },
  async read(input, sink) {
    const reader = personalReader(input, NAMES, sink, true);
    if (sheetHeads(input).length > 0) await takeSheet(input, reader);
    else await takeCsv(input, reader);
    return reader.facts();
  },
};

async function takeSheet(input: Input, reader: PersonalReader): Promise<void> {
  const [sheet] = await readSheets(input);
  sheet?.rows.forEach((row, i) => {
    // A sheet leaves out empty cells at the end of a row; the widest rows have the eleven of the header.
    const cells = Array.from({ length: Math.max(row.length, COLUMNS) }, (_, c) => row[c] ?? '');
    reader.take({ ...placeOf(0, i + 1), cells });
  });
}

const COLUMNS = 11;

async function takeCsv(input: Input, reader: PersonalReader): Promise<void> {
  await eachRecord(input, ({ text, ...place }) => reader.take({ ...place, cells: csvCells(text) }), ',');
}
