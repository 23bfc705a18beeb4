/**
 * Sound bills to damage: twenty rows each, made up, with sums that agree. A bill is kept as cells, so a test can change one.
 */
import iconv from 'iconv-lite';

export type Bill = Readonly<{
  before: readonly string[];
  header: string;
  rows: ReadonlyArray<readonly string[]>;
  after: readonly string[];
  /** Between cells, and before the first. */
  delimiter: string;
  lead: string;
  encoding: 'utf8' | 'gb18030';
  bom: boolean;
}>;

export function bytesOf(bill: Bill, rows = bill.rows): Uint8Array {
  const lines = [
    ...bill.before,
    bill.header,
    ...rows.map((row) => bill.lead + row.join(bill.delimiter)),
    ...bill.after,
  ];
  return iconv.encode(lines.map((line) => `${line}\r\n`).join(''), bill.encoding, { addBOM: bill.bom });
}

/** Column numbers by the header's names. */
export const columnsOf = (bill: Bill, names: readonly string[]): number[] =>
  names.map((name) => {
    const at = bill.header.split(',').indexOf(name);
    if (at === -1) throw new Error(`no column ${name}`);
    return at;
  });

export const yuan = (fen: number): string =>
  `${fen < 0 ? '-' : ''}${Math.trunc(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
const fee5 = (fen: number): string => `${yuan(fen)}000`;
const two = (n: number): string => String(n).padStart(2, '0');
const time = (i: number): string =>
  `2026-06-05 ${two(8 + Math.trunc(i / 6))}:${two((i * 7) % 60)}:${two((i * 13) % 60)}`;
const numbers = Array.from({ length: 20 }, (_, i) => i);
/** Every fifth row is given back. */
const isRefund = (i: number): boolean => i % 5 === 4;
const priceOf = (i: number): number => 1234 + i * 357;
const feeOf = (i: number): number => Math.round(priceOf(i) * 0.006);

export const WECHAT_ALL =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';

export function wechatTradeBill(): Bill {
  const sums = { settle: 0, refund: 0, fee: 0, total: 0, asked: 0 };
  const rows = numbers.map((i) => {
    const refund = isRefund(i);
    const paid = refund ? 0 : priceOf(i);
    const back = refund ? priceOf(i) : 0;
    const fee = refund ? -feeOf(i) : feeOf(i);
    sums.settle += paid;
    sums.total += paid;
    sums.refund += back;
    sums.asked += back;
    sums.fee += fee;
    const id = `42000009${String(20260605 + (refund ? i - 4 : i)).padStart(20, '0')}`;
    const order = `S${1000 + (refund ? i - 4 : i)}`;
    const undone = refund ? [`503000${String(i).padStart(22, '0')}`, `R${1000 + i}`] : ['0', '0'];
    return [
      ...[
        time(i),
        'wx0000000000000001',
        '1600000001',
        '0',
        'POS-1',
        id,
        order,
        'openid-1',
        'MICROPAY',
        refund ? 'REFUND' : 'SUCCESS',
      ],
      ...[
        'OTHERS',
        'CNY',
        yuan(paid),
        '0.00',
        ...undone,
        yuan(back),
        '0.00',
        refund ? 'ORIGINAL' : '',
        refund ? 'SUCCESS' : '',
      ],
      ...['拿铁,大杯', '', fee5(fee), '0.60%', yuan(paid), yuan(back), ''],
    ];
  });
  const values = [
    '20',
    yuan(sums.settle),
    yuan(sums.refund),
    '0.00',
    fee5(sums.fee),
    yuan(sums.total),
    yuan(sums.asked),
  ];
  return {
    before: [],
    header: WECHAT_ALL,
    rows,
    after: [
      '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额',
      `\`${values.join(',`')}`,
    ],
    delimiter: ',`',
    lead: '`',
    encoding: 'utf8',
    bom: true,
  };
}

/** Kind, direction and amount of row i of a ledger. */
const MOVES = [
  ['交易', 1],
  ['扣除交易手续费', -1],
  ['交易', 1],
  ['退款', -1],
  ['提现', -1],
] as const;

export function wechatFundflowBill(): Bill {
  let balance = 1_000_000;
  const sums = { into: 0, intoCount: 0, out: 0, outCount: 0 };
  const rows = numbers.map((i) => {
    const [kind, sign] = MOVES[i % MOVES.length]!;
    const amount = kind === '扣除交易手续费' ? feeOf(i) : priceOf(i);
    balance += sign * amount;
    if (sign === 1) sums.into += amount;
    else sums.out += amount;
    sums[sign === 1 ? 'intoCount' : 'outCount'] += 1;
    const serial = `1900009231${String(202606050000 + i)}`;
    return [
      time(i),
      `42000009${String(i).padStart(20, '0')}`,
      serial,
      kind,
      kind,
      sign === 1 ? '收入' : '支出',
      yuan(amount),
      yuan(balance),
      'system',
      '',
      `V${i}`,
    ];
  });
  return {
    before: [],
    header:
      '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号',
    rows,
    after: [
      '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额',
      `\`20,\`${sums.intoCount},\`${yuan(sums.into)},\`${sums.outCount},\`${yuan(sums.out)}`,
    ],
    delimiter: ',`',
    lead: '`',
    encoding: 'utf8',
    bom: true,
  };
}

const around = (title: string, list: string): string[] => [
  `#支付宝${title}查询`,
  '#账号：[20880011223344550156]',
  '#起始日期：[2026年06月05日 00:00:00]   终止日期：[2026年06月06日 00:00:00]',
  `#-----------------------------------------${list}列表----------------------------------------`,
];
const end = (list: string): string =>
  `#-----------------------------------------${list}列表结束------------------------------------`;
