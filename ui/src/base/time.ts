/**
 * Time on screen: absolute with its zone, relative beside it. The only file of the app that touches the device's clock; the server's clock is
 * learnt from its answers, so that a count-down is right on a phone whose clock is not.
 */
import { useEffect, useState } from 'react';
import { msOf } from './instant.ts';
import { currentLang, type Lang } from './lang.ts';

export { msOf };

/** Business time is that of the shop; until the server says otherwise it is China's. */
export const ZONE = 'Asia/Shanghai';

let aheadMs = 0;
/** From a `Date` header, which is cut to the second: half of one is the best guess. */
export function learnClock(date: string | null): void {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(at) && Math.abs(at + 500 - Date.now()) > 1_500) aheadMs = at + 500 - Date.now();
}
export const nowMs = (): number => Date.now() + aheadMs;
export const textOf = (ms: number): string => new Date(ms).toISOString();
export const nowText = (): string => textOf(nowMs());

/** A time of day, today, at the shop. */
export const todayAt = (time: string): string => `${today()}T${time}:00+08:00`;
export const today = (): string => new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(nowMs());

const formats = new Map<string, Intl.DateTimeFormat>();
function format(lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang}${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: ZONE, hourCycle: 'h23', ...options });
    formats.set(key, made);
  }
  return made;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };

export const clockOf = (instant: string, lang = currentLang()): string => format(lang, CLOCK).format(msOf(instant));
export const minuteOf = (instant: string, lang = currentLang()): string =>
  format(lang, { hour: '2-digit', minute: '2-digit' }).format(msOf(instant));

/** `11-23`, or `11月23日 周一` where there is room. An instant or a date of business. */
export function dayOf(at: string, lang = currentLang(), long = false): string {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(at);
  const ms = isDate ? Date.parse(`${at}T12:00:00Z`) : msOf(at);
  const zone = isDate ? { timeZone: 'UTC' } : {};
  return format(
    lang,
    long ? { month: 'short', day: 'numeric', weekday: 'short', ...zone } : { month: 'short', day: 'numeric', ...zone },
  ).format(ms);
}

/** By when: the day of business, and the hour where one was promised; midnight is no hour but the day itself. */
export function promisedOf(promise: Readonly<{ at: string; on: string }>, lang = currentLang(), long = false): string {
  const hour = clockOf(promise.at, lang).slice(0, 5);
  const day = dayOf(promise.on, lang, long);
  return hour === '00:00' ? day : `${day} ${hour}`;
}

/** Today by the clock alone, another day with its date. */
export function whenOf(instant: string, lang = currentLang()): string {
  return sameDay(msOf(instant), nowMs()) ? clockOf(instant, lang) : `${dayOf(instant, lang)} ${clockOf(instant, lang)}`;
}

const sameDay = (a: number, b: number): boolean => {
  const day = format('en', { year: 'numeric', month: '2-digit', day: '2-digit' });
  return day.format(a) === day.format(b);
};

export function fullOf(instant: string, lang = currentLang()): string {
  return `${format(lang, { year: 'numeric', month: '2-digit', day: '2-digit', ...CLOCK }).format(msOf(instant))} UTC+8`;
}

/** `12 秒前`, `in 3 days`. */
export function agoOf(instant: string, lang = currentLang(), now = nowMs()): string {
  const seconds = Math.trunc((msOf(instant) - now) / 1_000);
  const relative = new Intl.RelativeTimeFormat(lang === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto', style: 'short' });
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const)
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return relative.format(seconds, 'second');
}

/** `0:07`, `2:31:00`. Never below nothing. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m] = [Math.trunc(s / 3_600), Math.trunc(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** How long something took, in words a person says: `0.8 秒`, `65 s`, `4 min`. */
export function tookOf(ms: number, lang = currentLang()): string {
  const unit = (n: number, name: 'second' | 'minute' | 'hour' | 'day', most: number): string =>
    new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en', {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: most,
    }).format(n);
  const s = ms / 1_000;
  if (s < 10) return unit(s, 'second', 1);
  if (s < 120) return unit(Math.trunc(s), 'second', 0);
  if (s < 7_200) return unit(Math.trunc(s / 60), 'minute', 0);
  if (s < 172_800) return unit(Math.trunc(s / 3_600), 'hour', 0);
  return unit(Math.trunc(s / 86_400), 'day', 0);
}

/** Now, told anew every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    const timer = setInterval(() => setNow(nowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
