/**
 * Payments by what a customer can say: by any number, else by amount, time and place. Candidates are ranked with their reasons; where more
 * than one fits none is taken. Never leaves the tenant and the side (test or live) of who asks.
 *
 * Cost: by number two index look-ups (refs, orders); by amount one range of `payments_amount`. At most fifty payments are looked at.
 */
import type { Text } from '../base/lang.ts';
import type { Money } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { tailOf } from '../observations/observation.ts';
import type { Position } from '../traces/transitions.ts';
import type { OwnVerdict } from '../verdicts/receipt.ts';

const MOST = 50;

export type Found = Readonly<{
  id: string;
  accountId: string;
  provider: string;
  ref: string;
  position: Position;
  currency: string | undefined;
  orderedMinor: bigint | undefined;
  capturedMinor: bigint;
  refundedMinor: bigint;
  /** Captured, else placed, else heard of. */
  at: Temporal.Instant;
  capturedAt: Temporal.Instant | undefined;
  recorded: boolean;
  terminal: boolean;
  lastAskedAt: Temporal.Instant | undefined;
  orderRef: string | undefined;
  orderState: string | undefined;
  store: string | undefined;
  till: string | undefined;
  verdict: OwnVerdict | undefined;
  /** How many of the numbers name it. */
  named: number;
}>;

type Row = Readonly<{
  id: string;
  account_id: string;
  provider: string;
  ref: string;
  position: Position;
  currency: string | null;
  ordered_minor: bigint | null;
  captured_minor: bigint;
  refunded_minor: bigint;
  at: Temporal.Instant;
  captured_at: Temporal.Instant | null;
  recorded: boolean;
  terminal: boolean;
  last_asked_at: Temporal.Instant | null;
  order_ref: string | null;
  order_state: string | null;
  store: string | null;
  till: string | null;
  code: OwnVerdict['code'] | null;
  release: OwnVerdict['release'];
  cause: OwnVerdict['cause'];
  reason: OwnVerdict['reason'] | null;
  custody: OwnVerdict['custody'];
  confidence: OwnVerdict['confidence'];
  also: OwnVerdict['also'];
  named: number;
}>;

export const AMOUNT = 'coalesce(nullif(p.captured_minor, 0), p.ordered_minor)';

const COLUMNS = `p.id, p.account_id, a.provider, p.ref, p.position, p.currency, p.ordered_minor, p.captured_minor, p.refunded_minor,
  p.moment as at, p.captured_at, p.recorded_at is not null as recorded, p.terminal, p.last_asked_at, o.ref as order_ref,
  o.state as order_state, o.store, o.terminal as till, v.code, v.release, v.cause, v.reason, v.custody, v.confidence, v.also`;
const AROUND = `join accounts a on a.tenant_id = $1 and a.id = p.account_id
  left join orders o on o.tenant_id = $1 and o.id = p.order_id
  left join lateral (select * from verdicts v where v.tenant_id = $1 and v.payment_id = p.id order by v.version desc limit 1) v on true`;

const foundOf = (r: Row): Found =>
  Object.freeze({
    id: r.id,
    accountId: r.account_id,
    provider: r.provider,
    ref: r.ref,
    position: r.position,
    currency: r.currency ?? undefined,
    orderedMinor: r.ordered_minor ?? undefined,
    capturedMinor: r.captured_minor,
    refundedMinor: r.refunded_minor,
    at: r.at,
    capturedAt: r.captured_at ?? undefined,
    recorded: r.recorded,
    terminal: r.terminal,
    lastAskedAt: r.last_asked_at ?? undefined,
    orderRef: r.order_ref ?? undefined,
    orderState: r.order_state ?? undefined,
    store: r.store ?? undefined,
    till: r.till ?? undefined,
    verdict:
      r.code === null
        ? undefined
        : {
            code: r.code,
            release: r.release,
            cause: r.cause,
            reason: r.reason ?? undefined,
            custody: r.custody,
            confidence: r.confidence,
            also: r.also,
          },
    named: r.named,
  });

/** The statement of the search by numbers: whoever shows that it uses its indexes explains this. */
export const BY_NUMBERS = `with hit as (
     select r.payment_id, r.value from refs r where r.tenant_id = $1 and r.tail = any($4) and r.value = any($2)
     union
     select q.id, w.ref from orders w join payments q on q.tenant_id = $1 and q.order_id = w.id
      where w.tenant_id = $1 and w.livemode = $3 and w.ref = any($2)),
   named as (select payment_id, count(*)::int as named from hit group by payment_id limit 200)
   select ${COLUMNS}, n.named from named n
     join payments p on p.tenant_id = $1 and p.id = n.payment_id and p.livemode = $3
     ${AROUND}
    order by n.named desc, p.moment desc, p.id desc limit ${MOST}`;

