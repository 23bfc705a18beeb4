/**
 * Promises for the judge, kept: of one plan, all payments of a minute have the same promise, because settle days begin on a minute. What is
 * kept is bounded; a plan that is no longer used takes its promises with it.
 */
import type { Text } from '../base/lang.ts';
import { endOfDay, instantOf } from '../base/time.ts';
import type { Plan } from '../plans/plan.ts';
import { type Payable, promiseOf, type StationPromise } from '../plans/station.ts';

/** More than a month of minutes. */
const MOST = 65_536;
const MINUTE_MS = 60_000;

const kept = new WeakMap<Plan, Map<string | number, StationPromise | undefined>>();

/** As `promiseOf` for the station `credited`. */
export function creditPromise(payment: Payable, plan: Plan): StationPromise | undefined {
  let ofPlan = kept.get(plan);
  if (ofPlan === undefined) {
    ofPlan = new Map();
    kept.set(plan, ofPlan);
  }
  const minute = Math.floor(payment.capturedAt.epochMilliseconds / MINUTE_MS);
  const simple = payment.direction === 'in' && payment.businessOn === undefined;
  const key = simple ? minute : `${minute}|${payment.direction}|${payment.businessOn ?? ''}|${payment.funding ?? ''}`;
  const known = ofPlan.get(key);
  if (known !== undefined || ofPlan.has(key)) return known;
  if (ofPlan.size >= MOST) ofPlan.clear();
  const made = promiseOf(payment, 'credited', plan);
  ofPlan.set(key, made);
  return made;
}

const RULES = {
  batch: (on: Temporal.PlainDate): Text => ({ en: `its batch is due on ${on}`, zh: `所属批次应于 ${on} 到账` }),
  hold: (on: Temporal.PlainDate): Text => ({ en: `the channel holds it until ${on}`, zh: `渠道冻结至 ${on}` }),
} as const;

/** A date which the channel or a reconciliation has said itself: of its batch, or of its hold. */
export const promisedOn = (on: Temporal.PlainDate, zone: string, by: keyof typeof RULES): StationPromise =>
  Object.freeze({ at: instantOf(endOfDay(on, zone)), on, assumed: false, rule: RULES[by](on) });
