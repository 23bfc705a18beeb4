/**
 * What a column may mean, and the mapping that a person's choices make: the very document that `daozhang formats` and `orders.mapping.yaml`
 * describe. Nothing here decides how a row is read; the server tries every choice on the file itself.
 */
import type { Text } from '../../base/lang.ts';
import type { Fields, MappingKind } from './api.ts';

/** Fields of both kinds; a bill's references are called as its formats call them. */
export const MEANINGS: Readonly<Record<string, Text>> = {
  order_ref: { zh: '商户订单号', en: 'order number' },
  payment_ref: { zh: '支付单号', en: 'payment number' },
  channel_ref: { zh: '渠道单号', en: 'channel’s number' },
  refund_ref: { zh: '退款单号', en: 'refund number' },
  kind: { zh: '收款或退款', en: 'payment or refund' },
  status: { zh: '状态', en: 'status' },
  amount: { zh: '金额', en: 'amount' },
  refunded: { zh: '已退金额', en: 'refunded amount' },
  currency: { zh: '币种', en: 'currency' },
  created_at: { zh: '下单时间', en: 'time of the order' },
  paid_at: { zh: '支付时间', en: 'time of payment' },
  refunded_at: { zh: '退款时间', en: 'time of refund' },
  channel: { zh: '支付渠道', en: 'payment channel' },
  account: { zh: '商户号', en: 'merchant number' },
  store: { zh: '门店', en: 'store' },
  terminal: { zh: '终端', en: 'terminal' },
  time: { zh: '交易时间', en: 'time' },
  settle: { zh: '应结金额', en: 'owed before fees' },
  fee: { zh: '手续费', en: 'fee' },
  net: { zh: '扣费后金额', en: 'after fees' },
  orderRef: { zh: '商户订单号', en: 'order number' },
  paymentRef: { zh: '支付单号', en: 'payment number' },
  refundRef: { zh: '退款单号', en: 'refund number' },
  channelRef: { zh: '渠道单号', en: 'channel’s number' },
  originRef: { zh: '原交易号', en: 'original payment' },
  walletRef: { zh: '微信或支付宝单号', en: 'wallet’s number' },
  batchRef: { zh: '批次号', en: 'batch' },
  bankRef: { zh: '银行流水号', en: 'bank’s number' },
  method: { zh: '支付方式', en: 'method' },
  party: { zh: '对方', en: 'other party' },
  text: { zh: '备注', en: 'note' },
};

type Rule = Readonly<{ all: readonly string[]; needed: readonly (readonly string[])[]; one: readonly string[] }>;
/** `needed`: one of each list. `one`: of several columns with this meaning only the last chosen keeps it. */
export const RULES: Readonly<Record<MappingKind, Rule>> = {
  orders: {
    all: [
      ...['order_ref', 'amount', 'status', 'paid_at', 'created_at', 'kind', 'refunded', 'refunded_at', 'currency'],
      ...['payment_ref', 'channel_ref', 'refund_ref', 'channel', 'account', 'store', 'terminal'],
    ],
    needed: [['order_ref'], ['amount'], ['status'], ['paid_at', 'created_at']],
    one: ['order_ref', 'amount', 'status', 'refunded', 'created_at', 'paid_at'],
  },
  bill: {
    all: [
      ...[
        'time',
        'amount',
        'kind',
        'fee',
        'net',
        'settle',
        'status',
        'orderRef',
        'channelRef',
        'paymentRef',
        'refundRef',
      ],
      ...['originRef', 'walletRef', 'batchRef', 'bankRef', 'account', 'store', 'terminal', 'method', 'party', 'text'],
    ],
    needed: [['time'], ['amount'], ['kind'], ['channelRef', 'orderRef', 'walletRef', 'paymentRef', 'bankRef']],
    one: [],
  },
};

export const KIND_CHOICES: Readonly<Record<MappingKind, readonly string[]>> = {
  orders: ['payment', 'refund'],
  bill: ['payment', 'refund', 'reversal', 'chargeback', 'fee', 'payout', 'payout_return', 'transfer', 'adjustment'],
};
export const STATUS_CHOICES: Readonly<Record<MappingKind, readonly string[]>> = {
  orders: ['paid', 'unpaid', 'closed', 'refunded', 'unknown'],
  bill: ['done', 'pending', 'failed'],
};

