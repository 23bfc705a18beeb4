/** Sound reports of the global PSPs to damage: made up, with sums that agree. Amounts here are minor units. */
import type { Bill } from './bills.ts';

/** Minor units as an English decimal of a currency with this exponent, ungrouped. */
export function major(minor: number, exponent = 2): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  return `${minor < 0 ? '-' : ''}${whole}${exponent === 0 ? '' : `.${digits.slice(-exponent)}`}`;
}

const numbers = Array.from({ length: 12 }, (_, i) => i);
const minute = (i: number): string =>
  `${String(8 + Math.trunc(i / 6)).padStart(2, '0')}:${String((i % 6) * 10).padStart(2, '0')}:07`;
const price = (i: number): number => 1_001 + 317 * i;
const cost = (i: number): number => 31 + 7 * i;
const isRefund = (i: number): boolean => i % 5 === 4;

const csv = (header: string, rows: ReadonlyArray<readonly string[]>): Bill => ({
  before: [],
  header,
  rows,
  after: [],
  delimiter: ',',
  lead: '',
  encoding: 'utf8',
  bom: false,
});

export function stripeBalanceBill(): Bill {
  const rows = numbers.map((i) => {
    const gross = isRefund(i) ? -price(i) : price(i);
    const fee = isRefund(i) ? 0 : cost(i);
    const paid = isRefund(i) ? i - 4 : i;
    const at = `2026-11-20 ${minute(i)}`;
    return [
      ...[`txn_${i}`, at, '2026-11-24 00:00:00', 'usd', major(gross), major(fee), major(gross - fee)],
      ...[
        isRefund(i) ? 'refund' : 'charge',
        `${isRefund(i) ? 're' : 'ch'}_${i}`,
        `ch_${paid}`,
        `pi_${paid}`,
        `S${1000 + paid}`,
      ],
    ];
  });
  return csv(
    'balance_transaction_id,created_utc,available_on,currency,gross,fee,net,reporting_category,source_id,charge_id,payment_intent_id,order_id',
    rows,
  );
}

export const ADYEN_HEADER =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number';

/** Twelve journal rows of batch 41, blended and interchange++ in turn, its transaction fees and the payout that empties it. */
export function adyenSettlementBill(): Bill {
  let left = 0;
  const journal = numbers.map((i) => {
    const refund = isRefund(i);
    const fee = cost(i);
    const net = refund ? price(i) + fee : price(i) - fee;
    left += refund ? -net : net;
    const amounts = refund
      ? [major(price(i)), '', '1', 'EUR', major(net), '']
      : ['', major(price(i)), '1', 'EUR', '', major(net)];
    const costs = i % 2 === 0 ? [major(fee), '', '', ''] : ['', major(10), major(11), major(fee - 21)];
    return [
      ...[
        'ExampleCo',
        'ExampleCo_EU',
        `88160000000000${10 + i}`,
        `S${1000 + i}`,
        'visa',
        `2026-11-20 ${minute(i)}`,
        'CET',
      ],
      ...[refund ? 'Refunded' : 'Settled', `88160000000001${10 + i}`, 'EUR', ...amounts, ...costs, '41'],
    ];
  });
  const closing = (type: string, reference: string, debit: number): string[] => [
    ...['ExampleCo', 'ExampleCo_EU', '', '', '', '2026-11-22 00:46:38', 'CET', type, reference, '', '', '', ''],
    ...['EUR', major(debit), '', '', '', '', '', '41'],
  ];
  const fees = closing('Fee', 'Transaction Fees November 20 2026', 221);
  return csv(ADYEN_HEADER, [...journal, fees, closing('MerchantPayout', 'TX881600000XT batch 41', left - 221)]);
}

export const PAYPAL_HEADER =
  'Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,Transaction ID,Reference Txn ID,Invoice Number,Balance,Balance Impact';

