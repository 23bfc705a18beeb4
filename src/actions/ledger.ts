/**
 * What the ledger does when a run ends: its facts are posted and the control accounts held against their open items, in the run's own
 * transaction. A difference is an alert and a case, and never a reason to lose the run.
 */
import { clock } from '../base/clock.ts';
import type { TenantTx } from '../db/pool.ts';
import { type Check, checkControls } from '../ledger/control.ts';
import { withLedger } from '../ledger/store.ts';
import { statedIn, takeRun } from '../ledger/take.ts';
import type { Result } from '../reconcile/result.ts';
import { breaksOf } from '../sources/found.ts';
import { closeCases, openCase, raise, type Subject, settle } from './cases.ts';

const DIFFERS = 'ledger_differs';

export async function postRun(
  tx: TenantTx,
  run: Readonly<{ id: string; livemode: boolean }>,
  result: Result,
  statedPath: string,
): Promise<void> {
  await withLedger(tx, run, async (ledger) => {
    await takeRun(tx, ledger, run, {
      breaks: breaksOf(result),
      on: result.to ?? clock.now().toZonedDateTimeISO(result.timezone).toPlainDate().toString(),
      stated: () => statedIn(statedPath),
    });
    await tell(tx, run.livemode, ledger.id, await checkControls(tx, run.livemode, ledger.postedAt, run.id));
  });
}

/** Checks now, and tells people where it differs. */
export async function checkLedger(tx: TenantTx, livemode: boolean): Promise<Check> {
  return await withLedger(tx, { livemode }, async (ledger) => {
    const check = await checkControls(tx, livemode, ledger.postedAt);
    await tell(tx, livemode, ledger.id, check);
    return check;
  });
}

async function tell(tx: TenantTx, livemode: boolean, ledgerId: string, check: Check): Promise<void> {
  const subject: Subject = { kind: 'ledger', id: ledgerId };
  if (check.equal) {
    await settle(tx, DIFFERS, subject, livemode);
    await closeCases(tx, [ledgerId], []);
    return;
  }
  const differing = check.rows.filter((r) => r.ledger !== r.open);
  const detail = Object.fromEntries(
    differing.map((r) => [
      `${r.account} ${r.currency}`,
      `ledger ${r.ledger}, open items ${r.open}, difference ${r.difference}; ${Object.entries(r.parts)
        .map(([part, sum]) => `${part} ${sum}`)
        .join(', ')}`,
    ]),
  );
  await raise(tx, DIFFERS, subject, livemode, { check: check.id, ...detail });
  const note = Object.entries(detail)
    .map(([account, says]) => `${account}: ${says}`)
    .join('\n');
  await openCase(tx, DIFFERS, subject, note);
}
