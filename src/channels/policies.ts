/**
 * Each tenant's policy, as the book keeps it: versions that are never edited, the newest in force. Kept in memory for a few seconds, so
 * that a change made by another process is seen soon. Amounts stand in the row as text.
 */
import { z } from 'zod';
import { clock } from '../base/clock.ts';
import type { Currency } from '../base/currency.ts';
import { DaozhangError } from '../base/errors.ts';
import { decimalText, parseMoney } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { DEFAULT_POLICY, type Policy } from '../verdicts/policy.ts';

const KEEP_MS = 5_000;
const release = z.enum(['yes', 'no', 'ask']);

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
  record_within_seconds: z.int().min(5).max(3_600).describe('How long your system may take to know of a payment'),
  pending_case_minutes: z
    .int()
    .min(5)
    .max(20_160)
    .describe('How long a channel may be at work before a person is told'),
});
type PolicyText = z.output<typeof policyText>;

const textByCurrency = (amounts: Readonly<Record<Currency, bigint>>): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([c, minor]) => [c, decimalText(minor, c)]));
const minorByCurrency = (amounts: Readonly<Record<string, string>>): Readonly<Record<Currency, bigint>> =>
  Object.freeze(Object.fromEntries(Object.entries(amounts).map(([c, amount]) => [c, parseMoney(amount, c).minor])));

export const textOf = (policy: Policy): PolicyText => ({
  ask_above: textByCurrency(policy.askAbove),
  explain_alone: textByCurrency(policy.explainAlone),
  release: {
    paid_after_close: policy.release.paidAfterClose,
    overpaid: policy.release.overpaid,
    duplicate: policy.release.duplicate,
  },
  record_within_seconds: policy.recordWithinSeconds,
  pending_case_minutes: policy.pendingCaseMinutes,
});

/** Throws where an amount is not one of its currency. */
export const policyOf = (text: PolicyText): Policy =>
  Object.freeze({
    askAbove: minorByCurrency(text.ask_above),
    // Versions of before it was asked do not say it.
    explainAlone: text.explain_alone === undefined ? DEFAULT_POLICY.explainAlone : minorByCurrency(text.explain_alone),
    release: Object.freeze({
      paidAfterClose: text.release.paid_after_close,
      overpaid: text.release.overpaid,
      duplicate: text.release.duplicate,
    }),
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

export class Policies {
  readonly #kept = new Map<string, Readonly<{ policy: Policy; at: number }>>();

  async of(tx: TenantTx): Promise<Policy> {
    const kept = this.#kept.get(tx.tenantId);
    const now = clock.now().epochMilliseconds;
    if (kept !== undefined && now - kept.at < KEEP_MS) return kept.policy;
    const [newest] = await this.versions(tx, 1);
    const policy = newest?.policy ?? DEFAULT_POLICY;
    this.#kept.set(tx.tenantId, { policy, at: now });
    return policy;
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
