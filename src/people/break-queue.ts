/**
 * The queue of differences: those that stand, filtered, sorted by money or age, counted and summed. A difference stands where no later run
 * took the place of its own; where several runs found it, the one that ended last has it, so that no money is counted twice.
 *
 * Filters are columns (sql/0011); a search reads one text column of what the other filters leave. Pages are asked for by where the last
 * ended. Cost at 100,000 standing: a page some milliseconds wherever it lies, the summary one pass over them.
 */
import type { TenantTx } from '../db/pool.ts';
import type { WorkState } from './breaks.ts';

export type BreakFilter = Readonly<{
  /** Of this run, whether it stands or not. */
  reconciliation_id?: string | undefined;
  payment_id?: string | undefined;
  part?: string | undefined;
  class?: string | undefined;
  finding?: string | undefined;
  cause?: string | undefined;
  channel?: string | undefined;
  account?: string | undefined;
  currency?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  state?: WorkState | keyof typeof SEVERAL | undefined;
  /** The actor who has taken it. */
  holder?: string | undefined;
  /** In its sentence or its numbers. */
  q?: string | undefined;
}>;
export type BreakSort = 'money' | 'age';
/** `first`: the weight, or the day, of the last row seen. */
export type BreakPlace = Readonly<{ first: string; run: string; n: string }>;

export type BreakRow = Readonly<{
  reconciliation_id: string;
  n: number;
  hash: string;
  part: 'break' | 'open' | 'ambiguous';
  class: string;
  finding: string;
  joint: string;
  verdict: string;
  release: string;
  cause: string;
  channel: string | null;
  account: string | null;
  business_on: Temporal.PlainDate | null;
  amount: string;
  currency: string;
  order_ref: string | null;
  payment_id: string | null;
  weight: bigint;
  aged_on: Temporal.PlainDate;
  state: WorkState;
  version: number;
  holder: string | null;
}>;

const COLUMNS = `b.reconciliation_id, b.n, b.hash, b.part, b.class, b.finding, b.joint, b.verdict, b.release, b.cause, b.channel, b.account,
  b.business_on, b.aged_on, b.body -> 'amount' ->> 'amount' as amount, b.currency, b.order_ref, b.payment_id, b.weight, b.state, b.version, b.holder`;

const CONDITIONS: { readonly [K in keyof BreakFilter]-?: (place: string) => string } = {
  reconciliation_id: (p) => `b.reconciliation_id = ${p}`,
  payment_id: (p) => `b.payment_id = ${p}`,
  part: (p) => `b.part = ${p}`,
  class: (p) => `b.class = ${p}`,
  finding: (p) => `b.finding = ${p}`,
  cause: (p) => `b.cause = ${p}`,
  channel: (p) => `b.channel = ${p}`,
  account: (p) => `b.account = ${p}`,
  currency: (p) => `b.currency = ${p}`,
  from: (p) => `b.business_on >= ${p}`,
  to: (p) => `b.business_on <= ${p}`,
  state: (p) => `b.state = any(${p})`,
  holder: (p) => `b.holder = ${p}`,
  q: (p) => `strpos(b.words, lower(${p})) > 0`,
};

/** `todo`: whatever is not closed. */
const SEVERAL = { todo: ['open', 'taken', 'explained'], unexplained: ['open', 'taken'] } as const;
const statesOf = (state: WorkState | keyof typeof SEVERAL): readonly WorkState[] =>
  state in SEVERAL ? SEVERAL[state as keyof typeof SEVERAL] : [state as WorkState];

type Asked = Readonly<{ where: ReadonlyMap<keyof BreakFilter, string>; params: unknown[] }>;

/** Parameters from $3 on; $1 is the tenant, $2 the side. */
function asked(tx: TenantTx, livemode: boolean, filter: BreakFilter): Asked {
  const params: unknown[] = [tx.tenantId, livemode];
  const where = new Map<keyof BreakFilter, string>();
  for (const [name, value] of Object.entries(filter) as Array<[keyof BreakFilter, unknown]>) {
    if (value === undefined) continue;
    where.set(name, CONDITIONS[name](`$${params.push(name === 'state' ? statesOf(filter.state!) : value)}`));
  }
  return { where, params };
}

const scopeOf = (filter: BreakFilter): string =>
  `b.tenant_id = $1 and b.livemode = $2${filter.reconciliation_id === undefined ? ' and b.stands' : ''}`;