export type Worded = 'kind' | 'status' | 'channel';
type Words = Readonly<Record<string, string>>;
export type Draft = Readonly<{
  kind: MappingKind;
  /** Column → what it means. */
  meanings: Words;
  words: Readonly<Record<Worded, Words>>;
  currency: string;
  unit: 'major' | 'minor';
  channel: string;
  delimiter: string;
  timeFormat: string;
  refunds: 'signed' | 'unsigned';
  fee: 'positive' | 'negative';
  trailerRows: string;
  trailerBegins: string;
}>;

export const columnsOf = ({ meanings }: Draft, meaning: string): readonly string[] =>
  Object.entries(meanings).flatMap(([column, its]) => (its === meaning ? [column] : []));

/** A column gets a meaning; where only one may have it, the other gives it up. */
export function withMeaning(draft: Draft, column: string, meaning: string): Draft {
  const { one } = RULES[draft.kind];
  const kept = Object.entries(draft.meanings).filter(
    ([other, its]) =>
      other !== column && !(its === meaning && (draft.kind === 'bill' ? its !== 'time' : one.includes(its))),
  );
  return { ...draft, meanings: Object.fromEntries(meaning === '' ? kept : [...kept, [column, meaning]]) };
}

/** What is still to be said before it can be tried; each a list of meanings of which one will do. */
export const missingIn = (draft: Draft): readonly (readonly string[])[] =>
  RULES[draft.kind].needed.filter((any) => any.every((meaning) => columnsOf(draft, meaning).length === 0));

const KEYS = ['channelRef', 'orderRef', 'walletRef', 'paymentRef', 'bankRef'] as const;
const single = (columns: readonly string[]): string | readonly string[] =>
  columns.length === 1 ? columns[0]! : columns;

/** The mapping document of these choices. */
export function fieldsOf(draft: Draft): Fields {
  const { kind, words, currency, channel, unit, delimiter } = draft;
  const used = RULES[kind].all.flatMap((meaning) => {
    const columns = columnsOf(draft, meaning);
    return columns.length === 0 ? [] : [[meaning, single(columns)] as const];
  });
  const word = (of: Worded): Words => Object.fromEntries(Object.entries(words[of]).filter(([, means]) => means !== ''));
  if (kind === 'orders') {
    const values = (['status', 'channel', 'kind'] as const).flatMap((of) =>
      columnsOf(draft, of).length > 0 && Object.keys(word(of)).length > 0 ? [[of, word(of)] as const] : [],
    );
    return {
      columns: Object.fromEntries(used),
      ...(values.length > 0 && { values: Object.fromEntries(values) }),
      ...(currency !== '' && { currency }),
      ...(channel !== '' && { channel }),
      unit,
    };
  }
  const apart = ['time', 'kind', 'status'];
  const [statusColumn] = columnsOf(draft, 'status');
  return {
    channel,
    ...(delimiter !== ',' && { delimiter }),
    currency: currency === '' ? 'CNY' : currency,
    columns: Object.fromEntries(used.filter(([meaning]) => !apart.includes(meaning))),
    time: { columns: columnsOf(draft, 'time'), format: draft.timeFormat },
    kind: { column: columnsOf(draft, 'kind')[0] ?? '', values: word('kind') },
    ...(statusColumn !== undefined && { status: { column: statusColumn, values: word('status') } }),
    amounts: { unit: unit === 'major' ? 'yuan' : 'fen', refunds: draft.refunds, fee: draft.fee },
    key: KEYS.find((key) => columnsOf(draft, key).length > 0) ?? '',
    ...(draft.trailerRows !== '' &&
      draft.trailerBegins !== '' && { trailer: { rows: draft.trailerRows, begins: draft.trailerBegins } }),
  };
}

