/**
 * Entries of a camt statement and their details: Ntry and TxDtls elements → lines. What cannot be read is a fault with its
 * tag path. Amounts are exact in their currency or refused; the sign is CdtDbtInd's alone.
 */
import { isCurrency } from '../../base/currency.ts';
import { decimalText, parseDecimal } from '../../base/money.ts';
import { type Micros, microsOf } from '../../base/time.ts';
import type { Check, RejectCode } from '../format.ts';
import type { Line, Status } from '../line.ts';
import type { LocalClock } from '../local-time.ts';
import { dayOf, minorOf, reference, remittance } from './bank.ts';
import { child, childrenOf, type Element, find, textOf } from './camt-xml.ts';

/** XML's decimal: no grouping, no exponent, no sign, because the sign is CdtDbtInd. */
const AMOUNT = /^\d{1,30}(\.\d{0,18})?$/;

export const decimalOf = (text: string | undefined) =>
  text !== undefined && AMOUNT.test(text) ? parseDecimal(text) : undefined;

/** +1 for CRDT, −1 for DBIT. */
export function signOf(element: Element | undefined): 1n | -1n | undefined {
  const text = textOf(element, 'CdtDbtInd');
  return text === 'CRDT' ? 1n : text === 'DBIT' ? -1n : undefined;
}

const ISO_DATE = /^\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** The day as the bank wrote it, in its own zone: a `Dt` may hold a time, a `DtTm` may hold none. */
export function writtenDay(text: string | undefined): Temporal.PlainDate | undefined {
  return text !== undefined && (ISO_DATE.test(text) || ISO_TIME.test(text)) ? dayOf(text.slice(0, 10)) : undefined;
}

function writtenInstant(text: string | undefined, clock: LocalClock): Micros | undefined {
  if (text === undefined || !ISO_TIME.test(text)) return undefined;
  const exact = text.replace(/(\.\d{9})\d+/, '$1');
  try {
    if (/(Z|[+-]\d\d:\d\d)$/.test(exact)) return microsOf(Temporal.Instant.from(exact));
    return clock.at(Temporal.PlainDateTime.from(exact));
  } catch {
    return undefined;
  }
}

/** `BookgDt`, `ValDt`, a balance's `Dt`: a choice of Dt and DtTm. */
export const dateText = (element: Element | undefined): string | undefined =>
  textOf(element, 'Dt') ?? textOf(element, 'DtTm');

/** An amount, or why it is none. */
export type Amount =
  | Readonly<{ currency: string; minor: bigint }>
  | Readonly<{ currency: string; code: RejectCode; value: string }>;

/** A TxDtls, boiled down while its entry is still open. */
export type Detail = Readonly<{
  row: number;
  at: number;
  length: number;
  sign: 1n | -1n | undefined;
  /** Its own amount, then the amount of the transaction; unsigned. */
  own: Amount | undefined;
  transaction: Amount | undefined;
  /** Its currency is explained: it says how the amount came about. */
  exchanged: boolean;
  /** Charges or a return: the detail may differ from the entry by money that is not itemised. */
  charged: boolean;
  occurredAt: Micros | undefined;
  orderRef: string | undefined;
  channelRef: string | undefined;
  bankRef: string | undefined;
  batchRef: string | undefined;
  debtor: string | undefined;
  creditor: string | undefined;
  method: string | undefined;
  text: string | undefined;
}>;

/** One NtryDtls: a batch's own figures and the details it lists. */
export type Batch = Readonly<{ btch: Element | undefined; details: Detail[] }>;

