/**
 * What a customer's page says: stories of one payment and its refunds, or of the claim that somebody made for the customer, in words for a
 * layman. An allow-list by making: nothing of a payment, an order or a claim is passed on, each value here is written anew.
 *
 * May not: name another customer's payment. What was claimed through the link itself is told without any payment it was found to be of.
 */
import type { z } from 'zod';
import { type Money, money } from '../../base/money.ts';
import { CHINA } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type Claim, claimById, hitsOf } from '../../people/claims.ts';
import type { Opened } from '../../people/links.ts';
import { defaultPlan } from '../../plans/plan.ts';
import type { VerdictCode } from '../../verdicts/catalogue.ts';
import { paymentLine, refundLine, type Stop, tellCustomer } from '../../verdicts/customer.ts';
import type { Verdict } from '../../verdicts/judge.ts';
import type { Around } from '../../verdicts/say.ts';
import { answeredOf } from '../claim-verdict.ts';
import type * as shape from '../contract/status.ts';
import { dropEmpty } from '../manners.ts';
import { aroundOf, type Shown, standingsWith } from '../read.ts';
import type { Serving } from '../server.ts';

export type Status = z.output<typeof shape.status>;
export type Story = z.output<typeof shape.story>;
type May = Status['may'][number];
type ClaimKind = Claim['kind'];

/** What the page says, and what is behind it for whoever answers the customer. */
export type Standing = Readonly<{
  status: Status;
  /** Of what a customer complains who says “not arrived” here. */
  kind: ClaimKind;
  paymentId: string | undefined;
  orderRef: string | undefined;
  amount: Money | undefined;
  /** The newest refund's number. */
  refundRef: string | undefined;
}>;

const MOST_REFUNDS = 3;
/** Where it is not settled that the money is there. */
const OPEN: ReadonlySet<string> = new Set(['waiting', 'no']);

export async function standingOf(tx: TenantTx, on: Serving, { link }: Opened): Promise<Standing> {
  const claim = link.claim_id === null ? undefined : await claimById(tx, link.claim_id);
  const paymentId = link.payment_id ?? claim?.paymentId;
  const [shown] =
    paymentId === undefined
      ? []
      : await standingsWith(tx, on, 'p.livemode = $2 and p.id = $3', [link.livemode, paymentId], '');
  const now = on.pace.now();
  const own = shown === undefined ? [] : await paymentStories(tx, shown, now);
  const said = await claimStory(tx, claim, shown, now);
  // A payment's own stories are the truth about it; what a claim says comes first where it says something else.
  const stories = [...(said === undefined ? [] : [said]), ...own];
  if (stories.length === 0) stories.push(unknownStory(claim, shown, now));
  const last = link.last_claim_id === null ? undefined : await claimById(tx, link.last_claim_id);
  const aside = last !== undefined && OPEN.has(stories[0]!.tone) ? await asideStory(tx, last, now) : undefined;
  if (aside !== undefined) stories.unshift(aside);

  const standing = shown?.standing;
  const refund = standing?.refunds.at(-1)?.refund;
  const isPaid = standing?.trace.capturedAt !== undefined;
  const may: May[] = ['not_arrived'];
  if (refund !== undefined || isPaid) may.push('have_it');
  if (refund !== undefined) may.push('copy_number');
  return {
    status: dropEmpty({
      stories,
      zone: standing?.plan.settle.zone ?? CHINA,
      app: appOf(standing?.open.account.provider) ?? (claim?.app === undefined ? undefined : APPS[claim.app]),
      is_test: !link.livemode,
      may,
      said:
        link.last_said === null || link.last_said_at === null
          ? undefined
          : { what: link.last_said, at: link.last_said_at.toString() },
      until: link.expires_at.toString(),
    }) as Status,
    kind: claim?.kind ?? (refund !== undefined ? 'refund_not_arrived' : isPaid ? 'paid_no_goods' : 'paid_not_seen'),
    paymentId,
    orderRef: shown?.shown.order_ref ?? claim?.orderRef,
    amount: claim?.amount ?? amountOf(shown),
    refundRef: refund?.ref,
  };
}

const APPS: Readonly<Partial<Record<NonNullable<Claim['app']>, Status['app']>>> = {
  wechat: 'wechat',
  alipay: 'alipay',
  unionpay: 'unionpay',
  paypal: 'paypal',
  card: 'bank-card',
};
const appOf = (provider: string | undefined): Status['app'] | undefined =>
  provider === 'wechatpay'
    ? 'wechat'
    : provider === 'alipay' || provider === 'unionpay' || provider === 'paypal'
      ? provider
      : provider === 'stripe' || provider === 'adyen'
        ? 'bank-card'
        : undefined;

/** `…7731`. */
const endOf = (number: string | undefined): string | undefined =>
  number === undefined || number.length <= 4 ? undefined : `…${number.slice(-4)}`;

