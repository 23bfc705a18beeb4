/**
 * What the accountant's papers need beside the `Result`: balances and day sums of the bank accounts, and the fees split by
 * what they are for. Plain data, taken from a finished run by a few aggregates; no line of a document is loaded.
 */
import { exponentOf } from '../../base/currency.ts';
import { rescale } from '../../base/money.ts';
import type { Engine } from '../../files/engine.ts';
import type { LoadedDocument } from '../load.ts';
import type { Run } from '../run.ts';

/** A balance pair that one bank statement states. Days are the statement's, or those of the document it stands in. */
export type StatedBalance = Readonly<{
  account: string;
  currency: string;
  file: string;
  from: string;
  to: string;
  opening?: bigint;
  closing?: bigint;
}>;

/** What moved on one account and day; `channel`: entries that bear the name of a channel. `out` is negative. */
export type BankDay = Readonly<{
  account: string;
  currency: string;
  on: string;
  channel: boolean;
  in: bigint;
  out: bigint;
  entries: number;
}>;

/** Fees of a channel account and month. Fees have `scale` decimals; `amount` and the judged figures the currency's own. */
export type FeeTotal = Readonly<{
  channel: string;
  account: string;
  month: string;
  currency: string;
  scale: number;
  payments: Sum;
  /** Refunds, reversals, chargebacks; the fee is negative where it is given back. */
  others: Sum;
  /** Fees that are lines of their own. */
  rows: Sum;
  /** The payments for which a plan agrees a fee: what was charged for them, each rounded as agreed, and what was agreed. */
  judged: Readonly<{ lines: number; amount: bigint; stated: bigint; agreed: bigint }>;
}>;
export type Sum = Readonly<{ lines: number; amount: bigint; fee: bigint }>;

export type PaperFacts = Readonly<{
  /** Were batches compared with the bank? Without a bill there is nothing to compare. */
  bankCompared: boolean;
  balances: readonly StatedBalance[];
  days: readonly BankDay[];
  fees: readonly FeeTotal[];
  /** Short names of the statements that name no account, by the key used instead. */
  unnamed: Readonly<Record<string, string>>;
}>;

/** Whose balance or entry it is. A document that names no account is an account of its own, never joined with another. */
export const accountKey = (account: string | undefined, sha256: string): string => account || `#${sha256}`;

export async function paperFacts(run: Pick<Run, 'engine' | 'documents'>): Promise<PaperFacts> {
  const { engine, documents } = run;
  const statements = documents.filter((d) => d.format.role === 'bank');
  const bankCompared = documents.some((d) => d.format.role === 'channel' || d.format.role === 'balance');
  return {
    bankCompared,
    balances: statements.flatMap(balancesOf),
    days: await bankDays(engine, bankCompared),
    fees: await feeTotals(engine),
    unnamed: Object.fromEntries(statements.map((d) => [accountKey(undefined, d.input.sha256), d.file])),
  };
}

function balancesOf(d: LoadedDocument): StatedBalance[] {
  return (d.facts.balances ?? []).flatMap((b) => {
    const from = b.from?.toString() ?? d.from;
    const to = b.to?.toString() ?? d.to;
    if (from === undefined || to === undefined) return [];
    return [
      {
        account: accountKey(b.account || d.account, d.input.sha256),
        currency: b.currency,
        file: d.file,
        from,
        to,
        ...(b.opening !== undefined && { opening: b.opening }),
        ...(b.closing !== undefined && { closing: b.closing }),
      },
    ];
  });
}

async function bankDays(engine: Engine, bankCompared: boolean): Promise<BankDay[]> {
  const rows = await engine.all<{
    account: string;
    currency: string;
    on_: string;
    channel: boolean;
    in_: bigint;
    out_: bigint;
    entries: bigint;
  }>(`
    select coalesce(nullif(l.account, ''), '#' || d.sha) as account, l.currency, coalesce(l.business_on, l.value_on, date '1970-01-01') as on_,
      ${bankCompared ? 'c.channel is not null' : 'false'} as channel, coalesce(sum(l.amount) filter (l.amount > 0), 0)::bigint as in_,
      coalesce(sum(l.amount) filter (l.amount < 0), 0)::bigint as out_, count(*) as entries
    from used_lines l join docs d on d.doc = l.doc left join bank_channel c on c.id = l.id
    where l.role = 'bank' and l.status = 'done' group by 1, 2, 3, 4 order by 1, 2, 3, 4`);
  return rows.map((r) => ({
    account: r.account,
    currency: r.currency,
    on: r.on_,
    channel: r.channel,
    in: r.in_,
    out: r.out_,
    entries: Number(r.entries),
  }));
}

const WHOSE = `channel, account, currency, coalesce(strftime(business_on, '%Y-%m'), '') as month`;

type Whose = { channel: string; account: string; currency: string; month: string };

async function feeTotals(engine: Engine): Promise<FeeTotal[]> {
  const stated = await engine.all<
    Whose & { what: 'payments' | 'others' | 'rows'; scale: number; lines: bigint; amount: bigint; fee: bigint }
  >(`
    select ${WHOSE}, case kind when 'payment' then 'payments' when 'fee' then 'rows' else 'others' end as what, fee_scale::integer as scale,
      count(*) as lines, sum(settle)::bigint as amount, sum(fee)::bigint as fee
    from settle_lines group by all order by all`);
  // As in the joint `batches`: by row where the plan rounds the row, by settle day where it rounds the day.
  const judged = await engine.all<Whose & { lines: bigint; amount: bigint; stated: bigint; agreed: bigint }>(`
    select channel, account, currency, month, sum(lines)::bigint as lines, sum(amount)::bigint as amount, sum(stated)::bigint as stated,
      sum(agreed)::bigint as agreed
    from (
      select ${WHOSE}, count(*) as lines, sum(settle) as amount, sum(fee_rounded) as stated, sum(fee_agreed) as agreed
      from settle_lines where fee_agreed is not null group by all
      union all
      select ${WHOSE}, count(*), sum(settle), dz_round(sum(fee)::bigint, max(fee_scale)::integer, dz_exponent(currency)),
        dz_round(sum(fee_agreed_fine), dz_exponent(currency) + 6, dz_exponent(currency))
      from settle_lines where fee_agreed_fine is not null group by channel, account, currency, month, settle_on)
    group by all`);
  const keyOf = (w: Whose): string => [w.channel, w.account, w.month, w.currency].join('\u001f');
  const judgedBy = new Map(judged.map((j) => [keyOf(j), j]));
  return [...Map.groupBy(stated, keyOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, rows]) => {
      const { channel, account, month, currency } = rows[0]!;
      const scale = Math.max(exponentOf(currency) ?? 0, ...rows.map((r) => r.scale));
      const sum = (what: (typeof rows)[number]['what']): Sum => {
        const own = rows.filter((r) => r.what === what);
        return {
          lines: own.reduce((n, r) => n + Number(r.lines), 0),
          amount: own.reduce((n, r) => n + r.amount, 0n),
          fee: own.reduce((n, r) => n + rescale({ value: r.fee, scale: r.scale }, scale)!.value, 0n),
        };
      };
      const j = judgedBy.get(key);
      return {
        ...{ channel, account, month, currency, scale },
        ...{ payments: sum('payments'), others: sum('others'), rows: sum('rows') },
        judged: {
          lines: Number(j?.lines ?? 0n),
          amount: j?.amount ?? 0n,
          stated: j?.stated ?? 0n,
          agreed: j?.agreed ?? 0n,
        },
      };
    });
}
