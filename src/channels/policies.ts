/**
 * Each tenant's policy, as the book keeps it: versions that are never edited, the newest in force. Kept in memory for a few seconds, so
 * that a change made by another process is seen soon. Amounts stand in the row as text.
 */
import { z } from 'zod';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { decimalText, parseMoney } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { DEFAULT_POLICY, type Limits, type Policy } from '../verdicts/policy.ts';

const KEEP_MS = 5_000;
const release = z.enum(['yes', 'no', 'ask']);
const surplus = z.enum(['refund', 'ask']);

/** A policy as people write it: amounts as decimal text by currency. */
const byCurrency = z.record(z.string().regex(/^[A-Z]{3}$/), z.string().regex(/^(0|[1-9]\d{0,13})(\.\d{1,4})?$/));
export const policyText = z.strictObject({
  ask_above: byCurrency.describe(
    'By currency: above it a notification alone does not release the goods, the channel’s own answer does',
  ),
  explain_alone: byCurrency
    .optional()
    .describe(
      'By currency: up to it one person’s explanation closes a break; above it, and in a currency that is not named, another confirms it. Left out: as it was',
    ),
  release: z.strictObject({ paid_after_close: release, overpaid: release, duplicate: release }),
  refund_alone: byCurrency
    .optional()
    .describe(
      'By currency: up to it one person gives back alone; above it, and in a currency that is not named, another person agrees. Left out, like the other fields about refunds: as it was',
    ),
  refund_two_above: byCurrency
    .optional()
    .describe('By currency: above it two others agree; in a currency that is not named one is enough'),
  refund_daily: byCurrency
    .optional()
    .describe('By currency: the most that an account gives back a day; a currency that is not named has no such limit'),
  refund_days: z
    .int()
    .min(1)
    .max(3_650)
    .optional()
    .describe('How many days after it was paid; never longer than the channel lets it'),
  paid_after_close: z
    .enum(['reopen', 'refund', 'ask'])
    .optional()
    .describe('What is done of itself where an order is paid after it was closed; `ask`: a person decides'),
  duplicate: surplus.optional().describe('What is done of itself with a second payment of one order'),
  overpaid: surplus.optional().describe('What is done of itself with what was paid too much'),
  record_within_seconds: z.int().min(5).max(3_600).describe('How long your system may take to know of a payment'),
  pending_case_minutes: z
    .int()
    .min(5)
    .max(20_160)
    .describe('How long a channel may be at work before a person is told'),
});
type PolicyText = z.output<typeof policyText>;

const textByCurrency = (amounts: Limits): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([c, minor]) => [c, decimalText(minor, c)]));
const limitsOr = (amounts: Readonly<Record<string, string>> | undefined, unsaid: Limits): Limits =>
  amounts === undefined ? unsaid : minorByCurrency(amounts);
const minorByCurrency = (amounts: Readonly<Record<string, string>>): Limits =>
  Object.freeze(Object.fromEntries(Object.entries(amounts).map(([c, amount]) => [c, parseMoney(amount, c).minor])));

export const textOf = (policy: Policy): PolicyText => ({
  ask_above: textByCurrency(policy.askAbove),
  explain_alone: textByCurrency(policy.explainAlone),
  release: {
    paid_after_close: policy.release.paidAfterClose,
    overpaid: policy.release.overpaid,
    duplicate: policy.release.duplicate,
  },
  refund_alone: textByCurrency(policy.refund.alone),
  refund_two_above: textByCurrency(policy.refund.twoAbove),
  refund_daily: textByCurrency(policy.refund.daily),
  refund_days: policy.refund.days,
  paid_after_close: policy.paidAfterClose,
  duplicate: policy.duplicate,
  overpaid: policy.overpaid,
  record_within_seconds: policy.recordWithinSeconds,
  pending_case_minutes: policy.pendingCaseMinutes,
});