export function detailOf(element: Element, end: number, clock: LocalClock): Detail {
  const refs = child(element, 'Refs');
  const parties = child(element, 'RltdPties');
  const returned = child(element, 'RtrInf');
  return {
    row: element.row,
    at: element.at,
    length: end - element.at,
    sign: signOf(element),
    own: amountOf(child(element, 'Amt')),
    transaction: amountOf(find(element, 'AmtDtls', 'TxAmt', 'Amt')),
    exchanged: child(element, 'AmtDtls') !== undefined,
    charged: returned !== undefined || child(element, 'Chrgs') !== undefined,
    occurredAt: writtenInstant(
      textOf(element, 'RltdDts', 'AccptncDtTm') ?? textOf(element, 'RltdDts', 'TxDtTm'),
      clock,
    ),
    orderRef: reference(textOf(refs, 'EndToEndId')),
    channelRef:
      reference(textOf(refs, 'TxId')) ?? reference(textOf(refs, 'UETR')) ?? reference(textOf(refs, 'InstrId')),
    bankRef: reference(textOf(refs, 'AcctSvcrRef')),
    batchRef: reference(textOf(refs, 'PmtInfId')),
    debtor: nameOf(child(parties, 'Dbtr')) ?? nameOf(child(parties, 'UltmtDbtr')),
    creditor: nameOf(child(parties, 'Cdtr')) ?? nameOf(child(parties, 'UltmtCdtr')),
    method: methodOf(element),
    text: remittance([
      ...childrenOf(child(element, 'RmtInf'), 'Ustrd').map((u) => u.text),
      ...childrenOf(child(element, 'RmtInf'), 'Strd').map(
        (s) => textOf(s, 'CdtrRefInf', 'Ref') ?? textOf(s, 'CdtrRefInf', 'CdtrRef'),
      ),
      textOf(returned, 'Rsn', 'Cd') ?? textOf(returned, 'Rsn', 'Prtry'),
      textOf(element, 'AddtlTxInf'),
    ]),
  };
}

/** Version 2 has the name directly, version 8 under Pty; a bank as party has it under Agt. */
function nameOf(party: Element | undefined): string | undefined {
  return textOf(party, 'Nm') ?? textOf(party, 'Pty', 'Nm') ?? textOf(party, 'Agt', 'FinInstnId', 'Nm');
}

function methodOf(element: Element): string | undefined {
  const code = child(element, 'BkTxCd');
  const family = find(code, 'Domn', 'Fmly');
  const parts = [textOf(code, 'Domn', 'Cd'), textOf(family, 'Cd'), textOf(family, 'SubFmlyCd')].filter((part) => part);
  return parts.length > 0 ? parts.join('-') : textOf(code, 'Prtry', 'Cd');
}

export function amountOf(element: Element | undefined): Amount | undefined {
  if (!element) return undefined;
  const currency = element.currency ?? '';
  const value = element.text.trim();
  if (currency === '') return { currency, code: 'missing', value: '' };
  if (!isCurrency(currency)) return { currency, code: 'bad_currency', value: currency };
  if (value === '') return { currency, code: 'missing', value };
  const minor = minorOf(decimalOf(value), currency);
  return typeof minor === 'bigint' ? { currency, minor } : { currency, code: minor, value };
}

export const inCurrency = (amount: Amount | undefined, currency: string): bigint | undefined =>
  amount && 'minor' in amount && amount.currency === currency ? amount.minor : undefined;

/** An entry that could be read: what every line of it has in common. */
export type Entry = Readonly<{
  sign: 1n | -1n;
  currency: string;
  amount: bigint;
  status: Status;
  reversal: boolean;
  businessOn: Temporal.PlainDate;
  valueOn: Temporal.PlainDate;
  occurredAt: Micros | undefined;
  dated: boolean;
}>;

export type Fault = Readonly<{ column: string; code: RejectCode; value: string }>;

const STATUS: Readonly<Record<string, Status>> = { BOOK: 'done', PDNG: 'pending', FUTR: 'pending', INFO: 'pending' };

