/**
 * Alipay bill of a person (电子客户回单), CSV in GBK as the app or the old web page gives it: evidence of the customer's side.
 *
 * Alipay prints in it that it only shows a request was accepted and that goods must not be handed over on it. Cells are padded
 * with blanks and tabs and are never quoted; the header may end in an empty column. «不计收支» rows are refunds or the
 * customer's own money moving. 等待确认收货 is `pending`: the customer has paid, Alipay holds it until they confirm.
 * Source: the app's exports (channels.md §2.3). 对方账号 is not kept: nothing here needs it.
 */
import { csvCells } from '../cells.ts';
import type { RowsFormat } from '../format.ts';
import { eachRecord } from '../records.ts';
import { detectPersonal, headRecords, type PersonalNames, personalReader } from './personal.ts';

const NAMES: PersonalNames = {
  time: ['交易时间', '付款时间', '交易创建时间'],
  type: ['交易分类', '类型'],
  party: ['交易对方'],
  product: ['商品说明', '商品名称'],
  direction: ['收/支'],
  amount: ['金额', '金额(元)'],
  method: ['收/付款方式'],
  status: ['交易状态'],
  ref: ['交易订单号', '交易号'],
  order: ['商家订单号', '商户订单号'],
};

export const alipayPersonal: RowsFormat = {
  shape: 'rows',
  id: 'alipay-personal',
  title: { en: 'Alipay bill of a customer (CSV)', zh: '支付宝个人账单(CSV)' },
  role: 'evidence',
  channel: 'alipay',
  rounding: 'none',
  check: {
    en: 'none that binds; a different record count is told as a note',
    zh: '没有强制的校验数;记录数不符时给出提示',
  },
  mapping: [
    ['occurredAt', '交易时间 (web: 付款时间, 交易创建时间)'],
    ['text', '交易分类 + 商品说明'],
    ['party', '交易对方'],
    ['kind', '收/支, 交易分类, 交易状态'],
    ['amount', '金额'],
    ['method', '收/付款方式'],
    ['status', '交易状态'],
    ['channelRef', '交易订单号'],
    ['orderRef', '商家订单号'],
  ],
  detect: (head) => detectPersonal(headRecords(head), NAMES),
  async read(input, sink) {
    const reader = personalReader(input, NAMES, sink, false);
    await eachRecord(input, ({ text, ...place }) => reader.take({ ...place, cells: csvCells(text) }));
    return reader.facts();
  },
};