const EMPTY: Omit<Draft, 'kind'> = {
  meanings: {},
  words: { kind: {}, status: {}, channel: {} },
  currency: 'CNY',
  unit: 'major',
  channel: '',
  delimiter: ',',
  timeFormat: 'yyyy-MM-dd HH:mm:ss',
  refunds: 'unsigned',
  fee: 'positive',
  trailerRows: '',
  trailerBegins: '',
};

type Said = Readonly<Record<string, unknown>>;
const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
const list = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [];
const record = (value: unknown): Said => (typeof value === 'object' && value !== null ? (value as Said) : {});
const wordsOf = (value: unknown): Words => record(value) as Words;

/** The choices that made a mapping, to be changed. */
export function draftOf(kind: MappingKind, fields: Fields): Draft {
  const meanings: Record<string, string> = {};
  for (const [meaning, columns] of Object.entries(record(fields.columns)))
    for (const column of list(columns)) meanings[column] = meaning;
  const said = { ...EMPTY, kind, currency: text(fields.currency, ''), channel: text(fields.channel, '') };
  if (kind === 'orders') {
    const values = record(fields.values);
    const words = { kind: wordsOf(values.kind), status: wordsOf(values.status), channel: wordsOf(values.channel) };
    return { ...said, meanings, words, unit: fields.unit === 'minor' ? 'minor' : 'major' };
  }
  const [time, kinds, status] = [record(fields.time), record(fields.kind), record(fields.status)];
  const [amounts, trailer] = [record(fields.amounts), record(fields.trailer)];
  for (const column of list(time.columns)) meanings[column] = 'time';
  for (const column of list(kinds.column)) meanings[column] = 'kind';
  for (const column of list(status.column)) meanings[column] = 'status';
  return {
    ...said,
    meanings,
    words: { kind: wordsOf(kinds.values), status: wordsOf(status.values), channel: {} },
    delimiter: text(fields.delimiter, ','),
    timeFormat: text(time.format, EMPTY.timeFormat),
    unit: amounts.unit === 'fen' ? 'minor' : 'major',
    refunds: amounts.refunds === 'signed' ? 'signed' : 'unsigned',
    fee: amounts.fee === 'negative' ? 'negative' : 'positive',
    trailerRows: text(trailer.rows, ''),
    trailerBegins: text(trailer.begins, ''),
  };
}

// ---------------------------------------------------------------- guesses, which a person confirms

/** Names of a bill's columns. The first that fits a column and is not taken yet. */
const BILL_NAMES: ReadonlyArray<readonly [string, RegExp]> = [
  ['net', /净额|结算金额|入账金额|实收|\bnet\b/i],
  ['fee', /手续费|服务费|\bfee\b|commission/i],
  ['settle', /应结/],
  ['amount', /金额|\bamount\b|\bgross\b/i],
  ['time', /时间|日期|\btime\b|\bdate\b/i],
  ['kind', /类型|类别|\btype\b|\bkind\b/i],
  ['status', /状态|\bstatus\b/i],
  ['originRef', /原.*(单|流水|交易)号/],
  ['walletRef', /第三方|微信|支付宝/],
  ['refundRef', /退款.*号/],
  ['orderRef', /商户订单|商家订单|订单号|order/i],
  ['channelRef', /流水号|交易号|参考号|检索|transaction|\brrn\b/i],
  ['account', /商户号|merchant/i],
  ['terminal', /终端|terminal/i],
  ['store', /门店|store/i],
  ['method', /支付方式|卡类型|method/i],
];
const KIND_GUESSES: ReadonlyArray<readonly [string, RegExp]> = [
  ['reversal', /撤销|冲正|revers|void/i],
  ['refund', /退货|退款|refund|return/i],
  ['fee', /手续费|^fee/i],
  ['payout', /提现|结算|出款|payout|withdraw/i],
  ['payment', /消费|支付|收款|付款|销售|交易|sale|pay|purchase|charge/i],
];
const STATUS_GUESSES: ReadonlyArray<readonly [string, RegExp]> = [
  ['failed', /失败|关闭|fail|declin/i],
  ['pending', /处理中|待|pending/i],
  ['done', /成功|完成|已|success|done|complete|settled/i],
];
export const TIME_FORMATS: ReadonlyArray<readonly [string, RegExp]> = [
  ['yyyy-MM-dd HH:mm:ss', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/],
  ['yyyy/MM/dd HH:mm:ss', /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/],
  ['yyyy-MM-dd HH:mm', /^\d{4}-\d\d-\d\d \d\d:\d\d$/],
  ['yyyy/MM/dd HH:mm', /^\d{4}\/\d\d\/\d\d \d\d:\d\d$/],
  ['yyyyMMddHHmmss', /^\d{14}$/],
  ['yyyyMMdd HHmmss', /^\d{8} \d{6}$/],
  ['yyyyMMdd HH:mm:ss', /^\d{8} \d\d:\d\d:\d\d$/],
  ['yyyy-MM-dd', /^\d{4}-\d\d-\d\d$/],
  ['yyyy/MM/dd', /^\d{4}\/\d\d\/\d\d$/],
  ['yyyyMMdd', /^\d{8}$/],
];