export function entryOf(element: Element, fallback: Temporal.PlainDate | undefined, clock: LocalClock): Entry | Fault {
  const fault = (column: string, code: RejectCode, value: string | undefined): Fault =>
    value === undefined ? { column, code: 'missing', value: '' } : { column, code, value };
  const amount = amountOf(child(element, 'Amt'));
  if (!amount) return fault('Ntry/Amt', 'missing', undefined);
  if ('code' in amount) return { column: amountColumn('Ntry/Amt', amount), code: amount.code, value: amount.value };
  const sign = signOf(element);
  if (!sign) return fault('Ntry/CdtDbtInd', 'bad_value', textOf(element, 'CdtDbtInd'));
  const stated = textOf(element, 'Sts', 'Cd') ?? textOf(element, 'Sts', 'Prtry') ?? textOf(element, 'Sts');
  const status = STATUS[stated ?? ''];
  if (!status) return fault('Ntry/Sts', 'bad_value', stated);
  const reversal = textOf(element, 'RvslInd') ?? 'false';
  if (!/^(true|false|0|1)$/.test(reversal)) return fault('Ntry/RvslInd', 'bad_value', reversal);
  const bookedText = dateText(child(element, 'BookgDt'));
  const valuedText = dateText(child(element, 'ValDt'));
  const booked = writtenDay(bookedText);
  const valued = writtenDay(valuedText);
  if (bookedText !== undefined && !booked) return fault('Ntry/BookgDt', 'bad_date', bookedText);
  if (valuedText !== undefined && !valued) return fault('Ntry/ValDt', 'bad_date', valuedText);
  const businessOn = booked ?? valued ?? fallback;
  if (!businessOn) return fault('Ntry/BookgDt', 'missing', undefined);
  return {
    sign,
    currency: amount.currency,
    amount: sign * amount.minor,
    status,
    reversal: reversal === 'true' || reversal === '1',
    businessOn,
    valueOn: valued ?? businessOn,
    occurredAt: writtenInstant(textOf(element, 'BookgDt', 'DtTm'), clock),
    dated: booked !== undefined || valued !== undefined,
  };
}

const amountColumn = (path: string, { currency }: Amount): string => (isCurrency(currency) ? path : `${path}@Ccy`);

/** An amount of a detail that cannot be read makes the entry doubtful, unless it is in a currency other than the entry's. */
export function faultIn(details: readonly Detail[], entryCurrency: string): Fault | undefined {
  for (const { own, transaction } of details) {
    const amounts = [
      ['Ntry/NtryDtls/TxDtls/Amt', own],
      ['Ntry/NtryDtls/TxDtls/AmtDtls/TxAmt/Amt', transaction],
    ] as const;
    for (const [path, amount] of amounts) {
      if (!amount || !('code' in amount)) continue;
      if (isCurrency(amount.currency) && amount.currency !== entryCurrency) continue;
      return { column: amountColumn(path, amount), code: amount.code, value: amount.value };
    }
  }
  return undefined;
}

