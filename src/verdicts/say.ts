/** A verdict rendered for people: the words of `words.ts` with the amounts, dates and names of this payment. Pure; called on reading. */
import { fill, type Lang, type Text } from '../base/lang.ts';
import { groupedText, type Money } from '../base/money.ts';
import type { Plan } from '../plans/plan.ts';
import { channelName } from './channels.ts';
import type { Verdict } from './judge.ts';
import { type Direction, saysOf } from './words.ts';

export type Spoken = Readonly<{ cashier: Text; agent: Text; accountant: Text; provesWrong: Text }>;

export type Around = Readonly<{
  direction: Direction;
  /** Undefined where none is known: it is named in general. */
  channel: string | undefined;
  plan: Plan;
  /** When it was paid, refunded, or placed. */
  at: Temporal.Instant | undefined;
  /** When it is looked at again. */
  look: Temporal.Instant | undefined;
  now: Temporal.Instant;
}>;

export function say(verdict: Verdict, around: Around): Spoken {
  const says = saysOf(verdict.code, around.direction);
  if (says === undefined) throw new Error(`${verdict.code} is not said of money going ${around.direction}`);
  const spoken = spokenOf(verdict, around);
  const line = says.cashier[verdict.release];
  if (line === undefined) throw new Error(`${verdict.code} has no line for release ${verdict.release}`);
  return {
    cashier: spoken(line),
    agent: spoken(says.agentFor?.[verdict.release] ?? says.agent),
    accountant: spoken(says.accountant),
    provesWrong: spoken(says.provesWrong),
  };
}

/** Fills the places of any sentence about this verdict. */
export function spokenOf(verdict: Pick<Verdict, 'amount' | 'promise'>, around: Around): (text: Text) => Text {
  const places = { zh: placesIn('zh', verdict, around), en: placesIn('en', verdict, around) };
  return (text) => ({ zh: tidy(fill(text.zh, places.zh)), en: tidy(fill(text.en, places.en)) });
}

function placesIn(
  lang: Lang,
  verdict: Pick<Verdict, 'amount' | 'promise'>,
  around: Around,
): Readonly<Record<string, string>> {
  const zone = around.plan.settle.zone;
  const { promise } = verdict;
  return {
    amount: verdict.amount === undefined ? WORDS.money[lang] : amountText(verdict.amount),
    channel: channelName(around.channel, lang),
    at: around.at === undefined ? WORDS.earlier[lang] : momentIn(around.at, around.now, zone, lang),
    due:
      promise === undefined
        ? WORDS[around.direction === 'in' ? 'stated' : 'booked'][lang]
        : dueText(promise.on, promise.at, around.now, lang),
    look: around.look === undefined ? WORDS.looking[lang] : lookText(around.look, around.now, zone, lang),
  };
}

const WORDS = {
  money: { zh: '这笔钱', en: 'this amount' },
  earlier: { zh: '当时', en: 'that time' },
  stated: { zh: '到账日以渠道报表为准', en: 'expected on the day its report names' },
  booked: { zh: '到账时间以银行为准', en: 'arriving when the bank has booked it' },
  looking: { zh: '我们正在查', en: 'we are looking into it' },
} as const satisfies Record<string, Text>;

/** `¥1,280.00`; any other currency by its code, because a sign alone is not one currency. */
export const amountText = ({ minor, currency }: Money): string =>
  currency === 'CNY' ? `¥${groupedText(minor, currency)}` : `${currency} ${groupedText(minor, currency)}`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const dayText = (on: Temporal.PlainDate, now: Temporal.PlainDate, lang: Lang): string => {
  const year = on.year === now.year ? '' : lang === 'zh' ? `${on.year}年` : ` ${on.year}`;
  return lang === 'zh' ? `${year}${on.month}月${on.day}日` : `${on.day} ${MONTHS[on.month - 1]}${year}`;
};

/** A day and a time of day in a zone: today goes without its date. */
export function momentIn(at: Temporal.Instant, now: Temporal.Instant, zone: string, lang: Lang): string {
  const [then, today] = [at.toZonedDateTimeISO(zone), now.toZonedDateTimeISO(zone).toPlainDate()];
  const clock = then.toPlainTime().toString({ smallestUnit: 'minute' });
  const on = then.toPlainDate();
  if (on.equals(today)) return lang === 'zh' ? `今天 ${clock}` : `${clock} today`;
  return lang === 'zh' ? `${dayText(on, today, lang)} ${clock}` : `${clock} on ${dayText(on, today, lang)}`;
}

function dueText(on: Temporal.PlainDate, at: Temporal.Instant, now: Temporal.Instant, lang: Lang): string {
  const day = dayText(on, now.toZonedDateTimeISO('UTC').toPlainDate(), lang);
  const past = Temporal.Instant.compare(at, now) < 0;
  if (lang === 'zh') return past ? `应于${day}到账` : `预计${day}到账`;
  return past ? `due on ${day}` : `expected by ${day}`;
}

/** Looks are near: the year goes without saying. */
function lookText(at: Temporal.Instant, now: Temporal.Instant, zone: string, lang: Lang): string {
  if (Temporal.Instant.compare(at, now) <= 0) return WORDS.looking[lang];
  const when = momentIn(at, now, zone, lang)
    .replace(/^今天 |^\d+年| today$/, '')
    .replace(/ \d{4}$/, '');
  return lang === 'zh' ? `${when}再查` : `next check ${when}`;
}

/** A clause may begin a sentence; Chinese sets a blank between a time and its own signs, and none between two of its own. */
const tidy = (text: string): string =>
  text
    .replace(/(^|[.?] )([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
    .replace(/([一-鿿]) (?=[一-鿿。;,])/g, '$1')
    .replace(/(\d\d:\d\d)(?=[一-鿿])/g, '$1 ');
