/**
 * How a merchant's own order export becomes an order book: which column is what, and what its words mean. A mapping is
 * proposed from the names of the columns, checked by a person, and kept as YAML (`orders.mapping.yaml`).
 *
 * The fields are named as in the canonical CSV (`order-csv`). A proposal never guesses between two columns: what it cannot
 * tell it lists as unclear, what it does not find as missing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import * as z from 'zod';
import { isCurrency } from '../base/currency.ts';
import { DaozhangError } from '../base/errors.ts';
import { parseYaml, readText } from '../base/yaml.ts';

export const MAPPED_FIELDS = [
  'order_ref',
  'payment_ref',
  'channel_ref',
  'refund_ref',
  'kind',
  'status',
  'amount',
  'refunded',
  'currency',
  'created_at',
  'paid_at',
  'refunded_at',
  'channel',
  'account',
  'store',
  'terminal',
] as const;
export type MappedField = (typeof MAPPED_FIELDS)[number];

export type OrderStatus = 'paid' | 'unpaid' | 'closed' | 'refunded' | 'unknown';
type OrderKind = 'payment' | 'refund';

export type OrderMapping = Readonly<{
  /** Field → columns of the export; the first that is not empty in a row is taken. */
  columns: Readonly<Partial<Record<MappedField, readonly string[]>>>;
  /** What the export's words mean, in addition to the words known here; compared without case. */
  values: Readonly<{
    status: Readonly<Record<string, OrderStatus>>;
    channel: Readonly<Record<string, string>>;
    kind: Readonly<Record<string, OrderKind>>;
  }>;
  /** Currency of rows that state none. */
  currency?: string | undefined;
  /** Channel of rows that state none. */
  channel?: string | undefined;
  /** Amounts are in yuan (`major`) or in fen (`minor`). */
  unit: 'major' | 'minor';
}>;

// ---------------------------------------------------------------- words

const words = <T extends string>(lists: Readonly<Record<T, string>>): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries<string>(lists).flatMap(([meaning, list]) => list.split('|').map((word) => [word, meaning as T])),
  );

/** A status after payment (shipped, received) is a payment too; a partial refund leaves the order paid. */
export const STATUS_WORDS: Readonly<Record<string, OrderStatus>> = words<OrderStatus>({
  paid: '已支付|支付成功|已付款|付款成功|已收款|收款成功|已付|交易成功|交易完成|已完成|完成|成功|待发货|已发货|待收货|已收货|已签收|待评价|已核销|待核销|部分退款|部分退款成功|退款中|paid|success|succeeded|successful|completed|complete|captured|settled|fulfilled|shipped|delivered|partially refunded|partially_refunded|partial_refund|trade_success|trade_finished',
  unpaid:
    '未支付|待支付|待付款|未付款|未付|待付|支付中|待收款|支付失败|付款失败|失败|unpaid|pending|not paid|notpay|created|new|open|awaiting payment|awaiting_payment|pending_payment|failed|payment failed|wait_buyer_pay',
  closed:
    '已关闭|关闭|交易关闭|订单关闭|已取消|取消|交易取消|已作废|作废|已撤销|已过期|超时关闭|支付超时|closed|cancelled|canceled|voided|void|expired|trade_closed',
  refunded:
    '已退款|全额退款|全部退款|退款成功|退款完成|已全额退款|已退|refunded|fully refunded|fully_refunded|full_refund',
  unknown: '未知|异常|状态未知|unknown',
});

/** What goes through no channel (cash, stored value) keeps a name of its own, so that nothing looks for it in a bill. */
export const CHANNEL_WORDS: Readonly<Record<string, string>> = words({
  wechatpay:
    '微信|微信支付|微信扫码|微信扫码支付|微信小程序|微信小程序支付|微信公众号支付|微信h5支付|wechat|wechatpay|wechat pay|wechat_pay|weixin|wxpay|wx',
  alipay: '支付宝|支付宝支付|支付宝扫码|支付宝小程序|支付宝h5支付|alipay|ali|zfb',
  unionpay: '银联|云闪付|银联支付|银联云闪付|银联二维码|银联在线|unionpay|union pay|quickpass|cup',
  lakala: '拉卡拉|拉卡拉支付|lakala|lkl',
  stripe: 'stripe',
  adyen: 'adyen',
  paypal: 'paypal|贝宝',
  pos: 'pos|pos机|pos刷卡|刷卡|刷卡支付|银行卡|银行卡支付|card|credit card|debit card|bank card',
  cash: '现金|现金支付|cash',
  stored_value:
    '余额|余额支付|储值|储值卡|储值支付|会员卡|会员余额|礼品卡|balance|stored value|wallet balance|gift card',
  transfer: '银行转账|转账|对公转账|bank transfer|wire|transfer',
});

