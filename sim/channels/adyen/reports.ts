/** The reports of the simulated Adyen, made of the truth: the payment accounting report of a day, and a settlement batch's details. */
import { exponentOf } from '../../../src/base/currency.ts';
import { type Amount, at, dayOf, localOf, type Payment, type Step, settledAt, stepsOf } from './truth.ts';

const COMPANY = 'SimulatedCompany';
/** Of what is settled, rounded down. */
const FEE_PER_MILLE = 14;
const feeOf = (value: number): number => Math.floor((value * FEE_PER_MILLE) / 1_000);

/** Major units of a currency in which one of our minor units is one of Adyen's. */
export function major({ value, currency }: Amount): string {
  const scale = exponentOf(currency) ?? 2;
  const digits = String(Math.abs(value)).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${value < 0 ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}

const timeOf = (at: Temporal.Instant): readonly [local: string, zone: string] => {
  const z = localOf(at);
  const local = z.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
  return [local, z.offset === '+01:00' ? 'CET' : 'CEST'];
};
const csv = (rows: ReadonlyArray<readonly string[]>): Uint8Array =>
  Buffer.from(
    `${rows.map((r) => r.map((c) => (/[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(',')).join('\n')}\n`,
  );

const ACCOUNTING = [
  ...['Company Account', 'Merchant Account', 'Psp Reference', 'Merchant Reference', 'Payment Method'],
  ...['Booking Date', 'TimeZone', 'Main Currency', 'Main Amount', 'Record Type'],
  ...['Payment Currency', 'Received (PC)', 'Authorized (PC)', 'Captured (PC)'],
  ...['Settlement Currency', 'Payable (SC)', 'Commission (SC)', 'Markup (SC)', 'Scheme Fees (SC)', 'Interchange (SC)'],
  ...['Processing Fee Currency', 'Processing Fee (FC)', 'User Name', 'Payment Method Variant'],
  ...['Modification Psp Reference', 'Modification Merchant Reference'],
];

export function accountingReport(
  payments: Iterable<Payment>,
  merchantAccount: string,
  on: Temporal.PlainDate,
  now: Temporal.Instant,
): Uint8Array {
  const rows: Array<readonly [Payment, Step]> = [];
  for (const p of payments) for (const step of stepsOf(p, now)) if (dayOf(step.at).equals(on)) rows.push([p, step]);
  rows.sort(([, a], [, b]) => Temporal.Instant.compare(a.at, b.at));
  return csv([
    ACCOUNTING,
    ...rows.map(([p, step]) => [
      ...[COMPANY, merchantAccount, p.psp, p.ref, p.method, ...timeOf(step.at)],
      ...[step.amount.currency, major(step.amount), step.type, step.amount.currency, '', '', ''],
      ...[step.amount.currency, '', '', '', '', '', '', '', 'system', p.method],
      ...[step.change?.psp ?? '', step.change?.reference ?? ''],
    ]),
  ]);
}

const SETTLEMENT = [
  ...['Company Account', 'Merchant Account', 'Psp Reference', 'Merchant Reference', 'Payment Method'],
  ...['Creation Date', 'TimeZone', 'Type', 'Modification Reference'],
  ...['Gross Currency', 'Gross Debit (GC)', 'Gross Credit (GC)', 'Exchange Rate'],
  ...['Net Currency', 'Net Debit (NC)', 'Net Credit (NC)', 'Commission (NC)', 'Markup (NC)'],
  ...[
    'Scheme Fees (NC)',
    'Interchange (NC)',
    'Payment Method Variant',
    'Modification Merchant Reference',
    'Batch Number',
  ],
];

const transferOf = (batch: number): string => `TX${String(batch).padStart(9, '0')}XT`;

/** What went to the bank for a day, by currency: what is left of its steps, and what came back of the day before. */
function payoutsOf(
  payments: readonly Payment[],
  on: Temporal.PlainDate,
  isReturned: (on: Temporal.PlainDate) => boolean,
  now: Temporal.Instant,
): ReadonlyMap<string, number> {
  const before = on.subtract({ days: 1 });
  const left = new Map(isReturned(before) ? payoutsOf(payments, before, isReturned, now) : []);
  for (const step of payments.flatMap((p) => stepsOf(p, now))) {
    if ((step.type !== 'Settled' && step.type !== 'Refunded') || !dayOf(step.at).equals(on)) continue;
    const { currency, value } = step.amount;
    const net = step.type === 'Settled' ? value - feeOf(value) : -value;
    left.set(currency, (left.get(currency) ?? 0) + net);
  }
  return new Map([...left].filter(([, value]) => value > 0));
}

/** What was settled or given back on these days of one currency, and the payout that empties it; undefined where nothing was. */
export function settlementReport(
  payments: readonly Payment[],
  batch: Readonly<{ merchantAccount: string; number: number; on: Temporal.PlainDate }>,
  /** Whether the bank sent back what was paid out for that day. */
  isReturned: (on: Temporal.PlainDate) => boolean,
  now: Temporal.Instant,
): Uint8Array | undefined {
  const rows: string[][] = [];
  const left = new Map<string, number>();
  const tail = (modification: string): string[] => ['', modification, String(batch.number)];
  for (const p of payments)
    for (const step of stepsOf(p, now)) {
      if ((step.type !== 'Settled' && step.type !== 'Refunded') || !dayOf(step.at).equals(batch.on)) continue;
      const { currency, value } = step.amount;
      const isIn = step.type === 'Settled';
      const fee = isIn ? feeOf(value) : 0;
      const [gross, net] = [major(step.amount), major({ currency, value: value - fee })];
      left.set(currency, (left.get(currency) ?? 0) + (isIn ? value - fee : -value));
      rows.push([
        ...[COMPANY, batch.merchantAccount, p.psp, p.ref, p.method, ...timeOf(step.at), step.type],
        ...[step.change?.psp ?? p.psp, currency, ...(isIn ? ['', gross] : [gross, '']), '1'],
        ...[currency, ...(isIn ? ['', net] : [net, '']), major({ currency, value: fee }), '', '', ''],
        ...tail(step.change?.reference ?? ''),
      ]);
    }
  const before = batch.on.subtract({ days: 1 });
  for (const [currency, value] of isReturned(before) ? payoutsOf(payments, before, isReturned, now) : []) {
    const [local, zone] = timeOf(at(batch.on, '01:00'));
    rows.push([
      ...[COMPANY, batch.merchantAccount, '', '', '', local, zone, 'BankInstructionReturned'],
      ...[`${transferOf(batch.number - 1)} batch ${batch.number - 1}, ${batch.merchantAccount}`, '', '', '', ''],
      ...[currency, '', major({ currency, value }), '', '', '', ''],
      ...tail(''),
    ]);
    left.set(currency, (left.get(currency) ?? 0) + value);
  }
  if (rows.length === 0) return undefined;
  for (const [currency, value] of left) {
    const sum = major({ currency, value: Math.abs(value) });
    const [local, zone] = timeOf(
      settledAt(batch.on.subtract({ days: 2 }).toZonedDateTime('Europe/Amsterdam').toInstant()),
    );
    rows.push([
      ...[COMPANY, batch.merchantAccount, '', '', '', local, zone, value < 0 ? 'Balancetransfer' : 'MerchantPayout'],
      ...[`${transferOf(batch.number)} batch ${batch.number}, ${batch.merchantAccount}`, '', '', '', ''],
      ...[currency, ...(value < 0 ? ['', sum] : [sum, '']), '', '', '', ''],
      ...tail(''),
    ]);
  }
  return csv([SETTLEMENT, ...rows]);
}
