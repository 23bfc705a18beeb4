/**
 * What a reconciliation found, into the book: its breaks, each bound to the payment it is about where one of its numbers names exactly
 * one. Cost: a few statements for each 500 breaks. May not: judge; the sentences are the result's own.
 */
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues, values } from '../db/values.ts';
import { tailOf } from '../observations/observation.ts';
import type { Break, Evidence, Result } from '../reconcile/result.ts';

/** Enough for every difference that people can work on; a run with more has the wrong documents, and its report tells of all. */
const MOST_BREAKS = 100_000;
const BATCH = 500;
const COLUMNS = 18;

type Part = 'break' | 'open' | 'ambiguous';
type Numbered = Readonly<{ n: number; part: Part; it: Break }>;
export type Run = Readonly<{ id: string; livemode: boolean }>;

/** The breaks that the book keeps of a result, in its order. */
export const breaksOf = (result: Result): readonly Break[] => partsOf(result).map((b) => b.it);

function partsOf(result: Result): readonly Numbered[] {
  const parts: ReadonlyArray<readonly [Part, readonly Break[]]> = [
    ['break', result.breaks],
    ['open', result.open],
    ['ambiguous', result.ambiguous],
  ];
  return parts
    .flatMap(([part, breaks]) => breaks.map((it) => ({ part, it })))
    .slice(0, MOST_BREAKS)
    .map((b, n) => ({ ...b, n: n + 1 }));
}

/** Replaces the run's breaks. Returns the payments that ours alone know of: the channel is to be asked about them. */
export async function takeFound(tx: TenantTx, run: Run, result: Result): Promise<readonly string[]> {
  const all = partsOf(result);
  await tx.run('delete from breaks where tenant_id = $1 and reconciliation_id = $2', [tx.tenantId, run.id]);
  const oursOnly: string[] = [];
  for (let at = 0; at < all.length; at += BATCH) {
    const some = all.slice(at, at + BATCH);
    const payments = await paymentsOf(tx, run, some);
    for (const { it, n } of some) {
      const payment = payments.get(n);
      if (it.class === 'ours_only' && it.joint === 'orders' && payment !== undefined) oursOnly.push(payment);
    }
    await insert(tx, run, some, payments);
  }
  return oursOnly;
}

async function insert(
  tx: TenantTx,
  run: Run,
  some: readonly Numbered[],
  payments: ReadonlyMap<number, string>,
): Promise<void> {
  const rows = some.map(({ n, part, it }) => [
    run.id,
    n,
    run.livemode,
    part,
    it.id,
    it.class,
    it.finding,
    it.joint,
    it.verdict,
    it.release,
    it.channel ?? null,
    it.account ?? null,
    it.businessOn ?? null,
    it.amount.currency,
    it.amount.amount,
    orderRefOf(it) ?? null,
    payments.get(n) ?? null,
    JSON.stringify(it),
  ]);
  for (const chunk of inChunks(rows, COLUMNS)) {
    const types = 'uuid int boolean text text text text text text text text text date text numeric text uuid jsonb';
    const v = tenantValues(types.split(' '), chunk);
    await tx.run(
      `insert into breaks (tenant_id, reconciliation_id, n, livemode, part, hash, class, finding, joint, verdict, release,
         channel, account, business_on, currency, amount, order_ref, payment_id, body) ${v.text}`,
      [tx.tenantId, ...v.params],
    );
  }
}

const evidenceOf = (it: Break): readonly Evidence[] => [...it.ours, ...it.theirs];
const orderRefOf = (it: Break): string | undefined =>
  evidenceOf(it)
    .map((e) => e.refs.order ?? e.refs.payment)
    .find((ref) => ref !== undefined);

/** References by which a line names its own payment; a refund's origin names the payment too. */
const NAMES = ['order', 'payment', 'channel_trade', 'origin', 'wallet_trade'] as const;

/** By break number: the one payment that its lines name. Where they name several, none: nothing says which. */
async function paymentsOf(tx: TenantTx, run: Run, some: readonly Numbered[]): Promise<ReadonlyMap<number, string>> {
  const named = some.flatMap(({ n, it }) =>
    evidenceOf(it).flatMap((e) =>
      NAMES.flatMap((name) => {
        const value = e.refs[name];
        return value === undefined ? [] : [{ n, value, channel: e.channel }];
      }),
    ),
  );
  if (named.length === 0) return new Map();
  const v = values(
    ['text', 'text'],
    [...new Set(named.map((x) => x.value))].map((value) => [value, tailOf(value)]),
  );
  const rows = await tx.rows<{ value: string; id: string; provider: string }>(
    `select distinct r.value, p.id, a.provider from (${v.text}) as v (value, tail)
       join refs r on r.tenant_id = $1 and r.tail = v.tail and r.value = v.value
       join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.livemode = $${v.params.length + 2}
       join accounts a on a.tenant_id = $1 and a.id = p.account_id`,
    [tx.tenantId, ...v.params, run.livemode],
  );
  const byValue = Map.groupBy(rows, (r) => r.value);
  const found = new Map<number, Set<string>>();
  for (const { n, value, channel } of named)
    for (const { id, provider } of byValue.get(value) ?? [])
      if (channel === undefined || channel === provider) found.set(n, (found.get(n) ?? new Set()).add(id));
  return new Map([...found].flatMap(([n, ids]) => (ids.size === 1 ? [[n, [...ids][0]!] as const] : [])));
}