const guess = (of: ReadonlyArray<readonly [string, RegExp]>, word: string): string =>
  of.find(([, pattern]) => pattern.test(word))?.[0] ?? '';

export type Sheet = Readonly<{ names: readonly string[]; rows: readonly (readonly string[])[] }>;
/** The different cells of a column, as far as they are seen. */
export function valuesIn({ names, rows }: Sheet, column: string): readonly string[] {
  const at = names.indexOf(column);
  return [...new Set(rows.map((row) => row[at] ?? '').filter((cell) => cell !== ''))].slice(0, 24);
}

/** How the chosen time columns are written. */
export function timeFormatOf(sheet: Sheet, columns: readonly string[]): string | undefined {
  const row = sheet.rows.find((cells) => columns.every((column) => (cells[sheet.names.indexOf(column)] ?? '') !== ''));
  const sample = columns.map((column) => row?.[sheet.names.indexOf(column)] ?? '').join(' ');
  return TIME_FORMATS.find(([, pattern]) => pattern.test(sample))?.[0];
}

/** What the words of a bill's kind or status column mean, where that is plain; the person says the rest. */
function guessWords(of: 'kind' | 'status', words: readonly string[]): Words {
  return Object.fromEntries(words.map((word) => [word, guess(of === 'kind' ? KIND_GUESSES : STATUS_GUESSES, word)]));
}

export function firstDraft(kind: MappingKind, sheet: Sheet, delimiter: string, proposed: Fields | undefined): Draft {
  if (kind === 'orders')
    return {
      ...(proposed === undefined ? { ...EMPTY, kind } : draftOf(kind, { currency: 'CNY', ...proposed })),
      delimiter,
    };
  const meanings: Record<string, string> = {};
  for (const name of sheet.names) {
    const taken = Object.values(meanings);
    const fits = BILL_NAMES.filter(
      ([meaning, pattern]) => pattern.test(name) && (!taken.includes(meaning) || meaning === 'time'),
    );
    const first = fits[0]?.[0];
    if (first !== undefined) meanings[name] = first;
  }
  const draft: Draft = { ...EMPTY, kind, meanings, delimiter };
  return worded({ ...draft, timeFormat: timeFormatOf(sheet, columnsOf(draft, 'time')) ?? draft.timeFormat }, sheet);
}

/** A bill lists every word of its kinds and statuses: those that are seen are put there. */
export function worded(draft: Draft, sheet: Sheet): Draft {
  if (draft.kind === 'orders') return draft;
  const of = (which: 'kind' | 'status'): Words => {
    const [column] = columnsOf(draft, which);
    if (column === undefined) return {};
    return { ...guessWords(which, valuesIn(sheet, column)), ...draft.words[which] };
  };
  return { ...draft, words: { ...draft.words, kind: of('kind'), status: of('status') } };
}

/** Whether a table is more likely a bill than an order book. */
export const looksLikeBill = (names: readonly string[]): boolean =>
  names.some((name) => /手续费|服务费|结算|净额|\bfee\b|\bnet\b|commission/i.test(name));
