/** The balance report of the simulated Stripe: made from the truth a minute after it was asked for, once its data are there. */
import { type Charge, type Movement, type Refund, txnOf } from './truth.ts';

export const REPORT = 'balance_change_from_activity.itemized.3';
const HALF_DAY = 43_200;
/** Data are loaded for each half day, twelve hours after it. */
export const dataEnd = (now: number): number => Math.floor((now - HALF_DAY) / HALF_DAY) * HALF_DAY;

const ZERO = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE = new Set('bhd jod kwd omr tnd'.split(' '));
/** Major units, as the files write them. */
function major(amount: number, currency: string): string {
  const decimals = ZERO.has(currency) ? 0 : THREE.has(currency) ? 3 : 2;
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
const stamp = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at * 1_000)
    .toString()
    .replace('T', ' ')
    .replace('Z', '');

type Row = Readonly<{
  id: string;
  at: number;
  amount: number;
  fee: number;
  category: string;
  source: string;
  charge: Charge;
  refund?: Refund;
}>;

function rowsOf(charges: readonly Charge[]): readonly Row[] {
  return charges.flatMap((charge): Row[] => {
    if (charge.captured === 0) return [];
    const fee = Math.round((charge.captured * 29) / 1_000) + 30;
    const paid: Row = {
      id: txnOf(charge.id),
      at: charge.created,
      amount: charge.captured,
      fee,
      category: 'charge',
      source: charge.id,
      charge,
    };
    const back = charge.refunds.flatMap((refund): Row[] => {
      const it = { fee: 0, source: refund.id, charge, refund } as const;
      const done: Row = { ...it, id: txnOf(refund.id), at: refund.created, amount: -refund.amount, category: 'refund' };
      if (refund.failedAt === undefined) return [done];
      return [
        done,
        { ...it, id: txnOf(`${refund.id}f`), at: refund.failedAt, amount: refund.amount, category: 'refund_failure' },
      ];
    });
    return [paid, ...back];
  });
}

/** A part is changed as the whole was. */
function changed({ intent }: Charge, amount: number): number {
  const { amount: whole } = intent.settles ?? intent;
  return Math.round((amount * whole) / intent.amount);
}

/** What the charges moved on the balance. */
export const movementsOf = (charges: readonly Charge[]): readonly Movement[] =>
  rowsOf(charges).map((r) => ({
    ...{ id: r.id, at: r.at, gross: changed(r.charge, r.amount), fee: r.fee, source: r.source },
    currency: (r.charge.intent.settles ?? r.charge.intent).currency,
    type: r.category,
  }));

export function balanceReport(
  charges: readonly Charge[],
  span: Readonly<{ from: number; to: number; columns: readonly string[] }>,
): string {
  const rows = rowsOf(charges)
    .filter((r) => r.at >= span.from && r.at < span.to)
    .sort((a, b) => a.at - b.at);
  const cell = (r: Row, column: string): string => {
    const { intent } = r.charge;
    const { currency } = intent.settles ?? intent;
    const gross = changed(r.charge, r.amount);
    const [, whose, key] = /^(payment|refund)_metadata\[(.+)\]$/.exec(column) ?? [];
    if (key !== undefined) return (whose === 'payment' ? intent.metadata : (r.refund?.metadata ?? {}))[key] ?? '';
    const cells: Readonly<Record<string, string>> = {
      balance_transaction_id: r.id,
      created_utc: stamp(r.at),
      created: stamp(r.at),
      available_on: stamp(r.at + 172_800),
      currency,
      gross: major(gross, currency),
      fee: major(r.fee, currency),
      net: major(gross - r.fee, currency),
      reporting_category: r.category,
      source_id: r.source,
      description: '',
      customer_facing_amount: major(r.amount, intent.currency),
      customer_facing_currency: intent.currency,
      charge_id: r.charge.id,
      payment_intent_id: intent.id,
      payment_method_type: 'card',
    };
    return cells[column] ?? '';
  };
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = [span.columns, ...rows.map((r) => span.columns.map((column) => cell(r, column)))];
  return lines.map((line) => `${line.map(quoted).join(',')}\n`).join('');
}