/** Throws where an amount is not one of its currency. */
export const policyOf = (text: PolicyText): Policy =>
  Object.freeze({
    askAbove: minorByCurrency(text.ask_above),
    // What versions of before it was asked do not say is as it is unless set.
    explainAlone: limitsOr(text.explain_alone, DEFAULT_POLICY.explainAlone),
    release: Object.freeze({
      paidAfterClose: text.release.paid_after_close,
      overpaid: text.release.overpaid,
      duplicate: text.release.duplicate,
    }),
    refund: Object.freeze({
      alone: limitsOr(text.refund_alone, DEFAULT_POLICY.refund.alone),
      twoAbove: limitsOr(text.refund_two_above, DEFAULT_POLICY.refund.twoAbove),
      daily: limitsOr(text.refund_daily, DEFAULT_POLICY.refund.daily),
      days: text.refund_days ?? DEFAULT_POLICY.refund.days,
    }),
    paidAfterClose: text.paid_after_close ?? DEFAULT_POLICY.paidAfterClose,
    duplicate: text.duplicate ?? DEFAULT_POLICY.duplicate,
    overpaid: text.overpaid ?? DEFAULT_POLICY.overpaid,
    recordWithinSeconds: text.record_within_seconds,
    pendingCaseMinutes: text.pending_case_minutes,
  });

export type PolicyVersion = Readonly<{ version: number; policy: Policy; madeBy: string; madeAt: Temporal.Instant }>;
type Row = Readonly<{ version: number; body: PolicyText; made_by: string; made_at: Temporal.Instant }>;
const versionOf = (row: Row): PolicyVersion => ({
  version: row.version,
  policy: policyOf(row.body),
  madeBy: row.made_by,
  madeAt: row.made_at,
});

/** Version 0: nobody has set one. */
export type InForce = Readonly<{ version: number; policy: Policy }>;

export class Policies {
  readonly #kept = new Map<string, InForce & Readonly<{ at: number }>>();

  async of(tx: TenantTx): Promise<Policy> {
    return (await this.inForce(tx)).policy;
  }

  /** `now`: as it stands, not as it was seconds ago: where money leaves by it. */
  async inForce(tx: TenantTx, now = false): Promise<InForce> {
    if (now) this.#kept.delete(tx.tenantId);
    return await this.#inForce(tx);
  }

  async #inForce(tx: TenantTx): Promise<InForce> {
    const kept = this.#kept.get(tx.tenantId);
    const now = clock.now().epochMilliseconds;
    if (kept !== undefined && now - kept.at < KEEP_MS) return kept;
    const [newest] = await this.versions(tx, 1);
    const current = { version: newest?.version ?? 0, policy: newest?.policy ?? DEFAULT_POLICY, at: now };
    this.#kept.set(tx.tenantId, current);
    return current;
  }

  /** Newest first. */
  async versions(tx: TenantTx, most: number): Promise<readonly PolicyVersion[]> {
    const rows = await tx.rows<Row>(
      'select version, body, made_by, made_at from policies where tenant_id = $1 order by version desc limit $2',
      [tx.tenantId, most],
    );
    return rows.map(versionOf);
  }

  /** A new version, in force at once. `after` is the version that its writer saw; another meanwhile is `policy.changed`. */
  async set(tx: TenantTx, policy: Policy, after: number, by: string): Promise<PolicyVersion> {
    const made = await tx.rows<Row>(
      `insert into policies (tenant_id, version, body, made_by)
       select $1, $2, $3, $4
        where $2 = 1 + coalesce((select max(version) from policies where tenant_id = $1), 0)
       on conflict (tenant_id, version) do nothing returning version, body, made_by, made_at`,
      [tx.tenantId, after + 1, JSON.stringify(textOf(policy)), by],
    );
    if (made.length === 0) throw new DaozhangError('policy.changed', { version: after });
    this.#kept.delete(tx.tenantId);
    return versionOf(made[0]!);
  }
}