/** The signed share of each detail in the currency of the entry, by its own amount or else the transaction's. */
function sharesBy(first: 'own' | 'transaction', entry: Entry, details: readonly Detail[]): bigint[] | undefined {
  const second = first === 'own' ? 'transaction' : 'own';
  const shares: bigint[] = [];
  for (const detail of details) {
    const minor = inCurrency(detail[first], entry.currency) ?? inCurrency(detail[second], entry.currency);
    if (minor === undefined) return undefined;
    shares.push((detail.sign ?? entry.sign) * minor);
  }
  return shares;
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** How an entry is shared by its details, or which figure of its details contradicts it. */
export function sharing(
  entry: Entry,
  batches: readonly Batch[],
  charged: boolean,
): { shares?: bigint[]; wrong?: Check } {
  const details = batches.flatMap((batch) => batch.details);
  if (details.length === 0) return {};
  const own = sharesBy('own', entry, details);
  if (!own) {
    const foreign = strayDetail(entry, details);
    return foreign ? { wrong: entryCheck('Ntry/Amt@Ccy', 'TxDtls', entry.currency, foreign) } : {};
  }
  const transaction = sharesBy('transaction', entry, details)!;
  const shares = [own, transaction].find((candidate) => sum(candidate) === entry.amount);
  const wrong = batches.map((batch) => wrongBatch(entry, batch)).find((check) => check);
  if (wrong) return { wrong };
  if (shares) return { shares };
  if (charged || details.some((detail) => detail.charged)) return {};
  return {
    wrong: entryCheck(
      'Ntry/Amt',
      'TxDtls',
      decimalText(entry.amount, entry.currency),
      decimalText(sum(own), entry.currency),
    ),
  };
}

/** Details in the entry's currency beside one in another that nothing explains: one code is damaged. */
function strayDetail(entry: Entry, details: readonly Detail[]): string | undefined {
  const stray = details.find(({ own, exchanged }) => own && own.currency !== entry.currency && !exchanged);
  const others = details.some(({ own }) => own?.currency === entry.currency);
  return others ? stray?.own?.currency : undefined;
}

/** NbOfTxs and TtlAmt of a batch against the details it lists. */
function wrongBatch(entry: Entry, { btch, details }: Batch): Check | undefined {
  if (!btch || details.length === 0) return undefined;
  const count = textOf(btch, 'NbOfTxs');
  if (count !== undefined && count.replace(/^0+(?=\d)/, '') !== String(details.length)) {
    return entryCheck('Btch/NbOfTxs', 'TxDtls', count, String(details.length));
  }
  const total = child(btch, 'TtlAmt');
  if (!total) return undefined;
  const stated = inCurrency(amountOf(total), entry.currency);
  const signed = stated === undefined ? undefined : (signOf(btch) ?? entry.sign) * stated;
  const own = sum(sharesBy('own', entry, details)!);
  const transaction = sum(sharesBy('transaction', entry, details)!);
  if (signed === own || signed === transaction) return undefined;
  return entryCheck('Btch/TtlAmt', 'TxDtls', total.text.trim(), decimalText(own, entry.currency));
}

const entryCheck = (figure: string, parts: string, expected: string, actual: string): Check => ({
  name: { en: `${figure} against its ${parts}`, zh: `${figure} 与其 ${parts} 明细` },
  expected,
  actual,
  ok: false,
});

function lineOf(entry: Entry, account: string | undefined, amount: bigint): Line {
  return {
    row: 0,
    at: 0,
    length: 0,
    kind: entry.reversal ? 'reversal' : amount < 0n || (amount === 0n && entry.sign < 0n) ? 'payout' : 'payment',
    status: entry.status,
    currency: entry.currency,
    amount,
    businessOn: entry.businessOn,
    valueOn: entry.valueOn,
    account,
  };
}

/** The other side: who paid when money came in, who was paid when it went out; in a reversal the parties keep their first roles. */
function partyOf(entry: Entry, amount: bigint, detail: Detail | undefined): string | undefined {
  const cameIn = amount === 0n ? entry.sign > 0n : amount > 0n;
  return cameIn !== entry.reversal ? detail?.debtor : detail?.creditor;
}

/** The lines of one entry: one for each detail when they share it, else one for the whole. */
export function linesOf(
  entry: Entry,
  element: Element,
  length: number,
  account: string | undefined,
  batches: readonly Batch[],
  shares: readonly bigint[] | undefined,
): Line[] {
  const entryRef = reference(textOf(element, 'AcctSvcrRef'));
  const entryText = textOf(element, 'AddtlNtryInf');
  const details = batches.flatMap((batch) => batch.details.map((detail) => ({ detail, btch: batch.btch })));
  if (shares && details.length > 1) {
    return details.map(({ detail, btch }, i) => ({
      ...lineOf(entry, account, shares[i]!),
      row: detail.row,
      at: detail.at,
      length: detail.length,
      occurredAt: detail.occurredAt ?? entry.occurredAt,
      orderRef: detail.orderRef,
      channelRef: detail.channelRef,
      batchRef: batchRefOf(btch) ?? entryRef,
      bankRef: detail.bankRef ?? entryRef,
      method: detail.method ?? methodOf(element),
      party: partyOf(entry, shares[i]!, detail),
      text: remittance([detail.text, entryText]),
    }));
  }
  // Version 1 has the batch directly below the entry.
  const btch = batches.find((batch) => batch.btch)?.btch ?? child(element, 'Btch');
  const count = textOf(btch, 'NbOfTxs');
  const only = details.length === 1 && /^0*1$/.test(count ?? '1') ? details[0]!.detail : undefined;
  return [
    {
      ...lineOf(entry, account, entry.amount),
      row: element.row,
      at: element.at,
      length,
      occurredAt: entry.occurredAt ?? only?.occurredAt,
      orderRef: only?.orderRef,
      channelRef: only?.channelRef,
      batchRef: batchRefOf(btch) ?? only?.batchRef,
      bankRef: entryRef ?? only?.bankRef,
      method: methodOf(element) ?? only?.method,
      party: partyOf(entry, entry.amount, only),
      text: remittance([
        ...details.map(({ detail }) => detail.text),
        entryText,
        only || count === undefined ? undefined : `NbOfTxs ${count}`,
      ]),
    },
  ];
}

const batchRefOf = (btch: Element | undefined): string | undefined =>
  reference(textOf(btch, 'PmtInfId')) ?? reference(textOf(btch, 'MsgId'));