export async function byNumbers(tx: TenantTx, livemode: boolean, values: readonly string[]): Promise<readonly Found[]> {
  if (values.length === 0) return [];
  return (await tx.rows<Row>(BY_NUMBERS, [tx.tenantId, [...values], livemode, values.map(tailOf)])).map(foundOf);
}

export async function byIds(tx: TenantTx, livemode: boolean, ids: readonly string[]): Promise<readonly Found[]> {
  const rows = await tx.rows<Row>(
    `select ${COLUMNS}, 1 as named from payments p ${AROUND}
      where p.tenant_id = $1 and p.livemode = $2 and p.id = any($3)`,
    [tx.tenantId, livemode, [...ids]],
  );
  return rows.map(foundOf);
}

/** Those of this amount in this time that nobody was given goods for, and that may still be money for the merchant. */
export async function byAmount(
  tx: TenantTx,
  livemode: boolean,
  amount: Money,
  from: Temporal.Instant,
  to: Temporal.Instant,
  claimId: string,
): Promise<readonly Found[]> {
  const rows = await tx.rows<Row>(
    `select ${COLUMNS}, 0 as named from payments p ${AROUND}
      where p.tenant_id = $1 and p.livemode = $2 and p.currency = $3 and ${AMOUNT} = $4 and p.moment between $5 and $6
        and p.direction = 'in' and p.position in ('expected', 'ordered', 'debited', 'captured')
        and not exists (select from claims c where c.tenant_id = $1 and c.payment_id = p.id and c.id <> $7 and c.released_at is not null)
      order by p.moment desc, p.id desc limit ${MOST}`,
    [tx.tenantId, livemode, amount.currency, amount.minor, from, to, claimId],
  );
  return rows.map(foundOf);
}

export type Place = Readonly<{ store: string | undefined; till: string | undefined }>;
type Wanted = Place & Readonly<{ at: Temporal.Instant; app: string | undefined }>;
export type Candidate = Readonly<{ found: Found; score: number; why: readonly Text[]; here: boolean }>;

/** `first`: why each is among them. Ranked, best first: paid before unpaid, here before elsewhere, near in time before far. */
export function ranked(all: readonly Found[], wanted: Wanted, first: Text): readonly Candidate[] {
  return all
    .map((found) => candidateOf(found, wanted, first))
    .sort(
      (a, b) =>
        b.score - a.score || Temporal.Instant.compare(b.found.at, a.found.at) || (a.found.id < b.found.id ? 1 : -1),
    );
}

const PROVIDERS_OF: Readonly<Record<string, readonly string[]>> = {
  wechat: ['wechatpay', 'lakala', 'unionpay'],
  alipay: ['alipay', 'lakala', 'unionpay'],
  unionpay: ['unionpay', 'lakala'],
  paypal: ['paypal'],
};
/** The channels through which a payment by this app can come; undefined where the app says nothing. */
export const providersOf = (app: string | undefined): readonly string[] | undefined => PROVIDERS_OF[app ?? ''];

function candidateOf(found: Found, wanted: Wanted, first: Text): Candidate {
  const why: Text[] = [first];
  let score = 0;
  if (found.capturedAt !== undefined) {
    score += 40;
    why.push({ en: 'it is paid', zh: '已付款' });
  }
  const elsewhere = isOther(wanted.store, found.store) || isOther(wanted.till, found.till);
  if (elsewhere)
    why.push({
      en: `at ${found.store ?? ''} ${found.till ?? ''}`.trim(),
      zh: `位于 ${found.store ?? ''} ${found.till ?? ''}`.trim(),
    });
  else if (isSame(wanted.store, found.store) || isSame(wanted.till, found.till)) {
    score += 20;
    why.push({ en: 'at this place', zh: '就在此处' });
  }
  const minutes = Math.abs(wanted.at.until(found.at).total('minutes'));
  score += Math.max(0, 20 - Math.floor(minutes));
  why.push({
    en: `${Math.floor(minutes)} min from the time that was said`,
    zh: `与所说时间相差 ${Math.floor(minutes)} 分钟`,
  });
  const providers = providersOf(wanted.app);
  if (providers?.includes(found.provider) === true) {
    score += 10;
    why.push({ en: 'by the app that was said', zh: '与所说的付款方式一致' });
  }
  return { found, score: elsewhere ? score - 60 : score, why, here: !elsewhere };
}

export const isOther = (said: string | undefined, known: string | undefined): boolean =>
  said !== undefined && known !== undefined && said !== known;
export const isSame = (said: string | undefined, known: string | undefined): boolean =>
  said !== undefined && said === known;