export const KIND_WORDS: Readonly<Record<string, OrderKind>> = words<OrderKind>({
  payment: '支付|收款|付款|订单|销售|消费|payment|sale|charge|order|purchase',
  refund: '退款|退货|退单|退款单|refund|return',
});

/** Names a Chinese export gives a currency; ISO codes need no entry. */
export const CURRENCY_WORDS: Readonly<Record<string, string>> = words({
  CNY: '人民币|人民币元|元|rmb|￥|¥',
  HKD: '港币|港元',
  USD: '美元|美金',
  EUR: '欧元',
  JPY: '日元',
  GBP: '英镑',
});

// ---------------------------------------------------------------- proposal

/** Tiers: a name of the first tier goes before one of the second; two of one tier are unclear where the field must be one. */
const NAMES: Readonly<Record<MappedField, readonly string[]>> = {
  order_ref: [
    '商户订单号|商户单号|商家订单号|商户订单编号|outtradeno|merchantorderno|merchantorderid|mchorderno',
    '订单号|订单编号|订单id|单号|orderno|orderid|ordernumber|orderref|orderreference|ordersn|ordercode',
  ],
  payment_ref: [
    '支付单号|支付订单号|支付编号|收款单号|付款单号|paymentno|paymentid|paymentref|paymentreference|payno|payid|paymentnumber',
  ],
  channel_ref: [
    '微信订单号|微信支付订单号|微信支付单号|微信交易号|支付宝交易号|支付宝订单号|渠道订单号|渠道流水号|渠道单号|渠道交易号|第三方订单号|第三方单号|第三方流水号|三方流水号|三方订单号|支付流水号|交易流水号|流水号|交易号|transactionid|transactionno|channelref|channeltradeno|tradeno|pspreference|paymentintent|chargeid|gatewayreference',
  ],
  refund_ref: ['商户退款单号|退款单号|退款编号|退款订单号|outrefundno|refundno|refundid|refundref'],
  kind: ['单据类型|收退类型|kind'],
  status: [
    '支付状态|付款状态|收款状态|paymentstatus|paystatus|financialstatus',
    '订单状态|交易状态|状态|status|orderstatus|state',
  ],
  amount: [
    '实付金额|实付|实付款|买家实付|买家实付金额|用户实付|用户实付金额|实际支付金额|支付金额|付款金额|实收金额|收款金额|paidamount|amountpaid|payamount|paymentamount|actualamount',
    '订单金额|订单总额|订单总金额|总金额|交易金额|金额|amount|total|totalamount|orderamount|ordertotal|grandtotal|amountcents|amountfen|amountminor',
  ],
  refunded: [
    '退款金额|已退金额|已退款金额|退款总额|累计退款|累计退款金额|refundamount|refundedamount|amountrefunded|refunded',
  ],
  currency: ['币种|货币|货币种类|currency|currencycode'],
  created_at: [
    '下单时间|订单创建时间|创建时间|订单时间|下单日期|createdat|createtime|createdtime|created|createdon|creationtime|orderedat|ordertime|orderdate',
    '交易时间|时间|日期|date|time|datetime|timestamp',
  ],
  paid_at: [
    '支付时间|付款时间|收款时间|支付完成时间|付款完成时间|成交时间|paidat|paytime|paidtime|paymenttime|paymentdate|successtime',
  ],
  refunded_at: ['退款时间|退款完成时间|refundedat|refundtime'],
  channel: [
    '支付渠道|收款渠道|付款渠道|支付通道|paymentchannel|paychannel|channel|gateway|provider',
    '支付方式|付款方式|收款方式|支付类型|paymentmethod|paymethod|paytype|paymenttype|tender',
  ],
  account: ['商户号|收款商户号|收款账户|mchid|merchantid|merchantaccount|account'],
  store: ['门店编号|门店号|门店id|storeid|storecode', '门店|门店名称|店铺|店铺名称|分店|store|storename|shop|branch'],
  terminal: ['终端号|终端编号|设备号|terminalid|terminalno|deviceid', '终端|收银机|收银机号|pos机号|terminal|device'],
};

