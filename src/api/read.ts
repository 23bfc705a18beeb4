/** Payments as the API shows them: rows with their order's number, judged as they stand now. */
import type { z } from 'zod';
import { type Reading, type Standing, standings } from '../actions/standing.ts';
import { standsOf } from '../actions/stands.ts';
import { moneyView, paymentView, verdictView } from '../actions/view.ts';
import type { TenantTx } from '../db/pool.ts';
import type { StationPromise } from '../plans/station.ts';
import type { Refund } from '../traces/fold.ts';
import { type PaymentRow, paymentOf } from '../traces/payment.ts';
import type { Verdict } from '../verdicts/judge.ts';
import { ROWS } from '../verdicts/judge.ts';
import { nextOf, STEPS } from '../verdicts/next.ts';
import { REFUND_ROWS } from '../verdicts/refunds.ts';
import { type Around, say } from '../verdicts/say.ts';
import type * as shape from './contract.ts';
import { dropEmpty } from './manners.ts';

export type PaymentOut = z.output<typeof shape.payment>;
export type VerdictOut = z.output<typeof shape.verdict>;

export type VerdictRow = Readonly<{
  code: string;
  v_release: 'yes' | 'no' | 'ask';
  cause: string;
  reason: string | null;
  custody: string;
  confidence: string;
  v_amount: bigint | null;
  v_currency: string | null;
  also: string[];
  path: string[];
  judged_at: Temporal.Instant;
}>;
export const VERDICT_COLUMNS = `v.code, v.release as v_release, v.cause, v.reason, v.custody, v.confidence, v.amount_minor as v_amount,
  v.currency as v_currency, v.also, v.path, v.judged_at`;

/** `where` and `tail` are ours, never a caller's; their parameters begin at $2. */
export async function paymentsWith(
  tx: TenantTx,
  on: Reading,
  where: string,
  params: readonly unknown[],
  tail: string,
): Promise<PaymentOut[]> {
  return (await standingsWith(tx, on, where, params, tail)).map((s) => s.shown);
}

export type Shown = Readonly<{ shown: PaymentOut; standing: Standing | undefined; createdAt: Temporal.Instant }>;

export async function standingsWith(
  tx: TenantTx,
  on: Reading,
  where: string,
  params: readonly unknown[],
  tail: string,
): Promise<Shown[]> {
  const rows = await tx.rows<PaymentRow & Record<'order_ref' | 'store' | 'till', string | null>>(
    `select p.*, o.ref as order_ref, o.store, o.terminal as till from payments p left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where p.tenant_id = $1 and ${where} ${tail}`,
    [tx.tenantId, ...params],
  );
  const payments = rows.map(paymentOf);
  const found = await standings(tx, on, payments);
  const now = on.pace.now();
  return rows.map((row, i) => {
    const payment = payments[i]!;
    const standing = found.get(payment.id);
    const verdict = standing === undefined ? undefined : shownIn(standing, now);
    const view: PaymentOut = dropEmpty({
      ...(paymentView(payment, row.order_ref ?? undefined, verdict) as PaymentOut),
      store: row.store ?? undefined,
      terminal: row.till ?? undefined,
      stands: standing === undefined ? undefined : standsOut(standing),
    });
    const refunds = standing?.refunds.map((r) => refundOut(standing, r, now)) ?? [];
    return { shown: refunds.length === 0 ? view : { ...view, refunds }, standing, createdAt: row.created_at };
  });
}

/** What a payment's words are filled with; with a refund, that refund's. */
export const aroundOf = (standing: Standing, now: Temporal.Instant, refund?: Refund): Around => ({
  direction: refund === undefined ? 'in' : 'out',
  channel: standing.open.account.provider,
  plan: standing.plan,
  at: refund === undefined ? (standing.trace.capturedAt ?? standing.trace.placedAt) : refund.at,
  look: standing.look,
  now,
});

const standsOut = (standing: Standing): NonNullable<PaymentOut['stands']> =>
  standsOf(standing).map(({ station, minor }) => ({ station, amount: moneyView(minor, standing.payment.currency)! }));

const shownIn = (standing: Standing, now: Temporal.Instant): VerdictOut =>
  verdictShown(standing.verdict, aroundOf(standing, now));

const refundOut = (
  standing: Standing,
  { refund, verdict }: Standing['refunds'][number],
  now: Temporal.Instant,
): NonNullable<PaymentOut['refunds']>[number] =>
  dropEmpty({
    refund_ref: refund.ref,
    state: refund.state,
    amount: moneyView(refund.amount?.minor, refund.amount?.currency),
    at: refund.at.toString(),
    verdict: verdictShown(verdict, aroundOf(standing, now, refund)),
  });

/** A verdict with its words, its promise, what follows from it, and how it was found. */
function verdictShown(verdict: Verdict, around: Around): VerdictOut {
  const { provesWrong, ...says } = say(verdict, around);
  const { promise } = verdict;
  return dropEmpty({
    ...verdictView(verdict),
    release: verdict.release,
    also: [...verdict.also],
    judged_at: around.now.toString(),
    promise: promise === undefined ? undefined : promiseOut(promise),
    says,
    proves_wrong: provesWrong,
    next: nextOf(verdict, around.direction).map(({ step, owner, by }) =>
      dropEmpty({
        step,
        owner,
        does: STEPS[step],
        by,
        by_at: (by === 'promise' ? promise?.at : by === 'look' ? around.look : undefined)?.toString(),
      }),
    ),
    next_look_at: around.look?.toString(),
    evidence: [...verdict.evidence],
    path: pathOut(verdict.path),
  }) as VerdictOut;
}

export const promiseOut = ({ at, on, assumed, rule }: StationPromise): NonNullable<VerdictOut['promise']> => ({
  at: at.toString(),
  on: on.toString(),
  assumed,
  rule,
});

const RULES = new Map([...ROWS, ...REFUND_ROWS].map((row) => [row.id, row] as const));
const pathOut = (path: readonly string[]): NonNullable<VerdictOut['path']> =>
  path.flatMap((rule) => {
    const row = RULES.get(rule);
    return row === undefined ? [] : [{ rule, code: row.code, why: row.why }];
  });

/** As it was judged then, from its row. */
export function verdictOut(row: VerdictRow): VerdictOut {
  return dropEmpty({
    code: row.code,
    release: row.v_release,
    cause: row.cause,
    reason: row.reason ?? undefined,
    custody: row.custody,
    confidence: row.confidence,
    amount: moneyView(row.v_amount ?? undefined, row.v_currency ?? undefined),
    also: row.also,
    judged_at: row.judged_at.toString(),
    path: pathOut(row.path),
  });
}
