/** Buyer-side exports of the wallets as the apps write them: preamble, header, packing of the cells. Contents are made up. */
import iconv from 'iconv-lite';
import { type SheetCell, workbookOf } from './sheet.ts';

/** Time, 交易类型, 交易对方, 商品, 收/支, amount, 支付方式, 当前状态, 交易单号, 商户单号, 备注. */
export type WechatRow = readonly [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

export const WECHAT_ROWS: readonly WechatRow[] = [
  [
    '2026-11-20 14:03:01',
    '商户消费',
    '到账便利店',
    '门店消费',
    '支出',
    '28.16',
    '零钱',
    '支付成功',
    '4200002901202611201403010001',
    'POS20261120140301',
    '/',
  ],
  [
    '2026-11-20 13:10:44',
    '商户消费',
    '街角,咖啡',
    '"冬日"特饮,大杯',
    '支出',
    '35.20',
    '某银行(1234)',
    '已退款(￥5.20)',
    '4200002901202611201310440002',
    'KF-1310',
    '/',
  ],
  [
    '2026-11-20 13:40:00',
    '街角,咖啡-退款',
    '街角,咖啡',
    '/',
    '收入',
    '5.20',
    '某银行(1234)',
    '支付成功',
    '4200002901202611201340000003',
    'KF-1310',
    '/',
  ],
  [
    '2026-11-19 09:00:00',
    '扫二维码付款',
    '水果摊',
    '收款方备注:二维码收款',
    '支出',
    '12.00',
    '零钱通',
    '已转账',
    '1000039501191120000100000004',
    '1000039501191120',
    '/',
  ],
  [
    '2026-11-18 20:15:30',
    '转账',
    '房东',
    '转账备注:十一月房租',
    '支出',
    '1500.00',
    '零钱',
    '对方已收钱',
    '1000050001181120000100000005',
    '/',
    '/',
  ],
  [
    '2026-11-18 08:30:00',
    '微信红包',
    '同事',
    '/',
    '收入',
    '0.35',
    '/',
    '已存入零钱',
    '1000039501181120000100000006',
    '/',
    '/',
  ],
  [
    '2026-11-17 22:00:00',
    '零钱提现',
    '某银行(1234)',
    '/',
    '/',
    '100.10',
    '某银行(1234)',
    '提现已到账',
    '2072026111722000000000000007',
    '/',
    '服务费¥0.10',
  ],
  [
    '2026-11-17 21:00:00',
    '转账',
    '老同学',
    '/',
    '支出',
    '50.00',
    '零钱',
    '对方已退还',
    '1000050001171120000100000008',
    '/',
    '/',
  ],
  [
    '2026-11-17 20:00:00',
    '商户消费',
    '到账便利店',
    '门店消费',
    '支出',
    '9.90',
    '零钱',
    '待确认',
    '4200002901202611172000000009',
    'POS20261117200000',
    '/',
  ],
];

const fenOf = (text: string): number => Math.round(Number(text) * 100);

function wechatPreamble(rows: readonly WechatRow[]): string[] {
  const of = (direction: string) => rows.filter((r) => r[4] === direction);
  const total = (direction: string): string => {
    const fen = of(direction).reduce((sum, r) => sum + fenOf(r[5]), 0);
    return `${of(direction).length}笔 ${(fen / 100).toFixed(2)}元`;
  };
  return [
    '微信支付账单明细',
    '微信昵称：[示例]',
    '起始时间：[2026-11-01 00:00:00] 终止时间：[2026-11-20 23:59:59]',
    '导出类型：[全部]',
    '导出时间：[2026-11-21 08:00:00]',
    '',
    `共${rows.length}笔记录`,
    `收入：${total('收入')}`,
    `支出：${total('支出')}`,
    `中性交易：${total('/')}`,
    '注：',
    '1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易',
    '2. 本明细仅展示当前账单中的交易，不包括已删除的记录',
    '3. 本明细仅供个人对账使用',
    '',
    '----------------------微信支付账单明细列表--------------------',
  ];
}

const WECHAT_HEADER = [
  '交易时间',
  '交易类型',
  '交易对方',
  '商品',
  '收/支',
  '金额(元)',
  '支付方式',
  '当前状态',
  '交易单号',
  '商户单号',
  '备注',
];

export function wechatPersonalCsv(rows = WECHAT_ROWS, stated = rows): Buffer {
  const quoted = (cell: string): string => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const lines = [
    ...wechatPreamble(stated).map((line) => `${line},,,,,,,,`),
    WECHAT_HEADER.join(','),
    ...rows.map(([at, type, party, product, way, amount, method, status, ref, order, note]) =>
      [
        at,
        quoted(type),
        quoted(party),
        quoted(product),
        way,
        `¥${amount}`,
        method,
        status,
        `${ref}\t`,
        `${order}\t`,
        `"${note}"`,
      ].join(','),
    ),
  ];
  return Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`);
}

/** Days since 1899-12-30 as the app writes them, with the digits a double has. */
const serial = (at: string): string =>
  String((Date.parse(`${at.replace(' ', 'T')}Z`) - Date.UTC(1899, 11, 30)) / 86_400_000);

/** Times are numbers in a date style, amounts numbers in a currency style; the blank line of the preamble is left out of the XML. */
export function wechatPersonalXlsx(rows = WECHAT_ROWS, stated = rows): Uint8Array {
  const preamble = [...wechatPreamble(stated).slice(0, -1), '4. 示例', wechatPreamble(stated).at(-1)!];
  const sheet: (readonly SheetCell[] | null)[] = [
    ...preamble.map((line) => (line === '' ? null : [line])),
    WECHAT_HEADER,
    ...rows.map((r) =>
      r.map((cell, i): SheetCell => {
        if (i === 0) return { number: serial(cell), style: 1 };
        return i === 5 ? { number: String(Number(cell)), style: 2 } : cell;
      }),
    ),
  ];
  return workbookOf(sheet, {
    numFmts:
      '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh\\:mm\\:ss"/><numFmt numFmtId="165" formatCode="¥#,##0.00"/></numFmts>',
    cellXfs: ['0', '164', '165'],
  });
}

/** 交易时间, 交易分类, 交易对方, 对方账号, 商品说明, 收/支, 金额, 收/付款方式, 交易状态, 交易订单号, 商家订单号, 备注. */
export const ALIPAY_ROWS: readonly (readonly string[])[] = [
  [
    '2026-11-20 15:00:00',
    '日用百货',
    '到账便利店',
    'dao***@example.com',
    '门店消费',
    '支出',
    '35.50',
    '余额宝',
    '交易成功',
    '2026112022001400010001',
    'POS20261120150000',
    '',
  ],
  [
    '2026-11-20 12:00:00',
    '服饰装扮',
    '某网店',
    '/',
    '"双11"外套',
    '支出',
    '299.00',
    '花呗',
    '等待确认收货',
    '2026112022001400010002',
    'T200P2026112000002',
    '',
  ],
  [
    '2026-11-19 12:00:00',
    '退款',
    '某网店',
    '/',
    '退款-外套',
    '不计收支',
    '99.00',
    '花呗',
    '退款成功',
    '2026111922001400010003',
    'T200P2026111900003',
    '',
  ],
  [
    '2026-11-18 12:00:00',
    '转账红包',
    '朋友',
    'fri***@example.com',
    '转账',
    '收入',
    '222.50',
    '余额',
    '交易成功',
    '2026111820004001000004',
    '',
    '',
  ],
  [
    '2026-11-17 12:00:00',
    '投资理财',
    '某基金',
    '/',
    '余额宝-转入',
    '不计收支',
    '500.00',
    '某银行(1234)',
    '交易成功',
    '2026111722001400010005',
    '',
    '',
  ],
  [
    '2026-11-16 12:00:00',
    '餐饮美食',
    '面馆',
    '/',
    '午餐',
    '不计收支',
    '22.00',
    '',
    '交易关闭',
    '2026111622001400010006',
    'M-6',
    '',
  ],
];

const ALIPAY_HEADER = [
  '交易时间',
  '交易分类',
  '交易对方',
  '对方账号',
  '商品说明',
  '收/支',
  '金额',
  '收/付款方式',
  '交易状态',
  '交易订单号',
  '商家订单号',
  '备注',
];
const packed = (cell: string, i: number): string => (i === 9 || i === 10 ? `${cell}\t` : cell.padEnd(20));

export function alipayPersonalCsv(rows = ALIPAY_ROWS, stated = rows.length): Buffer {
  const lines = [
    '------------------------------------------------------------------------------------',
    '导出信息：',
    '姓名：示例',
    '支付宝账户：demo@example.com',
    '起始时间：[2026-11-01 00:00:00]    终止时间：[2026-11-20 23:59:59]',
    '导出交易类型：[全部]',
    '导出时间：[2026-11-21 09:12:52]',
    `共${stated}笔记录`,
    '收入：1笔 222.50元',
    '支出：2笔 334.50元',
    '不计收支：3笔 621.00元',
    '',
    '特别提示：',
    '1.本回单内容可表明支付宝受理了相应支付交易申请,以实际交易情况为准；',
    '2.请勿将本回单作为收款方发货的凭据使用；',
    '',
    '------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------',
    `${ALIPAY_HEADER.map((name) => name.padEnd(20)).join(',')},`,
    ...rows.map((cells) => `${cells.map(packed).join(',')},`),
  ];
  return iconv.encode(`${lines.join('\r\n')}\r\n`, 'gb18030');
}