/** One column only: a wrong choice changes what is reconciled. The others take the first of their list. */
const SINGLE: ReadonlySet<MappedField> = new Set<MappedField>([
  'order_ref',
  'amount',
  'status',
  'refunded',
  'created_at',
  'paid_at',
]);
/** Several columns, one a channel: whichever is filled. */
const SEVERAL: ReadonlySet<MappedField> = new Set<MappedField>(['channel_ref']);

/** What belongs to a channel's bill, a ledger or a wallet's export, not to an order book. */
const NOT_ORDERS =
  /手续费|费率|应结|结算|清算|清分|公众账号|特约商户|账务流水|业务流水|收\/支|收支|账户余额|余额|商家实收|对方|balance|^fee|^net|payout|settle/;

export type Proposal = Readonly<{
  mapping: OrderMapping;
  /** Fields an order book must have and no column is known for; `currency` when nothing states one. */
  missing: readonly string[];
  /** Fields for which more than one column would do. */
  unclear: ReadonlyArray<Readonly<{ field: MappedField; columns: readonly string[] }>>;
  /** Columns that show another kind of document. */
  foreign: readonly string[];
}>;

export const isClear = (p: Proposal): boolean =>
  p.missing.length === 0 && p.unclear.length === 0 && p.foreign.length === 0;

const UNIT = /\(([^()]*)\)$/;
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.-]/g, '');
const keyOf = (name: string): string => plain(name).replace(UNIT, '');
const unitOf = (name: string): string => UNIT.exec(plain(name))?.[1] ?? '';
const inMinor = (name: string): boolean =>
  /^(分|fen|cents?|minor)$/.test(unitOf(name)) || /(cents|fen|minor)$/.test(keyOf(name));

/** What the columns' names say by themselves. */
export function proposeMapping(columns: readonly string[]): Proposal {
  const found: Partial<Record<MappedField, readonly string[]>> = {};
  const unclear: { field: MappedField; columns: readonly string[] }[] = [];
  for (const field of MAPPED_FIELDS) {
    const tier = NAMES[field]
      .map((names) => names.split('|').flatMap((name) => columns.filter((c) => keyOf(c) === name)))
      .find((tier) => tier.length > 0);
    if (!tier) continue;
    if (SINGLE.has(field) && tier.length > 1) unclear.push({ field, columns: tier });
    found[field] = SEVERAL.has(field) ? tier : tier.slice(0, 1);
  }
  useOrderNumber(found, columns);
  const amount = found.amount?.[0] ?? '';
  const refunded = found.refunded?.[0];
  if (refunded !== undefined && inMinor(refunded) !== inMinor(amount)) {
    unclear.push({ field: 'refunded', columns: [amount, refunded] });
  }
  const currency = CURRENCY_WORDS[unitOf(amount)] ?? (/\p{Script=Han}/u.test(amount) ? 'CNY' : undefined);
  const missing: string[] = (['order_ref', 'amount', 'status'] as const).filter((field) => !found[field]);
  if (!found.created_at && !found.paid_at) missing.push('created_at');
  if (!found.currency && currency === undefined) missing.push('currency');
  return {
    mapping: {
      columns: found,
      values: { status: {}, channel: {}, kind: {} },
      currency,
      unit: inMinor(amount) ? 'minor' : 'major',
    },
    missing,
    unclear,
    foreign: columns.filter((column) => NOT_ORDERS.test(keyOf(column))),
  };
}

/** With both 商户订单号 and 订单号, the channel knows the first; the shop's own number is the second reference. */
function useOrderNumber(found: Partial<Record<MappedField, readonly string[]>>, columns: readonly string[]): void {
  if (found.payment_ref || !found.order_ref) return;
  const second = NAMES.order_ref[1]!.split('|');
  const own = columns.find((c) => second.includes(keyOf(c)) && c !== found.order_ref![0]);
  if (own !== undefined) found.payment_ref = [own];
}

// ---------------------------------------------------------------- YAML

const list = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string()).min(1, 'name at least one column / 至少写一个列名'),
);

const oneOf = <T extends string>(allowed: readonly T[]) =>
  z
    .string()
    .refine(
      (text): text is T => (allowed as readonly string[]).includes(text),
      `one of ${allowed.join(', ')} / 只能是 ${allowed.join('、')}`,
    );

