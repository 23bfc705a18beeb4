/** What a reconciliation found, in the form in which the truth of a simulated day and a scenario's `expect` lines are written. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { byFinding, type Expected, type Truth } from '../../sim/day.ts';
import type { Document } from '../../sim/documents/domain.ts';
import type { Break, Evidence, Result } from '../../src/reconcile/result.ts';

export function foundIn(result: Result): Truth {
  const told = (breaks: readonly Break[]): Expected[] => breaks.map(expectedOf).sort(byFinding);
  return {
    state: result.state,
    breaks: told(result.breaks),
    open: told(result.open),
    ambiguous: told(result.ambiguous),
  };
}

function expectedOf(b: Break): Expected {
  const { amount: difference, currency } = b.difference;
  return { finding: b.finding, joint: b.joint, difference, currency, ref: mainRef(b) };
}

/** The reference a person would search for: ours before theirs, the merchant's own number first; else the batch in words. */
export function mainRef(b: Break): string {
  const batch = [b.channel, b.account, b.businessOn].filter((part) => part !== undefined).join(' ');
  return refOf(b.ours) ?? refOf(b.theirs) ?? batch;
}

function refOf(evidence: readonly Evidence[]): string | undefined {
  for (const name of ['order', 'payment', 'refund', 'channel_trade', 'batch', 'bank_ref']) {
    const ref = evidence.find((e) => e.refs[name] !== undefined)?.refs[name];
    if (ref !== undefined) return ref;
  }
  return undefined;
}

/** Runs something over documents in a folder of their own, which is removed afterwards. */
export async function withFolder<T>(documents: readonly Document[], use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-test-'));
  try {
    for (const { name, bytes } of documents) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