const SORTS = {
  money: { key: 'b.weight', type: 'bigint', past: '<', order: 'b.weight desc, b.reconciliation_id desc, b.n desc' },
  age: { key: 'b.aged_on', type: 'date', past: '>', order: 'b.aged_on, b.reconciliation_id, b.n' },
} as const;

/** `more` names columns besides, such as `b.body`. */
export async function breaksPage<T = unknown>(
  tx: TenantTx,
  livemode: boolean,
  filter: BreakFilter,
  page: Readonly<{ sort: BreakSort; after?: BreakPlace | undefined; limit: number }>,
  more: string,
): Promise<Array<BreakRow & T>> {
  const { where, params } = asked(tx, livemode, filter);
  const { key, type, past, order } = SORTS[page.sort];
  const at = page.after;
  const after =
    at === undefined
      ? ''
      : ` and (${key}, b.reconciliation_id, b.n) ${past} ($${params.push(at.first)}::${type}, $${params.push(at.run)}::uuid, $${params.push(at.n)}::int)`;
  return await tx.rows<BreakRow & T>(
    `select ${COLUMNS}, ${more} from breaks b
      where ${[scopeOf(filter), ...where.values()].join(' and ')}${after} order by ${order} limit $${params.push(page.limit)}`,
    params,
  );
}

export const placeOf = (row: BreakRow, sort: BreakSort): BreakPlace => ({
  first: sort === 'money' ? row.weight.toString() : row.aged_on.toString(),
  run: row.reconciliation_id,
  n: String(row.n),
});

/** One, with the columns of the queue; the run's, whether it stands or not. */
export async function breakAt<T>(
  tx: TenantTx,
  livemode: boolean,
  at: Readonly<{ run: string; n: number }>,
  more: string,
): Promise<(BreakRow & T) | undefined> {
  return await tx.maybe<BreakRow & T>(
    `select ${COLUMNS}, ${more} from breaks b where b.tenant_id = $1 and b.livemode = $2 and b.reconciliation_id = $3 and b.n = $4`,
    [tx.tenantId, livemode, at.run, at.n],
  );
}

// ----------------------------------------------------------------------------------------------- summary

export const FACETS = ['part', 'cause', 'class', 'finding', 'channel', 'account', 'currency', 'state'] as const;
export type Facet = (typeof FACETS)[number];
export type Group = Readonly<{ key: string; currency: string; count: bigint; amount: string }>;
export type BreakSummary = Readonly<{
  /** By currency, of what the whole filter leaves. */
  total: readonly Omit<Group, 'key'>[];
  /** Each as the other filters leave it, so that another choice of it can be seen before it is made; the most money first. */
  groups: Readonly<Record<Facet, readonly Group[]>>;
}>;

export async function breaksSummary(tx: TenantTx, livemode: boolean, filter: BreakFilter): Promise<BreakSummary> {
  const { where, params } = asked(tx, livemode, filter);
  const isFacet = (name: string): name is Facet => (FACETS as readonly string[]).includes(name);
  const facets = [...where].filter(([name]) => isFacet(name));
  const others = [...where].filter(([name]) => !isFacet(name)).map(([, sql]) => sql);
  const but = (facet?: Facet): string =>
    ['true', ...facets.filter(([name]) => name !== facet).map(([, sql]) => sql)].join(' and ');
  const sums = 'sum(b.count)::bigint as count, sum(b.amount) as amount';
  // Few kinds stand for all rows: those are counted once, and each facet filters and adds up the kinds.
  const kinds = FACETS.map((facet) => `b.${facet}`).join(', ');
  const rows = await tx.rows<Group & { facet: Facet | 'total' }>(
    `with kinds as materialized (
       select ${kinds}, count(*) as count, sum(b.amount) as amount from breaks b
        where ${[scopeOf(filter), ...others].join(' and ')} group by ${kinds}),
     sums as (
     select 'total' as facet, '' as key, b.currency, ${sums} from kinds b where ${but()} group by b.currency
     ${FACETS.map(
       (facet) => `union all select '${facet}', b.${facet}, b.currency, ${sums} from kinds b
         where b.${facet} is not null and ${but(facet)} group by b.${facet}, b.currency`,
     ).join('\n')})
     select facet, key, currency, count, amount::text as amount from sums s order by s.amount desc, key, currency`,
    params,
  );
  const of = (facet: Facet | 'total'): Group[] => rows.filter((row) => row.facet === facet);
  return {
    total: of('total'),
    groups: {
      part: of('part'),
      cause: of('cause'),
      class: of('class'),
      finding: of('finding'),
      channel: of('channel'),
      account: of('account'),
      currency: of('currency'),
      state: of('state'),
    },
  };
}
