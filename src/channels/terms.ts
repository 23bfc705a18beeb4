/**
 * What was agreed with a channel account, as the book keeps it: versions of its plan, and the calendars of its side. Reading is kept for a
 * few seconds, as accounts are; a version is written once and never edited. What a body means is `plans/load.ts`'s to say.
 */
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import type { CalendarYear } from '../plans/calendar.ts';
import { calendarNames, parseCalendars } from '../plans/calendar-file.ts';
import { parsePlans } from '../plans/load.ts';
import { type Plan, planFor, withYears } from '../plans/plan.ts';
import { writePlan } from '../plans/write.ts';

const KEEP_MS = 5_000;

/** The fields of an entry of plans.yaml but channel, account and from. */
export type PlanBody = Readonly<Record<string, unknown>>;

/** Whose plan it is, as lines of documents name it: the merchant number that is settled. */
type Party = Readonly<{ channel: string; account: string; livemode: boolean }>;

export type AgreedTerms = Readonly<{
  plans: readonly Plan[];
  years: readonly CalendarYear[];
  /** The plan in force on a business date, with the calendars of the book; the channel's default before the first version. */
  planOn(on: Temporal.PlainDate): Plan;
}>;

export type Version = Readonly<{
  id: string;
  version: number;
  from: Temporal.PlainDate;
  body: PlanBody;
  createdBy: string;
  createdAt: Temporal.Instant;
}>;
type VersionRow = Readonly<{
  id: string;
  version: number;
  effective_from: Temporal.PlainDate;
  body: PlanBody;
  created_by: string;
  created_at: Temporal.Instant;
}>;
const COLUMNS = 'id, version, effective_from, body, created_by, created_at';

const kept = new Map<string, Readonly<{ terms: AgreedTerms; at: number }>>();
const MOST_KEPT = 10_000;

/** Throws `account.not_found`. */
export async function termsOf(tx: TenantTx, accountId: string): Promise<AgreedTerms> {
  const name = `${tx.tenantId}/${accountId}`;
  const found = kept.get(name);
  if (found !== undefined && clock.ticks() - found.at < KEEP_MS) return found.terms;
  const terms = await readTerms(tx, accountId);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, { terms, at: clock.ticks() });
  return terms;
}

/** What was changed here is seen here at once: the tenant's terms are read anew. */
export function forgetTerms(tenantId: string): void {
  for (const name of kept.keys()) if (name.startsWith(`${tenantId}/`)) kept.delete(name);
}

async function readTerms(tx: TenantTx, accountId: string): Promise<AgreedTerms> {
  const party = await partyOf(tx, accountId);
  const rows = await tx.rows<VersionRow>(
    `select distinct on (effective_from) ${COLUMNS} from plans where tenant_id = $1 and account_id = $2
      order by effective_from, version desc`,
    [tx.tenantId, accountId],
  );
  const plans = parsePlans(plansText(rows.map((row) => entryOf(party, row.effective_from, row.body))), 'plan', 'any');
  const years = await calendarYears(tx, party.livemode);
  return Object.freeze({
    plans,
    years,
    planOn: (on: Temporal.PlainDate) => withYears(planFor(plans, party.channel, party.account, on), years),
  });
}

async function partyOf(tx: TenantTx, accountId: string): Promise<Party> {
  const row = await tx.maybe<{ provider: string; merchant_no: string; sub_merchant_no: string; livemode: boolean }>(
    'select provider, merchant_no, sub_merchant_no, livemode from accounts where tenant_id = $1 and id = $2',
    [tx.tenantId, accountId],
  );
  if (row === undefined) throw new DaozhangError('account.not_found', { account: accountId });
  return { channel: row.provider, account: row.sub_merchant_no || row.merchant_no, livemode: row.livemode };
}

const entryOf = (party: Party, from: Temporal.PlainDate, body: PlanBody): object => ({
  ...body,
  channel: party.channel,
  account: party.account,
  from: from.toString(),
});

/** JSON is YAML: every value is read as the text it is written in, so that no number becomes a float on the way. */
const plansText = (entries: readonly object[]): string => JSON.stringify({ plans: entries });

/** The plans and calendars of a side as the files a reconciliation reads: every account, every date, the newest version of each. */
export async function termsOfSide(
  tx: TenantTx,
  livemode: boolean,
): Promise<Readonly<{ plans: string; calendars: string }>> {
  const rows = await tx.rows<VersionRow & { provider: string; account: string }>(
    `select distinct on (a.provider, account, p.effective_from) a.provider, p.*,
            coalesce(nullif(a.sub_merchant_no, ''), a.merchant_no) as account
       from plans p join accounts a on a.tenant_id = $1 and a.id = p.account_id
      where p.tenant_id = $1 and p.livemode = $2
      order by a.provider, account, p.effective_from, p.created_at desc, p.version desc`,
    [tx.tenantId, livemode],
  );
  const entries = rows.map((r) =>
    entryOf({ channel: r.provider, account: r.account, livemode }, r.effective_from, r.body),
  );
  return { plans: plansText(entries), calendars: calendarsText(await calendarFiles(tx, livemode)) };
}

/**
 * A new version from a date on; the one that holds from that date already where it says the same. Throws `account.not_found`,
 * `plan.invalid`.
 */
