/**
 * UnionPay merchant error file (ZME): chargebacks, representments, credit adjustments, manual returns. This is where an
 * earlier success is taken back. As ZM it has no count and no sum; the width and the identity of each line guard it.
 *
 * A line carries neither query number nor order number. UnionPay names it, and the transaction it undoes, by transmission
 * time and trace number; joined they are the digits 5 to 20 of a 查询流水号, so they are kept joined: a ZM line is found by
 * `substr(channel_ref, 5, 16) = origin_ref`.
 * The meaning of the codes is from public acquirer back-office code, not from the specification; a code not in the table is an
 * adjustment with the sign its own sums give it.
 * Source: 平台接入接口规范 — 第3部分 文件接口, ZME (channels.md §4.3).
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
    ['支付卡类型', 2],
    ['上一笔跟踪号', 6],
    ['上一笔时间', 10],
    ['上一笔清算日期', 4],
    ['上一笔金额', 12],
    ['商户手续费', 13],
    ['结算金额', 13],
    ['集团商户代码', 15],
    ['商户代码', 15],
    ['分账标志', 1],
    ['分期付款附加手续费', 12],
    ['分期付款期数', 2],
    ['保留使用', 135],
  ],
  0,
);

const CODES: Readonly<Record<string, readonly [Kind, zh: string]>> = {
  E05: ['adjustment', '调单回复'],
  E22: ['adjustment', '请款'],
  E23: ['chargeback', '退单'],
  E24: ['chargeback', '再请款'],
  E25: ['chargeback', '二次退单'],
  E32: ['adjustment', '贷记调整'],
  E33: ['adjustment', '转账转入贷记调整'],
  E34: ['adjustment', '转账转出贷记调整'],
  E35: ['adjustment', '对贷记调整的请款'],
  E36: ['adjustment', '转账转出请款'],
  E73: ['adjustment', '差错例外'],
  E74: ['refund', '手工退货(有原始交易)'],
  E80: ['adjustment', '贷记调整(存入类)'],
  E84: ['refund', '手工退货(无原始交易)'],
};

export const unionpayZme: RowsFormat = {
  shape: 'rows',
  id: 'unionpay-zme',
  title: { en: 'UnionPay merchant errors and chargebacks (ZME)', zh: '银联全渠道商户对账文件 ZME(差错)' },
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
    ['kind', '交易代码'],
    ['status', '结算金额 (0: no money moved)'],
    ['amount', '交易金额, sign by 结算金额'],
    ['fee', '商户手续费'],
    ['account', '商户代码'],
    ['channelRef', '交易传输时间 + 系统跟踪号'],
    ['originRef', '上一笔时间 + 上一笔跟踪号'],
    ['bankRef', '系统跟踪号'],
    ['method', '支付卡类型'],
    ['text', '交易代码'],
  ],
  detect: (head) => detectFixed(head, LAYOUT),
  read: (input, sink) => readFixed(input, LAYOUT, sink, lineOf),
};

function lineOf(r: FixedRecord, clock: Clock): FixedLine | Fault {
  const sums = sumsOf(r);
  if ('code' in sums) return sums;
  const occurredAt = clock(r.text('交易传输时间'));
  if (occurredAt === undefined) return fault(r, '交易传输时间', 'bad_date');
  if (!/^\d{6}$/.test(r.text('系统跟踪号') ?? '')) return fault(r, '系统跟踪号', 'bad_value');
  if (!r.text('商户代码')) return fault(r, '商户代码', 'missing');
  const code = r.text('交易代码') ?? '';
  const [kind, name] = CODES[code] ?? ['adjustment', ''];
  const origin = `${r.text('上一笔时间') ?? ''}${r.text('上一笔跟踪号') ?? ''}`;
  return {
    ...sums,
    kind,
    currency: 'CNY',
    feeScale: 2,
    occurredAt,
    account: r.text('商户代码'),
    channelRef: `${r.text('交易传输时间')}${r.text('系统跟踪号')}`,
    originRef: /^\d{16}$/.test(origin) && /[1-9]/.test(origin) ? origin : undefined,
    bankRef: r.text('系统跟踪号'),
    method: r.text('支付卡类型'),
    text: `${code} ${name}`.trim(),
  };
}

/** An error record that settles nothing (a document request, an exception) is kept as money at risk, not as money moved. */
function sumsOf(r: FixedRecord): Pick<Line, 'status' | 'amount' | 'fee'> | Fault {
  const amount = fen(r.text('交易金额'));
  if (amount === undefined) return fault(r, '交易金额', 'bad_amount');
  const fee = creditDebit(r.text('商户手续费'));
  if (fee === undefined) return fault(r, '商户手续费', 'bad_amount');
  const settle = creditDebit(r.text('结算金额'));
  if (settle === undefined) return fault(r, '结算金额', 'bad_amount');
  if (settle === 0n && fee === 0n) return { status: 'pending', amount: -amount, fee: 0n };
  const sign = signOf(amount, fee, settle);
  if (sign === undefined) return fault(r, '结算金额', 'bad_amount');
  return { status: 'done', amount: sign * amount, fee: -fee };
}