function amountOf(shown: Shown | undefined): Money | undefined {
  const payment = shown?.standing?.payment;
  if (payment?.currency === undefined) return undefined;
  return payment.capturedAt === undefined
    ? payment.orderedMinor === undefined
      ? undefined
      : money(payment.orderedMinor, payment.currency)
    : money(payment.capturedMinor, payment.currency);
}

/** The newest refund first, the payment itself last. */
async function paymentStories(tx: TenantTx, shown: Shown, now: Temporal.Instant): Promise<Story[]> {
  const { standing } = shown;
  if (standing === undefined) return [];
  const channel = standing.open.account.provider;
  const stories: Story[] = [];
  const refunds = [...standing.refunds].sort((a, b) => Temporal.Instant.compare(b.refund.at, a.refund.at));
  for (const one of refunds.slice(0, MOST_REFUNDS)) {
    const told = tellCustomer(one.verdict, aroundOf(standing, now, one.refund), one.refund.amount);
    if (told !== undefined) stories.push(storyOf('refund', told, refundLine(one, channel), endOf(one.refund.ref)));
  }
  const told = tellCustomer(
    standing.verdict,
    aroundOf(standing, now),
    amountOf(shown),
    standing.trace.recordedAt !== undefined && (await wasRepaired(tx, standing.payment.id)),
  );
  const number = endOf(shown.shown.order_ref ?? standing.payment.ref);
  if (told !== undefined)
    stories.push(storyOf('payment', told, paymentLine(standing.verdict, standing.trace, channel), number));
  return stories;
}

async function wasRepaired(tx: TenantTx, paymentId: string): Promise<boolean> {
  const row = await tx.maybe(
    `select from actions where tenant_id = $1 and payment_id = $2 and kind = 'repair' and state = 'done'`,
    [tx.tenantId, paymentId],
  );
  return row !== undefined;
}

/** What the shop's claim was answered, where that is not simply the payment's own verdict. */
async function claimStory(
  tx: TenantTx,
  claim: Claim | undefined,
  shown: Shown | undefined,
  now: Temporal.Instant,
): Promise<Story | undefined> {
  const answer = claim?.answer;
  if (claim === undefined || answer === undefined) return undefined;
  const own = shown?.standing;
  const isOwn =
    own !== undefined &&
    (claim.kind === 'refund_not_arrived' ||
      (own.verdict.code === answer.code && own.verdict.release === answer.release));
  if (isOwn) return undefined;
  const hits = (await hitsOf(tx, [claim.id])).get(claim.id) ?? [];
  const { verdict, around } = answeredOf(claim, answer, hits, own, now);
  return claimed(verdict, around, own?.trace, endOf(claim.orderRef ?? hits[0]?.value));
}

/** Only what such an answer may say to whoever pasted a number: never a payment's own amount, time or place. */
const ASIDE: ReadonlySet<string> = new Set<VerdictCode>(['paid_elsewhere', 'fake_receipt', 'reused_receipt', 'unpaid']);

async function asideStory(tx: TenantTx, last: Claim, now: Temporal.Instant): Promise<Story | undefined> {
  if (last.answer === undefined || last.state === 'closed' || !ASIDE.has(last.answer.code)) return undefined;
  const hits = (await hitsOf(tx, [last.id])).get(last.id) ?? [];
  // Nothing of what they sent: it is their own payment that is looked at.
  if (hits.length === 0) return undefined;
  const { verdict, around } = answeredOf(last, last.answer, hits, undefined, now);
  return claimed({ ...verdict, amount: last.shown.amounts[0] }, around, undefined, endOf(hits[0]?.value));
}

function claimed(
  verdict: Verdict,
  around: Around,
  trace: Parameters<typeof paymentLine>[1],
  number: string | undefined,
): Story | undefined {
  const told = tellCustomer(verdict, around, verdict.amount);
  return told === undefined ? undefined : storyOf('payment', told, paymentLine(verdict, trace, around.channel), number);
}

/** Nothing was ever said of it. */
function unknownStory(claim: Claim | undefined, shown: Shown | undefined, now: Temporal.Instant): Story {
  const verdict: Verdict = {
    code: 'unknown',
    release: 'ask',
    cause: 'sync_delay',
    reason: undefined,
    custody: 'unknown',
    confidence: 'claimed',
    amount: claim?.amount ?? amountOf(shown),
    promise: undefined,
    also: [],
    evidence: [],
    path: [],
  };
  const around: Around = {
    direction: 'in',
    channel: undefined,
    plan: defaultPlan(''),
    at: undefined,
    look: claim?.nextLookAt,
    now,
  };
  return claimed(verdict, around, undefined, endOf(shown?.shown.order_ref ?? claim?.orderRef))!;
}

const storyOf = (
  about: Story['about'],
  { tone, title, where, when, you, shop }: NonNullable<ReturnType<typeof tellCustomer>>,
  line: readonly Stop[],
  number: string | undefined,
): Story =>
  dropEmpty({
    ...{ about, tone, title, where, when, you, shop, number },
    line: line.map(({ stop, title, state, at }) => dropEmpty({ stop, title, state, at: at?.toString() })),
  }) as Story;
