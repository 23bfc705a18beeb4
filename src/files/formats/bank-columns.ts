/**
 * Which column of a bank's table is what. Banks have no common layout, only habits: this file owns the names they use, in
 * Chinese, English, German, French, Spanish and Italian, and the labels of the lines above and below the table.
 *
 * Where a table has several columns for one thing, the list's order decides: what was booked on the account goes before what
 * was agreed with the counterparty (记账金额 before 交易金额).
 */
import { isCurrency } from '../../base/currency.ts';

/** A header's name without what banks vary: blanks, case, accents, full width, the unit in parentheses. */
function headerName(cell: string): string {
  return plain(cell).replace(UNIT, '');
}

/** `金额(元)`, `Amount (EUR)`; a quantity in 万元 is another thing and keeps its name. */
const UNIT = /\((元|人民币|人民币元|[¥￥$€£]|[a-z]{3})\)$/;

const plain = (cell: string): string =>
  cell
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[\s_.\-*#:]/g, '');

/** The currency a header names in its unit. */
function unitCurrency(cell: string): string | undefined {
  const unit = UNIT.exec(plain(cell))?.[1];
  return unit === undefined ? undefined : currencyOf(unit);
}

const NAMES = {
  booked:
    '记账日期 入账日期 账务日期 记账日 入账日 会计日期 postingdate postdate bookingdate bookeddate buchungstag buchungsdatum datedecomptabilisation datecomptable fechacontable datacontabile',
  happened:
    '交易日期 交易日 发生日期 业务日期 日期 date transactiondate datum dateoperation datedoperation datetransaction fecha fechaoperacion fechadeoperacion data dataoperazione',
  value: '起息日 起息日期 valuedate valuta valutadatum wertstellung datevaleur datedevaleur fechavalor datavaluta',
  time: '交易时间 记账时间 入账时间 交易时刻 时间 time transactiontime',
  amount:
    '记账金额 入账金额 结算金额 billingamount 交易金额 发生额 发生金额 金额 amount transactionamount betrag umsatz montant importe importo',
  credit:
    '记账金额(收入) 交易金额(收入) 收入 收入金额 贷方发生额 贷方金额 贷方 存入金额 存入 转入金额 转入 收方金额 收方发生额 credit creditamount credits deposit deposits paidin moneyin haben gutschrift abono abonos haber ingreso ingresos credito avere entrate',
  debit:
    '记账金额(支出) 交易金额(支出) 支出 支出金额 借方发生额 借方金额 借方 取出金额 支取金额 支取 转出金额 转出 付方金额 付方发生额 debit debitamount debits withdrawal withdrawals paidout moneyout soll lastschrift cargo cargos debe gasto gastos debito dare uscite',
  flag: '借贷标志 借贷标记 借贷方向 借贷 借/贷 借贷标识 收支 收/支 收支类型 收支标志 收付标志 交易方向 credit/debit debit/credit creditdebit creditdebitindicator cr/dr dr/cr d/c c/d soll/haben sens',
  balance:
    '余额 账户余额 本次余额 联机余额 交易后余额 当前余额 账面余额 balance runningbalance accountbalance saldo saldonachbuchung kontostand solde saldofinale',
  currency:
    '记账币种 结算币种 billingcurrency 币种 币别 货币 账户币种 交易币种 currency ccy wahrung waehrung devise moneda divisa',
  party:
    '对方户名 对方账户名 对方账户名称 对方名称 对方单位名称 对方单位 交易对手名称 交易对手户名 交易对手 对手信息 对手名称 对手户名 收付款人名称 收/付方名称 收(付)方名称 交易对方 counterparty counterpartyname merchantname payee payer payeename beneficiary beneficiaryname beguenstigter/zahlungspflichtiger begunstigter/zahlungspflichtiger auftraggeber/empfanger auftraggeber/begunstigter tiers beneficiario ordenante name',
  ref: '交易流水号 流水号 核心流水号 账户明细编号 日志号 柜员流水号 凭证号 凭证号码 回单编号 业务编号 transactionid transactionreference bankreference reference referenceno referencenumber ref refno kundenreferenz referencia riferimento',
  account:
    '账号 本方账号 本方账户 账户号 账户 卡号 交易卡号 借记卡号 卡末四位 卡号末四位 iban account accountnumber accountno card cardno cardnumber auftragskonto konto kontonummer compte numerodecompte cuenta numerodecuenta conto',
  method: '交易渠道 渠道 交易类型 业务类型 交易方式 type transactiontype',
} as const;

/** All of these that a table has are the remittance text, in file order. */
const TEXT = new Set(
  '摘要 交易摘要 摘要说明 附言 交易附言 用途 备注 交易描述 交易详情 交易名称 交易说明 交易类型 交易场所 交易地点 description details transactiondescription memo narrative particulars paymentdetails remittanceinformation verwendungszweck buchungstext libelle motif concepto descripcion causale descrizione'.split(
    ' ',
  ),
);

export type BankField = keyof typeof NAMES;
const FIELDS = Object.entries(NAMES).map(([field, names]) => [field as BankField, names.split(' ')] as const);

/** A header with one of these belongs to another kind of table: orders, wallets, securities, crypto. */
const NOT_A_BANK =
  /订单号|商户单号|交易单号|商品|证券|股东|股票|基金代码|代币|哈希|^(txn|tx)hash$|^order(no|id|number|ref|reference)$|^invoice/;

export type BankHeader = Readonly<{
  /** Column index of each field that the table has. */
  at: Readonly<Partial<Record<BankField, number>>>;
  text: readonly number[];
  /** The cells as they stand, for messages and for recognising a repeated header. */
  cells: readonly string[];
  /** The header is written in Chinese. */
  chinese: boolean;
  /** A card's bill: amounts are what the holder owes. */
  card: boolean;
  /** Named by the unit of an amount's header. */
  currency: string | undefined;
  /** Two columns claim to be the same field under the same name. */
  twice: string | undefined;
}>;

/** The row as a header, or nothing: it needs a date, amounts, and one thing more. */
export function bankHeader(cells: readonly string[]): BankHeader | undefined {
  const names = cells.map(headerName);
  if (names.some((name) => NOT_A_BANK.test(name))) return undefined;
  const at: Partial<Record<BankField, number>> = {};
  let twice: string | undefined;
  for (const [field, known] of FIELDS) {
    const name = known.find((k) => names.includes(k));
    if (name === undefined) continue;
    at[field] = names.indexOf(name);
    if (names.lastIndexOf(name) !== at[field]) twice ??= cells[at[field]];
  }
  preferPartners(at, names);
  if (at.booked === undefined && at.happened === undefined && at.time !== undefined) {
    at.happened = at.time;
    delete at.time;
  }
  const text = names.flatMap((name, i) => (TEXT.has(name) ? [i] : []));
  const dated = at.booked !== undefined || at.happened !== undefined;
  const paired = at.credit !== undefined && at.debit !== undefined;
  const more = text.length > 0 || at.balance !== undefined || at.currency !== undefined || at.party !== undefined;
  if (!dated || !(paired || at.amount !== undefined) || !more) return undefined;
  const amountAt = paired ? at.credit! : at.amount!;
  return {
    at,
    text,
    cells,
    chinese: /\p{Script=Han}/u.test(cells[amountAt]!),
    card: names.some((name) => CARD.has(name)),
    currency: unitCurrency(cells[amountAt]!),
    twice,
  };
}

const CARD = new Set(['卡末四位', '卡号末四位', 'card', 'cardno', 'cardnumber']);

/** Pairs belong together, and an amount's currency is the one of its own kind: 记账金额 with 记账币种, 交易金额 with 交易币种. */
function preferPartners(at: Partial<Record<BankField, number>>, names: readonly string[]): void {
  if (at.credit !== undefined && at.debit !== undefined) {
    const partner = names.indexOf(names[at.credit]!.replace('收入', '支出'));
    if (names[at.credit]!.includes('收入') && partner !== -1) at.debit = partner;
  }
  const amount = names[at.credit ?? at.amount ?? -1] ?? '';
  const kind = /^(记账|结算|入账|交易|billing)/.exec(amount)?.[1];
  const own = kind === undefined ? -1 : names.findIndex((name) => name === `${kind}币种` || name === `${kind}currency`);
  if (own !== -1) at.currency = own;
}

// ---------------------------------------------------------------- currencies

const CURRENCY_NAMES: ReadonlyArray<readonly [string, RegExp]> = [
  ['CNY', /人民币|^元$|^[¥￥]$|rmb/],
  ['HKD', /港币|港元|港幣/],
  ['USD', /美元|美金|^us?\$$/],
  ['EUR', /欧元|^€$/],
  ['JPY', /日元|日圆/],
  ['GBP', /英镑|^£$/],
  ['AUD', /澳元|澳大利亚元/],
  ['CAD', /加元|加拿大元/],
  ['SGD', /新加坡元|新元/],
  ['CHF', /瑞士法郎/],
  ['MOP', /澳门元/],
  ['TWD', /新台币/],
  ['KRW', /韩元/],
  ['THB', /泰铢/],
];

/** `人民币`, `CNY`, `人民币元(CNY)` → an ISO code. */
export function currencyOf(cell: string): string | undefined {
  const text = cell.normalize('NFKC').trim();
  const code = /(?:^|[^A-Za-z])([A-Za-z]{3})(?![A-Za-z])/.exec(text)?.[1]?.toUpperCase();
  if (code !== undefined && isCurrency(code)) return code;
  return CURRENCY_NAMES.find(([, name]) => name.test(text.toLowerCase()))?.[0];
}

// ---------------------------------------------------------------- lines above and below

export type Label =
  | 'account'
  | 'currency'
  | 'period'
  | 'from'
  | 'to'
  | 'opening'
  | 'closing'
  | 'credits'
  | 'debits'
  | 'creditCount'
  | 'debitCount'
  | 'count';

const LABELS: ReadonlyArray<readonly [Label, RegExp]> = [
  [
    'account',
    /^(查询|交易|银行|客户|本方)?(账号|卡号|账户号|账号\/卡号|账\/卡号|卡\/账号|借记卡号)$|^account(no|number)?$|^iban$/,
  ],
  ['currency', /^(账户)?(币种|币别|货币)$|^currency$/],
  [
    'period',
    /^(查询|交易|起止|账单|记账|统计)?(日期范围|时间段|区间|期间|周期|起止日期|时间范围|日期区间)$|^起止日期$|^(statement)?period$|^daterange$/,
  ],
  ['from', /^(查询)?(起始|开始)(日期|日|时间)$|^(from|start)(date)?$/],
  ['to', /^(查询)?(截止|结束|终止)(日期|日|时间)$|^(to|end)(date)?$/],
  ['opening', /^(期初|上期|起始)(账户)?余额$|^openingbalance$|^balancebroughtforward$/],
  ['closing', /^(期末|终止)(账户)?余额$|^closingbalance$|^endingbalance$/],
  [
    'credits',
    /^(总收入|(收入|贷方|存入|转入)(合计|总额|总金额|合计金额|金额合计|发生额合计))(金额)?$|^total(credits?|paidin|moneyin|deposits)$/,
  ],
  [
    'debits',
    /^(总支出|(支出|借方|支取|转出)(合计|总额|总金额|合计金额|金额合计|发生额合计))(金额)?$|^total(debits?|paidout|moneyout|withdrawals)$/,
  ],
  ['creditCount', /^(收入|贷方|存入|转入)(总|合计)?笔数(合计)?$/],
  ['debitCount', /^(支出|借方|支取|转出)(总|合计)?笔数(合计)?$/],
  ['count', /^(总|合计|交易|交易总|明细)笔数(合计)?$/],
];

/** What a line beside the table says of itself: `账号:6222…`, or a label in one cell and its value in the next. */
export function labelled(cells: readonly string[]): [Label, string][] {
  const found: [Label, string][] = [];
  cells.forEach((cell, i) => {
    for (const part of cell.normalize('NFKC').split(/[;；]|\s+(?=\p{Script=Han}{2,}\s*:)/u)) {
      const colon = part.indexOf(':');
      const name = plain(colon === -1 ? part : part.slice(0, colon)).replace(UNIT, '');
      const label = LABELS.find(([, pattern]) => pattern.test(name))?.[0];
      if (label === undefined) continue;
      const value = colon === -1 ? '' : part.slice(colon + 1).trim();
      const next = cells.slice(i + 1).find((c) => c !== '') ?? '';
      found.push([label, value === '' ? next : value]);
    }
  });
  return found;
}

/** A row that sums up others. `page` for a subtotal, which is dropped without being checked. */
export function totalsRow(cells: readonly string[]): 'total' | 'page' | undefined {
  const first = cells.find((cell) => cell !== '') ?? '';
  const name = plain(first);
  if (/^(本页|本日|本月|页)?小计|^承前页|^过次页|^subtotal/.test(name)) return 'page';
  return /^(\p{Script=Han}{1,5})?(合计|总计|累计)(金额)?$|^(grand)?totals?$|^summe$|^totaux$|^totale$/u.test(name)
    ? 'total'
    : undefined;
}