export async function addPlan(
  tx: TenantTx,
  accountId: string,
  wanted: Readonly<{ from: Temporal.PlainDate; body: PlanBody; by: string }>,
): Promise<Version> {
  const party = await partyOf(tx, accountId);
  const known = calendarNames(await calendarYears(tx, party.livemode));
  const plan = readBody(party, wanted, known);
  // One writer an account: versions are counted without a gap.
  await tx.rows('select from accounts where tenant_id = $1 and id = $2 for update', [tx.tenantId, accountId]);
  const now = await tx.maybe<VersionRow>(
    `select ${COLUMNS} from plans where tenant_id = $1 and account_id = $2 and effective_from = $3 order by version desc limit 1`,
    [tx.tenantId, accountId, wanted.from],
  );
  if (now !== undefined && sameTerms(readBody(party, { from: now.effective_from, body: now.body }, 'any'), plan)) {
    return versionOf(now);
  }
  const [made] = await tx.rows<VersionRow>(
    `insert into plans (tenant_id, id, livemode, account_id, version, effective_from, body, created_by)
     select $1, $2, $3, $4, coalesce(max(version), 0) + 1, $5, $6, $7 from plans where tenant_id = $1 and account_id = $4
     returning ${COLUMNS}`,
    [tx.tenantId, newId(), party.livemode, accountId, wanted.from, JSON.stringify(wanted.body), wanted.by],
  );
  return versionOf(made!);
}

const sameTerms = (a: Plan, b: Plan): boolean => JSON.stringify(writePlan(a)) === JSON.stringify(writePlan(b));

const RESERVED = ['channel', 'account', 'from'];

function readBody(
  party: Party,
  { from, body }: Readonly<{ from: Temporal.PlainDate; body: PlanBody }>,
  calendars: readonly string[] | 'any',
): Plan {
  const own = RESERVED.find((field) => Object.hasOwn(body, field));
  if (own !== undefined) {
    throw new DaozhangError('plan.invalid', { reason: `${own} is the account’s own / ${own} 由账户决定` });
  }
  return ours('plan.invalid', () => parsePlans(plansText([entryOf(party, from, body)]), 'plan', calendars)[0]!);
}

/** What a reader of files refuses, as it is told of a body: without a place in a file. */
function ours<T>(code: 'plan.invalid' | 'calendar.invalid', read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DaozhangError) || error.code !== 'config.invalid') throw error;
    const reason = String(error.params.reason).replaceAll(/(plans|calendars)\[1\]\.?/g, '');
    throw new DaozhangError(code, { reason }, error);
  }
}

const versionOf = (row: VersionRow): Version => ({
  id: row.id,
  version: row.version,
  from: row.effective_from,
  body: row.body,
  createdBy: row.created_by,
  createdAt: row.created_at,
});

/** The version in force on a date: the newest of the latest date that is not after it. */
export async function planVersionOn(
  tx: TenantTx,
  accountId: string,
  on: Temporal.PlainDate,
): Promise<Version | undefined> {
  const row = await tx.maybe<VersionRow>(
    `select ${COLUMNS} from plans where tenant_id = $1 and account_id = $2 and effective_from <= $3
      order by effective_from desc, version desc limit 1`,
    [tx.tenantId, accountId, on],
  );
  return row && versionOf(row);
}

/** Versions newest first, after one of them. */
export async function planVersions(
  tx: TenantTx,
  accountId: string,
  before: number | undefined,
  limit: number,
): Promise<readonly Version[]> {
  const rows = await tx.rows<VersionRow>(
    `select ${COLUMNS} from plans where tenant_id = $1 and account_id = $2 and ($3::int is null or version < $3::int)
      order by version desc limit $4`,
    [tx.tenantId, accountId, before ?? null, limit],
  );
  return rows.map(versionOf);
}

/** A year of a calendar file, as it was written. */
export type WrittenYear = Readonly<{
  year: string;
  off?: readonly string[];
  work?: readonly string[];
  complete?: 'yes' | 'no';
}>;
export type CalendarFile = Readonly<{
  name: string;
  years: readonly WrittenYear[];
  updatedBy: string;
  updatedAt: Temporal.Instant;
}>;

export async function calendarFiles(tx: TenantTx, livemode: boolean): Promise<readonly CalendarFile[]> {
  const rows = await tx.rows<{
    name: string;
    years: readonly WrittenYear[];
    updated_by: string;
    updated_at: Temporal.Instant;
  }>('select name, years, updated_by, updated_at from calendars where tenant_id = $1 and livemode = $2 order by name', [
    tx.tenantId,
    livemode,
  ]);
  return rows.map((r) => ({ name: r.name, years: r.years, updatedBy: r.updated_by, updatedAt: r.updated_at }));
}

const calendarYears = async (tx: TenantTx, livemode: boolean): Promise<readonly CalendarYear[]> =>
  parseCalendars(calendarsText(await calendarFiles(tx, livemode)), 'calendars');

const calendarsText = (files: ReadonlyArray<Pick<CalendarFile, 'name' | 'years'>>): string =>
  JSON.stringify({ calendars: files.flatMap(({ name, years }) => years.map((year) => ({ ...year, calendar: name }))) });

/** One file a calendar: what is given takes the place of what was there. Throws `calendar.invalid`. */
export async function putCalendar(
  tx: TenantTx,
  livemode: boolean,
  file: Readonly<{ name: string; years: readonly WrittenYear[]; by: string }>,
): Promise<void> {
  ours('calendar.invalid', () => parseCalendars(calendarsText([file]), 'calendar'));
  await tx.run(
    `insert into calendars (tenant_id, livemode, name, years, updated_by) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, livemode, name) do update
        set years = excluded.years, updated_by = excluded.updated_by, updated_at = now()`,
    [tx.tenantId, livemode, file.name, JSON.stringify(file.years), file.by],
  );
}