const CHANNEL_NAME = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'small letters, such as wechatpay / 用小写字母,例如 wechatpay');

const SCHEMA = z.strictObject({
  version: oneOf(['1']),
  columns: z.strictObject(
    Object.fromEntries(MAPPED_FIELDS.map((field) => [field, list.optional()])) as Record<
      MappedField,
      z.ZodOptional<typeof list>
    >,
  ),
  values: z
    .strictObject({
      status: z.record(z.string(), oneOf<OrderStatus>(['paid', 'unpaid', 'closed', 'refunded', 'unknown'])).optional(),
      channel: z.record(z.string(), CHANNEL_NAME).optional(),
      kind: z.record(z.string(), oneOf<OrderKind>(['payment', 'refund'])).optional(),
    })
    .optional(),
  currency: z.string().refine(isCurrency, 'three capital letters, such as CNY / 三个大写字母,例如 CNY').optional(),
  channel: CHANNEL_NAME.optional(),
  unit: oneOf(['major', 'minor']).optional(),
});

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  '': ['version', 'columns', 'values', 'currency', 'channel', 'unit'],
  columns: MAPPED_FIELDS,
  values: ['status', 'channel', 'kind'],
};

/** A mapping from its YAML. `config.invalid` names line and column. */
export function parseMapping(source: string, path: string): OrderMapping {
  const read = parseYaml(
    source,
    path,
    SCHEMA,
    (at) => KNOWN[at.join('.')] ?? [],
    ({ columns }) => {
      const absent = (['order_ref', 'amount', 'status'] as const).find((field) => !columns[field]);
      if (absent) return { path: ['columns'], reason: `columns.${absent} is missing / 缺少 columns.${absent}` };
      if (columns.created_at || columns.paid_at) return undefined;
      return { path: ['columns'], reason: 'columns needs created_at or paid_at / columns 需要 created_at 或 paid_at' };
    },
  );
  return {
    columns: read.columns as OrderMapping['columns'],
    values: {
      status: lowered(read.values?.status),
      channel: lowered(read.values?.channel),
      kind: lowered(read.values?.kind),
    },
    currency: read.currency,
    channel: read.channel,
    unit: read.unit ?? 'major',
  };
}

const lowered = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([word, meaning]) => [word.trim().toLowerCase(), meaning]));

export async function loadMapping(path: string): Promise<OrderMapping> {
  return parseMapping(await readText(path), path);
}

const HEAD = `# How your order export is read. Left: our field. Right: your column, or a list of columns of which the first filled one counts.
# 订单导出的读取方式。左边是字段,右边是您的列名;也可写多个列名,取第一个非空的。
# "values" adds your own words for status, channel and kind to the ones known already.
# values 用来补充您自己的状态、渠道、类型用词。
`;

/** The mapping as it is kept, in the words of its YAML. */
export function mappingData(mapping: OrderMapping) {
  const { columns, values, currency, channel, unit } = mapping;
  const shown = Object.fromEntries(
    MAPPED_FIELDS.flatMap((field) =>
      columns[field] ? [[field, columns[field].length === 1 ? columns[field][0] : columns[field]]] : [],
    ),
  );
  const used = Object.fromEntries(Object.entries(values).filter(([, map]) => Object.keys(map).length > 0));
  return {
    version: '1',
    columns: shown,
    ...(Object.keys(used).length > 0 && { values: used }),
    ...(currency !== undefined && { currency }),
    ...(channel !== undefined && { channel }),
    unit,
  };
}

/** The mapping as YAML, for people to read and change. */
export const mappingText = (mapping: OrderMapping): string =>
  // Plain numbers and words such as `no` must come back as the text they are.
  HEAD + stringify(mappingData(mapping), { schema: 'failsafe', lineWidth: 0 });

/** Writes the mapping; false when the file says it already. What a person has changed there is never written over. */
export async function saveMapping(path: string, mapping: OrderMapping): Promise<boolean> {
  const text = mappingText(mapping);
  const refused = (reason: string, cause?: unknown): DaozhangError =>
    new DaozhangError('usage.bad_option', { option: path, reason }, cause);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === text) return false;
  if (before !== undefined)
    throw refused('is there already and says something else; remove it first / 已存在且内容不同,请先移走');
  await writeFile(path, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    throw refused(`cannot be written (${cause.code}) / 无法写入(${cause.code})`, cause);
  });
  return true;
}
