/**
 * One payment and one system: when does it learn what the channel knows? The notification is lost for good; only asking and the bill are
 * left. Our part runs `nextLook` itself, called as the book calls it: after each answer, never at another time.
 */
import type { Random } from '../../src/base/random.ts';
import { nextLook, type Phase } from '../../src/channels/ladders.ts';
import type { Ours, Peer, System } from './systems.ts';
import {
  ANSWERS_AFTER,
  BILL_AT_SECONDS,
  BILL_WITHIN_SECONDS,
  draw,
  HORIZON_SECONDS,
  share,
  type Troubled,
  UNANSWERED_PER_MILLE,
} from './world.ts';

export type Learnt = Readonly<{
  /** Seconds from the channel's success to our knowledge; undefined: not within the horizon. */
  seconds: number | undefined;
  by: 'question' | 'bill' | 'nothing';
  questions: number;
  /** The own database says closed, and the channel has the money or is about to. */
  closedThoughPaid: boolean;
}>;

export function learn(system: System, order: Troubled, random: Random): Learnt {
  const before = system.kind === 'ours' ? system.before : 'unpaid';
  const says: Says = (at) => (at >= order.truthAt ? 'captured' : at >= order.paidAt ? 'processing' : before);
  const asked =
    system.kind === 'ours'
      ? ourQuestions(system, order.endsAt, says, random)
      : theirQuestions(system, order.endsAt, says, random);
  const billAt = system.bill ? billAfter(order, random) : Number.POSITIVE_INFINITY;
  let questions = 0;
  let learntAt = billAt;
  for (const { answeredAt, said } of asked) {
    if (answeredAt >= Math.min(billAt, HORIZON_SECONDS)) break;
    questions += 1;
    if (said !== 'captured') continue;
    learntAt = answeredAt;
    break;
  }
  const closedAt = system.kind === 'peer' && system.closes ? order.endsAt : Number.POSITIVE_INFINITY;
  return {
    seconds: learntAt < HORIZON_SECONDS ? learntAt - order.truthAt : undefined,
    by: learntAt < billAt ? 'question' : learntAt < HORIZON_SECONDS ? 'bill' : 'nothing',
    questions,
    closedThoughPaid: closedAt < learntAt,
  };
}

export type Said = 'unpaid' | 'processing' | 'captured' | 'closed' | 'nothing';
/** What the channel says at an age. */
export type Says = (at: number) => Said;
export type Question = Readonly<{ askedAt: number; answeredAt: number; said: Said }>;

/** Now and then no answer comes. */
function ask(says: Says, askedAt: number, random: Random): Question {
  const took = draw(ANSWERS_AFTER, random);
  const said = random.chance(UNANSWERED_PER_MILLE) ? 'nothing' : says(askedAt + took / 2);
  return { askedAt, answeredAt: askedAt + took, said };
}

const instant = (age: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(Math.floor(age * 1_000));
const ORDERED = instant(0);

/** Until the channel proves an end. The workers look each second for what is due; after no answer they ask again in 10 to 12.5 s. */
export function* ourQuestions(system: Ours, endsAt: number, says: Says, random: Random): Generator<Question> {
  let now = 0;
  let asked = 0;
  let processingSince: number | undefined;
  let unanswered = false;
  for (;;) {
    const phase: Phase = processingSince !== undefined ? 'processing' : now > endsAt ? 'after_expiry' : 'open';
    const next = nextLook({
      provider: system.provider,
      product: system.product,
      placedAt: ORDERED,
      expiresAt: instant(endsAt),
      phase,
      phaseSince: instant(processingSince ?? (phase === 'open' ? 0 : endsAt)),
      asked,
      lastAskedAt: asked === 0 ? undefined : instant(now),
      now: instant(now),
      jitter: share(random),
    });
    if (next === undefined) return;
    const due = unanswered ? now + 10 * (1 + share(random) / 4) : next.epochMilliseconds / 1_000;
    const question = ask(says, due + share(random), random);
    yield question;
    if (question.said === 'captured' || question.said === 'closed') return;
    now = question.answeredAt;
    asked += 1;
    unanswered = question.said === 'nothing';
    if (question.said === 'processing') processingSince ??= now;
    else if (question.said === 'unpaid') processingSince = undefined;
  }
}

function* theirQuestions(system: Peer, endsAt: number, says: Says, random: Random): Generator<Question> {
  const last = system.closes ? endsAt : HORIZON_SECONDS;
  let at = 0;
  for (const wait of system.waits) {
    at += wait;
    if (at > last) return;
    yield ask(says, at, random);
  }
  if (system.sweep === undefined) return;
  const { everySeconds, fromAge } = system.sweep;
  const every = everySeconds[0] + share(random) * (everySeconds[1] - everySeconds[0]);
  for (at = share(random) * every; at < last; at += every) if (at >= fromAge) yield ask(says, at, random);
}

/** The bill of the day of the success, next morning. */
function billAfter(order: Troubled, random: Random): number {
  const day = Math.floor((order.timeOfDay + order.truthAt) / 86_400);
  return (day + 1) * 86_400 + BILL_AT_SECONDS + share(random) * BILL_WITHIN_SECONDS - order.timeOfDay;
}
