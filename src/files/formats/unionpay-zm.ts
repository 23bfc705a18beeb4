/**
 * UnionPay merchant transaction file (ZM): every transaction of one settlement day, which runs from 23:00 to 23:00 Beijing
 * time. The business date of a line is the settlement date, because that is the day UnionPay pays for.
 *
 * The file carries no count and no sum. What guards it: the record width, and on each line 结算金额 = 交易金额 − 手续费, so one
 * changed digit rejects the line; a removed line cannot be seen. Newer files state the 清算金额 first in the reserved field:
 * it is then what the fee is taken from, and differs from 交易金额 where UnionPay bears a discount.
 * The 帐号 is never read: card numbers are not kept.
 * Source: 平台接入接口规范 — 第3部分 文件接口, ZM (channels.md §4.2, §4.3).
 */
import type { RowsFormat } from '../format.ts';
import type { Kind, Line } from '../line.ts';
import {
  type Clock,
  creditDebit,
  detectFixed,
  type Fault,
  type FixedLine,
  type FixedRecord,
  fault,
  fen,
  fixedLayout,
  RECORD_HEAD,
  readFixed,
  signOf,
} from './unionpay.ts';

const LAYOUT = fixedLayout(
  [
    ...RECORD_HEAD,
    ['查询流水号', 21],
    ['支付方式(旧)', 2],
    ['商户订单号', 32],
    ['支付卡类型', 2],
    ['原系统跟踪号', 6],
    ['原交易时间', 10],
    ['商户手续费', 13],
    ['结算金额', 13],
    ['支付方式', 4],
    ['集团商户代码', 15],
    ['交易类型', 2],
    ['交易子类', 2],
    ['业务类型', 6],
    ['帐号类型', 2],
    ['账单类型', 4],
    ['账单号码', 32],
    ['交互方式', 1],
    ['原交易查询流水号', 21],
    ['商户代码', 15],
    ['分账入账方式', 1],
    ['二级商户代码', 15],
    ['二级商户简称', 32],
    ['二级商户分账入账金额', 13],
    ['清算净额', 13],
    ['终端号', 8],
    ['商户自定义域', 32],
    ['优惠金额', 13],
    ['发票金额', 13],
    ['分期付款附加手续费', 12],
    ['分期付款期数', 2],
    ['交易介质', 1],
    ['原始交易订单号', 32],
    // 98 or 99 bytes; the oldest files have one reserved field of 131, which is 32 + 1 + 98.
    ['保留使用', 98],
  ],
  1,
);

/** 交易类型 → what it is and which way the amount goes. A 冲正 goes against whatever it undoes: its own sums say which way. */
const TYPES: Readonly<Record<string, readonly [Kind, 1n | -1n | undefined]>> = {
  '01': ['payment', 1n],
  '03': ['payment', 1n],
  '11': ['payment', 1n],
  '13': ['payment', 1n],
  '04': ['refund', -1n],
  '31': ['reversal', -1n],
  '33': ['reversal', -1n],
  '99': ['reversal', undefined],
  '12': ['adjustment', -1n],
};

export const unionpayZm: RowsFormat = {
  shape: 'rows',
  id: 'unionpay-zm',
  title: { en: 'UnionPay merchant transactions (ZM)', zh: '银联全渠道商户对账文件 ZM(交易明细)' },
  role: 'channel',
  channel: 'unionpay',
  rounding: 'row',
  masks: [{ at: 46, length: 19 }],
  check: {
    en: 'none in the file; per line the byte width and 结算金额 = 交易金额 − 手续费. A missing line cannot be seen',
    zh: '文件自身没有;逐行核对字节宽度和 结算金额 = 交易金额 − 手续费,缺行无法发现',
  },
  mapping: [
    ['occurredAt', '交易传输时间 + INN<yymmdd> of the name'],
    ['businessOn', 'INN<yymmdd> of the name'],
    ['kind', '交易类型'],
    ['amount', '交易金额'],
    ['settle', '清算金额 (else 交易金额)'],
    ['fee', '商户手续费'],
    ['account', '商户代码'],
    ['store', '二级商户代码'],
    ['terminal', '终端号'],
    ['channelRef', '查询流水号'],
    ['originRef', '原交易查询流水号'],
    ['orderRef', '商户订单号 (refunds: 原始交易订单号)'],
    ['refundRef', '商户订单号 (refunds)'],
    ['bankRef', '系统跟踪号'],
    ['method', '支付方式, 支付卡类型'],
    ['text', '商户自定义域'],
  ],
  detect: (head) => detectFixed(head, LAYOUT),
  read: (input, sink) => readFixed(input, LAYOUT, sink, lineOf),
};

function lineOf(r: FixedRecord, clock: Clock): FixedLine | Fault {
  const sums = sumsOf(r);
  if ('code' in sums) return sums;
  const occurredAt = clock(r.text('交易传输时间'));
  if (occurredAt === undefined) return fault(r, '交易传输时间', 'bad_date');
  for (const column of ['查询流水号', '商户代码', '商户订单号']) {
    if (!r.text(column)) return fault(r, column, 'missing');
  }
  const memo = r.text('商户自定义域');
  if (memo === undefined) return fault(r, '商户自定义域', 'bad_value');
  const undoes = sums.kind === 'refund' || sums.kind === 'reversal';
  const order = r.text('商户订单号');
  return {
    ...sums,
    status: 'done',
    currency: 'CNY',
    feeScale: 2,
    occurredAt,
    account: r.text('商户代码'),
    store: r.text('二级商户代码'),
    terminal: r.text('终端号'),
    orderRef: undoes ? r.text('原始交易订单号') || order : order,
    refundRef: undoes ? order : undefined,
    channelRef: r.text('查询流水号'),
    originRef: undoes ? r.text('原交易查询流水号') : undefined,
    bankRef: r.text('系统跟踪号'),
    method: [r.text('支付方式'), r.text('支付卡类型')].filter(Boolean).join(' '),
    text: memo,
  };
}

/** Kind and amounts, with the identity of the line proven. */
function sumsOf(r: FixedRecord): Pick<Line, 'kind' | 'amount' | 'settle' | 'fee'> | Fault {
  const amount = fen(r.text('交易金额'));
  if (amount === undefined) return fault(r, '交易金额', 'bad_amount');
  const fee = creditDebit(r.text('商户手续费'));
  if (fee === undefined) return fault(r, '商户手续费', 'bad_amount');
  const settle = creditDebit(r.text('结算金额'));
  if (settle === undefined) return fault(r, '结算金额', 'bad_amount');
  const type = TYPES[r.text('交易类型') ?? ''];
  if (!type) return fault(r, '交易类型', 'bad_value');
  const [kind, wanted] = type;
  const principal = principalOf(r) ?? amount;
  const sign = signOf(principal, fee, settle);
  if (sign === undefined || (wanted !== undefined && principal !== 0n && sign !== wanted)) {
    return fault(r, '结算金额', 'bad_amount');
  }
  const direction = wanted ?? sign;
  return { kind, amount: direction * amount, settle: direction * principal, fee: -fee };
}

/** 清算金额, the first 13 bytes of the reserved field in newer files. */
function principalOf(r: FixedRecord): bigint | undefined {
  const stated = creditDebit(r.text('保留使用')?.slice(0, 13));
  return stated === undefined ? undefined : stated < 0n ? -stated : stated;
}
