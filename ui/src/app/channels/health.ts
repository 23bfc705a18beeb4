/** How an account is, in words: what its last answers, keys and clock say, the worst first. */
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import type { Say } from '../../base/lang.ts';
import { agoOf, clockOf, msOf, tookOf } from '../../base/time.ts';
import type { BillDay, Channel, Provider } from './api.ts';
import type { ChannelsKey } from './words.ts';

export type Sign = Readonly<{ tone: Tone; text: string }>;

const DAY = 86_400_000;
const SOON_DAYS = 30;
const SKEW_MS = 60_000;
const LEAVING_DAYS = 7;
const RANK: readonly Tone[] = ['beware', 'no', 'late', 'waiting', 'moving', 'found', 'arrived'];

/** `nameOf`: what people call a kind of key. */
export function signsOf(
  c: Channel,
  t: Say<ChannelsKey>,
  now: number,
  nameOf: (kind: string) => string,
  isTested = false,
): readonly Sign[] {
  const { health } = c;
  const signs: Sign[] = [];
  if (c.state === 'paused') signs.push({ tone: 'waiting', text: t('channels.signPaused') });
  if (health?.resting_until !== undefined)
    signs.push({
      tone: 'late',
      text: t('channels.signResting', {
        n: health.failures,
        at: clockOf(health.resting_until),
        why: health.last_failure ?? '—',
      }),
    });
  else if ((health?.failures ?? 0) > 0)
    signs.push({
      tone: 'late',
      text: t('channels.signFailing', { n: health!.failures, why: health!.last_failure ?? '—' }),
    });
  if (health?.last_answer_at !== undefined)
    signs.push({ tone: 'arrived', text: t('channels.signAnswered', { ago: agoOf(health.last_answer_at) }) });
  else if (isTested) signs.push({ tone: 'arrived', text: t('channels.signTested') });
  else signs.push({ tone: 'waiting', text: t('channels.signSilent') });
  if (Math.abs(health?.clock_skew_ms ?? 0) > SKEW_MS)
    signs.push({ tone: 'late', text: t('channels.signSkew', { took: tookOf(Math.abs(health!.clock_skew_ms!)) }) });
  for (const key of c.credentials) {
    if (key.not_after === undefined) continue;
    const left = Math.floor((msOf(key.not_after) - now) / DAY);
    if (left < 0)
      signs.push({
        tone: 'no',
        text: t('channels.signExpired', { kind: nameOf(key.kind), on: key.not_after.slice(0, 10) }),
      });
    else if (left < SOON_DAYS)
      signs.push({ tone: 'late', text: t('channels.signExpires', { kind: nameOf(key.kind), n: left }) });
  }
  return signs.toSorted((a, b) => RANK.indexOf(a.tone) - RANK.indexOf(b.tone));
}

/** What an account is called by its signs. */
export const wordOf = (c: Channel, tone: Tone): ChannelsKey =>
  c.state === 'paused'
    ? 'channels.paused'
    : tone === 'arrived'
      ? 'channels.well'
      : tone === 'waiting'
        ? 'channels.fresh'
        : 'channels.look';
export const keyName =
  (provider: Provider | undefined, both: (text: Readonly<{ zh: string; en: string }>) => string) =>
  (kind: string): string => {
    const title = provider?.credentials.find((c) => c.kind === kind)?.title;
    return title === undefined ? kind : both(title);
  };
export const worstOf = (signs: readonly Sign[]): Tone => signs[0]?.tone ?? 'waiting';

export type BillSign = Readonly<{
  tone: Tone;
  state: 'fetched' | 'empty' | 'leaving' | 'gone' | 'overdue' | 'due' | 'ahead';
  days: number;
}>;
/** How a bill stands: what is not fetched and leaves soon comes before everything else. */
export function billSign(bill: BillDay, now: number): BillSign {
  const days = Math.floor((msOf(bill.gone_at) - now) / DAY);
  if (bill.state === 'fetched') return { tone: 'arrived', state: 'fetched', days };
  if (bill.state === 'empty') return { tone: 'arrived', state: 'empty', days };
  if (msOf(bill.gone_at) <= now) return { tone: 'no', state: 'gone', days };
  if (days < LEAVING_DAYS) return { tone: 'late', state: 'leaving', days };
  if (msOf(bill.ready_at) > now) return { tone: 'waiting', state: 'ahead', days };
  return bill.attempts > 0 && bill.last_error !== undefined
    ? { tone: 'late', state: 'overdue', days }
    : { tone: 'moving', state: 'due', days };
}
