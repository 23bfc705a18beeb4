/**
 * A payout as Stripe has it now, and the payments in it: the balance transactions that it settled, which Stripe tells of automatic payouts,
 * once it has put them together (`reconciliation_status`). I7: as in `calls.ts`.
 */
import { z } from 'zod';
import { type Call, jsonOf, mustBe, refused, unreadable } from '../call.ts';
import type { PayoutAnswer, PayoutMembers } from '../channel.ts';
import { call, listOf, modeMustBe } from './calls.ts';
import { moneyOf, payoutFact, payoutShape } from './words.ts';

export async function queryPayout(payoutRef: string, on: Call): Promise<PayoutAnswer> {
  if (!/^po_\w{1,200}$/.test(payoutRef)) return refused('NO_PAYOUT', `${payoutRef.slice(0, 80)} is no payout's id`);
  const answer = await call(on, 'GET', `/v1/payouts/${payoutRef}`, {});
  if ('outcome' in answer) return answer;
  try {
    const it = payoutShape.parse(jsonOf(answer.body));
    mustBe(it.id, payoutRef);
    modeMustBe(it.livemode, on.account);
    const { status, headers, body } = answer;
    return {
      ...{ outcome: 'answered', status, raw: { headers, body } },
      payout: payoutFact(it, { source: 'inquiry', at: on.io.now() }),
    };
  } catch (error) {
    return unreadable(error);
  }
}

/** Each is one movement on the balance; `source` is what it moved for. */
const transactionShape = z.object({
  id: z.string().regex(/^txn_\w+$/),
  object: z.literal('balance_transaction'),
  type: z.string(),
  net: z.number().int(),
  currency: z.string().regex(/^[a-z]{3}$/),
  source: z.string().nullish(),
});
/** Money that came in; what went out again is not looked up by. */
const PAYMENTS: ReadonlySet<string> = new Set(['charge', 'payment']);

/** The money of another payout, on the balance again and so in this one. */
const SENT_BACK: ReadonlySet<string> = new Set(['payout_failure']);

/** What was kept back for a minimum balance goes back to the balance at once, and not to the bank. */
const KEPT_BACK_FREE = 'payout_minimum_balance_release';

export async function payoutMembers(
  ask: Readonly<{ payoutRef: string; after: string | undefined }>,
  on: Call,
): Promise<PayoutMembers> {
  const answer = await call(on, 'GET', '/v1/balance_transactions', {
    payout: ask.payoutRef,
    limit: '100',
    ...(ask.after === undefined ? {} : { starting_after: ask.after }),
  });
  if ('outcome' in answer) return answer;
  try {
    const { data, has_more } = listOf(transactionShape).parse(jsonOf(answer.body));
    // The payout's own movements take out, or put back, what the others brought.
    const within = data.filter((it) => it.source !== ask.payoutRef);
    const { headers, body } = answer;
    const sources = (types: ReadonlySet<string>): readonly string[] =>
      within.flatMap((it) => (types.has(it.type) && it.source != null ? [it.source] : []));
    return {
      outcome: 'answered',
      numbers: sources(PAYMENTS),
      again: sources(SENT_BACK),
      netMinor: within
        .filter((it) => it.type !== KEPT_BACK_FREE)
        .reduce((sum, it) => sum + moneyOf(it.net, it.currency).minor, 0n),
      next: has_more ? data.at(-1)?.id : undefined,
      raw: { headers, body },
    };
  } catch (error) {
    return unreadable(error);
  }
}
