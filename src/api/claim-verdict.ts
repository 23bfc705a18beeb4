/**
 * The verdict of an answered claim, with its words. Where it is the payment's own, the words are those of the payment: one money, one story.
 * Else they are said of what was shown; where no channel is known nothing is said, because the words would name one.
 */
import type { Standing } from '../actions/standing.ts';
import { type Money, money } from '../base/money.ts';
import type { Answered, Claim } from '../people/claims.ts';
import { type Hit, SHAPES } from '../people/references.ts';
import { defaultPlan } from '../plans/plan.ts';
import type { Verdict } from '../verdicts/judge.ts';
import { type Around, say } from '../verdicts/say.ts';
import { saysOf } from '../verdicts/words.ts';
import { dropEmpty } from './manners.ts';
import type { Shown, VerdictOut } from './read.ts';

export function claimVerdict(
  claim: Claim,
  hits: readonly Hit[],
  on: Shown | undefined,
  now: Temporal.Instant,
): VerdictOut | undefined {
  const { answer } = claim;
  if (answer === undefined) return undefined;
  const own = ownOf(claim, on);
  const isOwn = own?.code === answer.code && own.release === answer.release;
  return dropEmpty({
    code: answer.code,
    release: answer.release,
    cause: answer.cause,
    reason: answer.reason,
    custody: answer.custody,
    confidence: answer.confidence,
    also: [...answer.also],
    judged_at: answer.at.toString(),
    says: isOwn ? own.says : saidOf(claim, answer, hits, on?.standing, now),
  });
}

/** The verdict on the payment, or on its latest refund where that is missed. */
function ownOf(claim: Claim, on: Shown | undefined): VerdictOut | undefined {
  if (claim.kind !== 'refund_not_arrived') return on?.shown.verdict;
  const refunds = [...(on?.shown.refunds ?? [])].sort((a, b) => Temporal.Instant.compare(a.at, b.at));
  return refunds.at(-1)?.verdict ?? on?.shown.verdict;
}

function saidOf(
  claim: Claim,
  answer: Answered,
  hits: readonly Hit[],
  standing: Standing | undefined,
  now: Temporal.Instant,
): VerdictOut['says'] {
  const { verdict, around } = answeredOf(claim, answer, hits, standing, now);
  if (around.channel === undefined || saysOf(verdict.code, 'in')?.cashier[answer.release] === undefined)
    return undefined;
  const { cashier, agent, accountant } = say(verdict, around);
  return { cashier, agent, accountant };
}

/** An answer as a verdict, with what its words are filled with. `standing`: of the payment it speaks of, as far as the reader may know it. */
export function answeredOf(
  claim: Claim,
  answer: Answered,
  hits: readonly Hit[],
  standing: Standing | undefined,
  now: Temporal.Instant,
): Readonly<{ verdict: Verdict; around: Around }> {
  const channel = standing?.open.account.provider ?? channelIn(claim, hits);
  // The judge of claims takes its codes from the same catalogue.
  const code = answer.code as Verdict['code'];
  return {
    verdict: {
      ...(answer as Pick<Verdict, 'release' | 'cause' | 'reason' | 'custody' | 'confidence' | 'also'>),
      code,
      amount: amountOf(claim, code, standing),
      promise: undefined,
      evidence: [],
      path: [],
    },
    around: {
      direction: 'in',
      channel,
      plan: standing?.plan ?? defaultPlan(channel ?? ''),
      at: standing?.trace.capturedAt ?? claim.paidAt ?? claim.shown.times[0],
      look: claim.nextLookAt,
      now,
    },
  };
}

/** A forged receipt is spoken of by what it shows, a difference as such, everything else by what the channel has. */
function amountOf(claim: Claim, code: Verdict['code'], standing: Standing | undefined): Money | undefined {
  const said = claim.amount ?? claim.shown.amounts[0];
  const payment = standing?.payment;
  const currency = payment?.capturedAt === undefined ? undefined : payment.currency;
  const paid = currency === undefined ? undefined : money(payment!.capturedMinor, currency);
  if (code === 'fake_receipt') return said ?? paid;
  if (code === 'underpaid' && said !== undefined && paid !== undefined && paid.currency === said.currency)
    return money(said.minor - paid.minor, paid.currency);
  return paid ?? said;
}

const APPS: Readonly<Partial<Record<NonNullable<Claim['app']>, string>>> = {
  wechat: 'wechatpay',
  alipay: 'alipay',
  unionpay: 'unionpay',
  paypal: 'paypal',
};
function channelIn(claim: Claim, hits: readonly Hit[]): string | undefined {
  const shape = hits.find((h) => h.shape !== undefined)?.shape;
  return shape !== undefined ? SHAPES[shape].provider : claim.app === undefined ? undefined : APPS[claim.app];
}