/** Twelve rows in two currencies, oldest first; every fifth gives money back, and one is shown only. */
export function paypalActivityBill(): Bill {
  const balances = { USD: 250_000, JPY: 90_000 };
  const rows = numbers.map((i) => {
    const currency = i % 4 === 3 ? 'JPY' : 'USD';
    const exponent = currency === 'JPY' ? 0 : 2;
    const memo = i === 6;
    const gross = isRefund(i) ? -price(i) : price(i);
    const fee = isRefund(i) || memo ? 0 : -cost(i);
    if (!memo) balances[currency] += gross + fee;
    return [
      ...[`11/${13 + Math.trunc(i / 3)}/2026`, minute(i), 'PST', 'Ada Lane'],
      ...(memo
        ? ['General Authorization', 'Pending']
        : [isRefund(i) ? 'Payment Refund' : 'Express Checkout Payment', 'Completed']),
      ...[
        currency,
        major(gross, exponent),
        major(fee, exponent),
        major(gross + fee, exponent),
        `1AA000000000000${10 + i}`,
      ],
      ...[isRefund(i) ? `1AA000000000000${6 + i}` : '', `S${1000 + i}`, major(balances[currency], exponent)],
      memo ? 'Memo' : gross < 0 ? 'Debit' : 'Credit',
    ];
  });
  return csv(PAYPAL_HEADER, rows);
}

const STL_COLUMNS =
  'Transaction ID,Invoice ID,PayPal Reference ID,PayPal Reference ID Type,Transaction Event Code,Transaction Initiation Date,Transaction Completion Date,Transaction  Debit or Credit,Gross Transaction Amount,Gross Transaction Currency,Fee Debit or Credit,Fee Amount,Fee Currency,Custom Field,Store ID';
export const STL = { id: 1, code: 5, way: 8, gross: 9, currency: 10, feeWay: 11, fee: 12, feeCurrency: 13 } as const;

/** The records of a settlement report, cell by cell: two currencies that are held and one that is converted at once. */
export function stlRecords(): string[][] {
  const sums = new Map([
    ['USD', [0, 0, 0, 0]],
    ['JPY', [0, 0, 0, 0]],
  ]);
  const sb = (i: number, code: string, gross: number, currency: string, fee: number): string[] => {
    const own = sums.get(currency);
    if (own) {
      own[gross < 0 ? 1 : 0]! += Math.abs(gross);
      own[fee < 0 ? 2 : 3]! += Math.abs(fee);
    }
    const at = `2026/11/20 ${minute(i % 20)} -0800`;
    return [
      ...[
        'SB',
        `9AA000000000000${10 + i}`,
        `S${1000 + i}`,
        '',
        '',
        code,
        at,
        at,
        gross < 0 ? 'DR' : 'CR',
        String(Math.abs(gross)),
        currency,
      ],
      ...[fee < 0 ? 'CR' : 'DR', String(Math.abs(fee)), currency, '', ''],
    ];
  };
  const rows = [
    ...numbers.map((i) =>
      sb(
        i,
        isRefund(i) ? 'T1107' : 'T0006',
        isRefund(i) ? -price(i) : price(i),
        i % 4 === 3 ? 'JPY' : 'USD',
        isRefund(i) ? -5 : cost(i),
      ),
    ),
    sb(20, 'T0006', 1700, 'BRL', 344),
    sb(21, 'T0200', -1356, 'BRL', 0),
    sb(22, 'T0200', 241, 'USD', 0),
    sb(23, 'T0400', -4000, 'USD', 0),
  ];
  const footer = (type: string): string[][] =>
    [...sums].map(([currency, [credit = 0, debit = 0, feeCredit = 0, feeDebit = 0]]) => {
      const closing = ['CR', String(100_000 + credit - debit + feeCredit - feeDebit)];
      return [
        type,
        currency,
        ...[credit, debit, feeCredit, feeDebit].map(String),
        'CR',
        '100000',
        ...closing,
        'CR',
        '100000',
        ...closing,
        '1',
      ];
    });
  const n = String(rows.length);
  return [
    ['RH', '2026/11/21 02:44:19 -0800', 'A', 'EXAMPLEPAYER1', '009', ''],
    ['FH', '01'],
    ['SH', '2026/11/20 00:00:00 -0800', '2026/11/20 23:59:59 -0800', 'EXAMPLEPAYER1', ''],
    ['CH', ...STL_COLUMNS.split(',')],
    ...rows,
    ...footer('SF'),
    ['SC', n],
    ...footer('RF'),
    ['RC', n],
    ['FF', n],
  ];
}

/** Text cells stand in quotes, numbers and times do not. */
export const stlBytes = (records: ReadonlyArray<readonly string[]>): Uint8Array =>
  Buffer.from(
    records
      .map((cells) => `${cells.map((c) => (/^[0-9]/.test(c) && !/[A-Z]/.test(c) ? c : `"${c}"`)).join(',')}\r\n`)
      .join(''),
  );
