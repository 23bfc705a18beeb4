/**
 * What was agreed with a channel account, as the book keeps it: versions of its plan, and the calendars of its side. Reading is kept for a
 * few seconds, as accounts are; a version is written once and never edited. What a body means is `plans/load.ts`'s to say.
 */
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { CHINA } from '../base/time.ts';
import type { TenantTx } from '../db/pool.ts';
import {
  calendarsText,
  entryOf,
  type PlanBody,
  planOfBody,
  plansText,
  type WrittenYear,
  yearsOf,
} from '../plans/body.ts';
import type { CalendarYear } from '../plans/calendar.ts';
import { calendarNames } from '../plans/calendar-file.ts';
import { parsePlans } from '../plans/load.ts';
import { type Plan, planFor, withYears } from '../plans/plan.ts';
import { writePlan } from '../plans/write.ts';

const KEEP_MS = 5_000;

/** As lines of documents name it: the merchant number that is settled. */
type Settled = Readonly<{ channel: string; account: string; livemode: boolean }>;

type AgreedTerms = Readonly<{
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

/** `said` is what the book said: where it says the same again, the terms are the same objects, and what is known of them stays known. */
type Kept = Readonly<{ terms: AgreedTerms; said: string; at: number }>;
const kept = new Map<string, Kept>();
const MOST_KEPT = 10_000;

/** Throws `account.not_found`. */
export async function termsOf(tx: TenantTx, accountId: string): Promise<AgreedTerms> {
  const name = `${tx.tenantId}/${accountId}`;
  const found = kept.get(name);
  if (found !== undefined && clock.ticks() - found.at < KEEP_MS) return found.terms;
  const now = await readTerms(tx, accountId, found);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, now);
  return now.terms;
}

/** What was changed here is seen here at once: the tenant's terms are read anew. */
export function forgetTerms(tenantId: string): void {
  for (const name of kept.keys()) if (name.startsWith(`${tenantId}/`)) kept.delete(name);
}

async function readTerms(tx: TenantTx, accountId: string, before: Kept | undefined): Promise<Kept> {
  const party = await partyOf(tx, accountId);
  const rows = await tx.rows<VersionRow>(
    `select distinct on (effective_from) ${COLUMNS} from plans where tenant_id = $1 and account_id = $2
      order by effective_from, version desc`,
    [tx.tenantId, accountId],
  );
  const entries = rows.map((row) => entryOf(row.body, { ...party, from: row.effective_from }));
  const files = await calendarFiles(tx, party.livemode);
  const said = JSON.stringify([party, entries, files]);
  const at = clock.ticks();
  if (before?.said === said) return { ...before, at };
  const plans = parsePlans(plansText(entries), 'plan', 'any');
  const years = yearsOf(files);
  return { terms: Object.freeze({ plans, years, planOn: planOnce(party, plans, years) }), said, at };
}

const MOST_DAYS = 4_000;

/** One object a plan, however often it is asked for: what is kept by a plan (promises) is kept by it. */
function planOnce(party: Settled, plans: readonly Plan[], years: readonly CalendarYear[]): AgreedTerms['planOn'] {
  const onDates = new Map<string, Plan>();
  const byStart = new Map<string, Plan>();
  return (on) => {
    const day = on.toString();
    const known = onDates.get(day);
    if (known !== undefined) return known;
    const found = planFor(plans, party.channel, party.account, on);
    const start = found.from?.toString() ?? '';
    const plan = byStart.get(start) ?? withYears(found, years);
    byStart.set(start, plan);
    if (onDates.size >= MOST_DAYS) onDates.clear();
    onDates.set(day, plan);
    return plan;
  };
}

/** The plan in force for a payment of this account at this moment. */
export async function planAt(tx: TenantTx, accountId: string, at: Temporal.Instant): Promise<Plan> {
  return (await termsOf(tx, accountId)).planOn(at.toZonedDateTimeISO(CHINA).toPlainDate());
}

async function partyOf(tx: TenantTx, accountId: string): Promise<Settled> {
  const row = await tx.maybe<{ provider: string; merchant_no: string; sub_merchant_no: string; livemode: boolean }>(
    'select provider, merchant_no, sub_merchant_no, livemode from accounts where tenant_id = $1 and id = $2',
    [tx.tenantId, accountId],
  );
  if (row === undefined) throw new DaozhangError('account.not_found', { account: accountId });
  return { channel: row.provider, account: row.sub_merchant_no || row.merchant_no, livemode: row.livemode };
}

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
      order by a.provider, account, p.effective_from, p.version desc, p.id desc`,
    [tx.tenantId, livemode],
  );
  const entries = rows.map((r) => entryOf(r.body, { channel: r.provider, account: r.account, from: r.effective_from }));
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
  const plan = planOfBody(wanted.body, { ...party, from: wanted.from }, known);
  // One writer an account: versions are counted without a gap.
  await tx.rows('select from accounts where tenant_id = $1 and id = $2 for update', [tx.tenantId, accountId]);
  const now = await tx.maybe<VersionRow>(
    `select ${COLUMNS} from plans where tenant_id = $1 and account_id = $2 and effective_from = $3 order by version desc limit 1`,
    [tx.tenantId, accountId, wanted.from],
  );
  if (now !== undefined && sameTerms(planOfBody(now.body, { ...party, from: wanted.from }, 'any'), plan)) {
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
  yearsOf(await calendarFiles(tx, livemode));

/** One file a calendar: what is given takes the place of what was there. Throws `calendar.invalid`. */
export async function putCalendar(
  tx: TenantTx,
  livemode: boolean,
  file: Readonly<{ name: string; years: readonly WrittenYear[]; by: string }>,
): Promise<void> {
  yearsOf([file]);
  await tx.run(
    `insert into calendars (tenant_id, livemode, name, years, updated_by) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, livemode, name) do update
        set years = excluded.years, updated_by = excluded.updated_by, updated_at = now()`,
    [tx.tenantId, livemode, file.name, JSON.stringify(file.years), file.by],
  );
}