const EXPORTED = '#导出时间：[2026年06月06日 05:46:49]';

export const ALIPAY_TRADE =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';

type AlipaySums = {
  paid: number;
  paidOff: number;
  count: number;
  back: number;
  backOff: number;
  backCount: number;
  fee: number;
};

function alipayRows(): { rows: string[][]; sums: AlipaySums } {
  const sums: AlipaySums = { paid: 0, paidOff: 0, count: 0, back: 0, backOff: 0, backCount: 0, fee: 0 };
  const rows = numbers.map((i) => {
    const refund = isRefund(i);
    const sign = refund ? -1 : 1;
    const off = i % 7 === 3 ? 100 : 0;
    const amount = sign * priceOf(i);
    const got = sign * (priceOf(i) - off);
    const fee = -sign * feeOf(i);
    sums.fee += fee;
    if (refund) {
      sums.back += got;
      sums.backOff -= off;
      sums.backCount += 1;
    } else {
      sums.paid += got;
      sums.paidOff += off;
      sums.count += 1;
    }
    const n = refund ? i - 4 : i;
    return [
      ...[
        `20260605220014${String(n).padStart(14, '0')}\t`,
        `S${2000 + n}\t`,
        `${refund ? '退款' : '交易'}\t`,
        '拿铁 大杯',
        time(i),
        time(i),
      ],
      ...[
        `SH0${1 + (n % 2)}\t`,
        '一号店\t',
        '\t',
        'POS-1\t',
        '*木(139****0001)\t',
        yuan(amount),
        yuan(got),
        '0.00',
        '0.00',
        '0.00',
      ],
      ...[yuan(sign * off), '0.00', '', '0.00\t', '0.00', refund ? `R${2000 + i}\t` : '\t', yuan(fee), '0.00', ''],
    ];
  });
  return { rows, sums };
}

export function alipayTradeBill(): Bill {
  const { rows, sums } = alipayRows();
  return {
    before: around('业务明细', '业务明细'),
    header: ALIPAY_TRADE,
    rows,
    after: [
      end('业务明细'),
      `#交易合计：${sums.count}笔，商家实收共${yuan(sums.paid)}元，商家优惠共${yuan(sums.paidOff)}元`,
      `#退款合计：${sums.backCount}笔，商家实收退款共${yuan(sums.back)}元，商家优惠退款共${yuan(sums.backOff)}元`,
      EXPORTED,
    ],
    delimiter: ',',
    lead: '',
    encoding: 'gb18030',
    bom: false,
  };
}

/** The summary of `alipayTradeBill`: two stores and 合计, net of refunds. */
export function alipaySummaryBill(): Bill {
  const header =
    '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）';
  const detail = alipayRows().rows;
  const fen = (text: string): number => Math.round(Number(text) * 100);
  const rowOf = (store: string, name: string, rows: string[][]): string[] => {
    const sum = (column: number): number => rows.reduce((n, row) => n + fen(row[column]!), 0);
    const of = (kind: string): string => String(rows.filter((row) => row[2]!.startsWith(kind)).length);
    const net = sum(12) + sum(22);
    return [
      `${store}\t`,
      `${name}\t`,
      of('交易'),
      of('退款'),
      yuan(sum(11)),
      yuan(sum(12)),
      '0.00',
      yuan(sum(16)),
      '0.00',
      yuan(sum(22)),
      '0.00',
      yuan(net),
    ];
  };
  const storeRows = (store: string) => detail.filter((row) => row[6]!.startsWith(store));
  return {
    before: around('业务汇总', '业务汇总'),
    header,
    rows: [
      rowOf('SH01', '一号店', storeRows('SH01')),
      rowOf('SH02', '二号店', storeRows('SH02')),
      rowOf('合计', '', detail),
    ],
    after: [end('业务汇总'), EXPORTED],
    delimiter: ',',
    lead: '',
    encoding: 'gb18030',
    bom: false,
  };
}

const LEDGER_MOVES = [
  ['在线支付', 1],
  ['收费', -1],
  ['在线支付', 1],
  ['交易退款', -1],
  ['提现', -1],
] as const;

/** Newest row first, as the web page exports it. */
export function alipayLedgerBill(): Bill {
  let balance = 1_000_000;
  const sums = { into: 0, intoCount: 0, out: 0, outCount: 0 };
  const rows = numbers.map((i) => {
    const [kind, sign] = LEDGER_MOVES[i % LEDGER_MOVES.length]!;
    const amount = kind === '收费' ? feeOf(i) : priceOf(i);
    balance += sign * amount;
    if (sign === 1) sums.into += amount;
    else sums.out += amount;
    sums[sign === 1 ? 'intoCount' : 'outCount'] += 1;
    const moved = sign === 1 ? [yuan(amount), '0.00'] : ['0.00', yuan(-amount)];
    return [
      ...[
        `7700000000${String(i).padStart(4, '0')}\t`,
        `20260605${String(i).padStart(8, '0')}\t`,
        `S${3000 + i}\t`,
        '拿铁 大杯',
        time(i),
      ],
      ...['*木 (139****0001)\t', ...moved, yuan(balance), '支付宝', kind, ''],
    ];
  });
  return {
    before: around('账务明细', '账务明细'),
    header:
      '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注',
    rows: rows.reverse(),
    after: [
      end('账务明细'),
      `#支出合计：${sums.outCount}笔，共${yuan(-sums.out)}元`,
      `#收入合计：${sums.intoCount}笔，共${yuan(sums.into)}元`,
      EXPORTED,
    ],
    delimiter: ',',
    lead: '',
    encoding: 'gb18030',
    bom: false,
  };
}
