/**
 * The matrix of verdicts, read and played: verdict × cause × channel, told as stories in tests/scenarios/verdicts.txt (whose head
 * explains the words). A story is played once for each channel it names, with that channel's plan, currency and manners; a line that
 * the channel cannot say fails it.
 */
import { isCurrency } from '../../src/base/currency.ts';
import { type Money, parseMoney } from '../../src/base/money.ts';
import { TRADE_STATES as ALIPAY } from '../../src/channels/alipay/words.ts';
import { BILLS } from '../../src/channels/bills.ts';
import type { ChannelId } from '../../src/channels/channel.ts';
import { TRADE_STATES as LAKALA } from '../../src/channels/lakala/words.ts';
import { CAPTURE_STATES as PAYPAL, ORDER_STATES as PAYPAL_ORDERS } from '../../src/channels/paypal/words.ts';
import { INTENT_STATES as STRIPE } from '../../src/channels/stripe/words.ts';
import { TRADE_STATES as WECHAT } from '../../src/channels/wechatpay/words.ts';
import { factsHash } from '../../src/observations/facts.ts';
import type { Kind, Observed, Source } from '../../src/observations/observation.ts';
import { defaultPlan, freeze, type Lag, type Plan } from '../../src/plans/plan.ts';
import type { Funding } from '../../src/plans/refunds.ts';
import { fold, type Kept } from '../../src/traces/fold.ts';
import {
  CAUSES,
  type Cause,
  CONFIDENCES,
  CUSTODIES,
  REASONS,
  VERDICTS,
  type VerdictCode,
} from '../../src/verdicts/catalogue.ts';
import { judge, type Verdict } from '../../src/verdicts/judge.ts';
import { DEFAULT_POLICY } from '../../src/verdicts/policy.ts';
import { judgeReceipt, type ReceiptFacts } from '../../src/verdicts/receipt.ts';
import { judgeRefund } from '../../src/verdicts/refunds.ts';
import { say } from '../../src/verdicts/say.ts';
import { type BatchFacts, NO_ROAD } from '../../src/verdicts/standing.ts';

export const CHANNELS = [
  'wechatpay',
  'alipay',
  'lakala',
  'unionpay',
  'stripe',
  'adyen',
  'paypal',
] as const satisfies readonly ChannelId[];
export type Channel = (typeof CHANNELS)[number];
const GROUPS: Readonly<Record<string, readonly Channel[]>> = {
  all: CHANNELS,
  cn: ['wechatpay', 'alipay', 'lakala', 'unionpay'],
  stated: ['stripe', 'adyen', 'paypal'],
};

type Told = 'paid' | 'unpaid' | 'unknown' | 'working' | 'closed' | 'failed' | 'reversed' | 'refund';
const KIND_OF = {
  paid: 'captured',
  unpaid: 'unpaid',
  unknown: 'not_found',
  working: 'processing',
  closed: 'closed',
  failed: 'failed',
  reversed: 'reversed',
  refund: 'refund',
} as const satisfies Record<Told, Kind>;

type Manners = Readonly<{
  currency: string;
  /** Its zone for the stories' clock. */
  zone: string;
  onlyHints?: true;
  /** What its notifications, its answers and its bills can say; `asked` undefined: it cannot be asked. */
  told: readonly Kind[];
  asked: readonly Kind[] | undefined;
  billed: readonly Kind[];
  /** How a refund can stand there. */
  refunds: ReadonlyArray<keyof typeof REFUND_STATES>;
}>;
const REFUND_STATES = { done: 'succeeded', working: 'processing', bounced: 'abnormal', undone: 'closed' } as const;
const valuesOf = (table: Readonly<Record<string, Kind | undefined>>): readonly Kind[] =>
  Object.values(table).filter((k) => k !== undefined);
const OF_BILLS = ['captured', 'refund', 'not_found'] as const;
const CN = { currency: 'CNY', zone: 'Asia/Shanghai' } as const;

/** The adapters' own tables where they export them (`channels/*​/words.ts`). */
export const MANNERS: Readonly<Record<Channel, Manners>> = {
  wechatpay: {
    ...CN,
    told: ['captured', 'refund'],
    asked: [...valuesOf(WECHAT), 'not_found', 'refund'],
    refunds: ['done', 'working', 'bounced', 'undone'],
    billed: [...OF_BILLS, 'reversed'],
  },
  alipay: {
    ...CN,
    told: [...valuesOf(ALIPAY), 'refund'],
    asked: [...valuesOf(ALIPAY), 'processing', 'not_found', 'refund'],
    refunds: ['done', 'working'],
    billed: OF_BILLS,
  },
  // No bill of it can be had: what a document shows stands on the road, not among its words.
  lakala: {
    ...CN,
    told: ['captured', 'refund'],
    asked: [...valuesOf(LAKALA), 'not_found', 'refund'],
    refunds: ['done', 'working', 'undone'],
    billed: [],
  },
  // A payment that failed is never notified.
  unionpay: {
    ...CN,
    told: ['captured', 'refund', 'reversed'],
    asked: ['captured', 'processing', 'unpaid', 'failed', 'not_found', 'refund', 'reversed'],
    refunds: ['done', 'working', 'undone'],
    billed: [...OF_BILLS, 'reversed'],
  },
  stripe: {
    currency: 'USD',
    zone: 'UTC',
    told: [...valuesOf(STRIPE), 'refund'],
    asked: [...valuesOf(STRIPE), 'not_found', 'refund'],
    refunds: ['done', 'working', 'bounced', 'undone'],
    billed: [...OF_BILLS, 'reversed'],
  },
  adyen: {
    currency: 'EUR',
    zone: 'UTC',
    told: ['captured', 'processing', 'unpaid', 'closed', 'reversed', 'refund'],
    asked: undefined,
    refunds: ['done', 'working', 'bounced', 'undone'],
    billed: [...OF_BILLS, 'unpaid', 'processing', 'closed', 'reversed'],
  },
  paypal: {
    currency: 'USD',
    zone: 'UTC',
    onlyHints: true,
    told: [...valuesOf(PAYPAL_ORDERS), ...valuesOf(PAYPAL).filter((k) => k !== 'failed'), 'reversed', 'refund'],
    asked: [...valuesOf(PAYPAL_ORDERS), ...valuesOf(PAYPAL), 'not_found', 'refund'],
    refunds: ['done', 'working', 'undone'],
    billed: [],
  },
};

// ------------------------------------------------------------------------------------------- the file

type Line = Readonly<{ at: number; words: readonly string[]; text: string }>;
export type Story = Readonly<{
  verdict: VerdictCode;
  cause: Cause;
  /** A further one: it fills no cell. */
  isCase: boolean;
  name: string;
  tags: readonly string[];
  channels: readonly Channel[];
  at: number;
  lines: readonly Line[];
}>;
/** What of a cell cannot be, and why. */
export type Absent = Readonly<{
  verdict: VerdictCode;
  causes: readonly Cause[];
  channels: readonly Channel[];
  why: string;
  at: number;
}>;
/** An entry of “why is there no money”: told by a story, or not judged. */
export type Item = Readonly<{ id: string; text: string; notJudged: string | undefined; at: number }>;
export type Matrix = Readonly<{ stories: readonly Story[]; absents: readonly Absent[]; items: readonly Item[] }>;

export function readMatrix(content: string): Matrix {
  const stories: Array<Omit<Story, 'lines'> & { lines: Line[] }> = [];
  const absents: Absent[] = [];
  const items: Item[] = [];
  let verdict: VerdictCode | undefined;
  let cause: Cause | undefined;
  for (const [i, raw] of content.split('\n').entries()) {
    const at = i + 1;
    const text = raw.replace(/^#.*$|\s# .*$/, '').trimEnd();
    if (text.trim() === '') continue;
    const fail = (why: string): never => {
      throw new Error(`verdicts.txt:${at}: ${why}: ${raw}`);
    };
    if (/^\s/.test(text)) {
      const story = stories.at(-1) ?? fail('a line before the first story');
      story.lines.push({ at, words: text.trim().split(/\s+/), text: text.trim() });
      continue;
    }
    const [word, ...rest] = text.split(/\s+/) as [string, ...string[]];
    const after = rest.join(' ');
    if (word === 'verdict') {
      if (!Object.hasOwn(VERDICTS, after)) fail('no verdict');
      verdict = after as VerdictCode;
      cause = undefined;
    } else if (word === 'cause') {
      if (!Object.hasOwn(CAUSES, after)) fail('no cause');
      cause = after as Cause;
    } else if (word === 'story' || word === 'case') {
      const [, name, tags = '', on = 'all'] = /^(.*?)\s*((?:\[[^\]]+\]\s*)*)(?:\|\s*(.*))?$/.exec(after)!;
      if (verdict === undefined || cause === undefined || name === '') fail('a story of no cell');
      stories.push({
        verdict: verdict!,
        cause: cause!,
        isCase: word === 'case',
        name: name!,
        tags: [...tags.matchAll(/\[([^\]]+)\]/g)].map((m) => m[1]!),
        channels: channelsOf(on, fail),
        at,
        lines: [],
      });
    } else if (word === 'n/a') {
      const [, of, on = 'all', why] =
        /^([a-z_, ]+?)(?:\s*\|\s*([^:]+?))?:\s*(.+)$/.exec(after) ?? fail('n/a causes: reason');
      const causes = of!.split(/,\s*/);
      for (const c of causes) if (!Object.hasOwn(CAUSES, c)) fail(`no cause ${c}`);
      absents.push({ verdict: verdict!, causes: causes as Cause[], channels: channelsOf(on, fail), why: why!, at });
    } else if (word === 'item') {
      const [, id, said, notJudged] = /^(\S+ \S+)\s+(.*?)(?:\s+-- not judged: (.+))?$/.exec(after) ?? fail('an item');
      items.push({ id: id!, text: said!, notJudged, at });
    } else fail('what is that');
  }
  return { stories, absents, items };
}

/** `all`, `cn`, `paypal, stripe`, `all but adyen: it cannot be asked`. */
function channelsOf(text: string, fail: (why: string) => never): readonly Channel[] {
  const [which, why] = text.split(/:\s*/, 2) as [string, string?];
  const [some, but] = which.split(/ but /) as [string, string?];
  if (but !== undefined && why === undefined) fail('an exception without its reason');
  const named = (list: string): readonly Channel[] =>
    list.split(/,\s*/).flatMap((name) => {
      const known = GROUPS[name.trim()] ?? CHANNELS.filter((c) => c === name.trim());
      return known.length === 0 ? fail(`no channel ${name}`) : known;
    });
  const without = but === undefined ? [] : named(but);
  return named(some).filter((c) => !without.includes(c));
}

// ------------------------------------------------------------------------------------------- a story on one channel

export type Outcome = Readonly<{ verdict: VerdictCode; cause: Cause; line: Line; expected: Said; actual: Said }>;
type Said = Readonly<
  Record<'verdict' | 'cause' | 'release' | 'reason' | 'custody' | 'confidence' | 'promise' | 'also', string>
>;

const NOTHING_SHOWN: ReceiptFacts = {
  kind: 'paid_not_seen',
  proof: 'shown',
  found: 'none',
  searched: 'reference',
  payment: undefined,
  channel: 'not_asked',
  id: 'fits',
  amount: 'unsaid',
  time: 'unsaid',
  payee: 'unsaid',
  order: 'unsaid',
  handedIn: 'no',
  imageSeen: false,
  old: false,
  dayDiffers: false,
  placed: false,
};
/** What of a receipt is told in a story. */
const SHOWN: Readonly<Record<string, Partial<ReceiptFacts>>> = {
  'its number': {},
  'a number that cannot be': { id: 'impossible' },
  'a payment to a person': { payee: 'other' },
  'another place of ours': { payee: 'other' },
  'another order': { order: 'other' },
  'another order, which was served': { order: 'other_served' },
  'more than was paid': { amount: 'more' },
  'what was handed in before': { handedIn: 'before' },
  'an amount that fits several': { found: 'several', searched: 'amount', id: 'none' },
  'a number the channel does not answer about': { channel: 'silent' },
  'a number the channel knows nothing of': { channel: 'denies_once' },
  'a number the channel and its complete bill know nothing of': { channel: 'denies_finally' },
};

const START = '2026-11-20T10:00';

/** Each `says` of the story: what it expects and what is said. Throws where a line is none of the channel's. */
export function play(story: Story, channel: Channel): readonly Outcome[] {
  const manners = MANNERS[channel];
  const said: Kept[] = [];
  const outcomes: Array<{ line: Line; expected: Partial<Said>; actual: Said }> = [];
  let plan = defaultPlan(channel);
  let clock = Temporal.PlainDateTime.from(START);
  let zone = manners.zone;
  let setting = { orderRequired: true, paidBefore: false, onlyHints: manners.onlyHints === true };
  let road = NO_ROAD;
  let shown: Partial<ReceiptFacts> = {};
  let back: { asked?: Money; funding?: Funding; missed?: Temporal.Instant; missing?: true } = {};
  for (const line of story.lines) {
    const fail = (why: string): never => {
      throw new Error(`verdicts.txt:${line.at} (${story.name}, ${channel}): ${why}: ${line.text}`);
    };
    const [word, ...rest] = line.words as [string, ...string[]];
    const now = (): Temporal.Instant => clock.toZonedDateTime(zone).toInstant();
    const amount = rest.find((w) => /^\d+\.\d{2}$/.test(w));
    const paid = amount === undefined ? undefined : parseMoney(amount, rest.find(isCurrency) ?? manners.currency);
    const hears = (source: Source, kind: Kind, more: Partial<Observed> = {}, times = 1): void => {
      clock = clock.add({ seconds: 10 });
      const o: Observed = {
        source,
        key: `${line.at}`,
        kind,
        occurredAt: now(),
        paymentRef: 'O1',
        refs: kind === 'captured' ? [{ kind: 'channel_trade', value: 'T1' }] : [],
        said: kind,
        ...(paid === undefined ? {} : { amount: paid }),
        ...more,
      };
      said.push({ ...o, id: `L${line.at}:${kind}`, bodyHash: factsHash(o), lastSeenAt: o.occurredAt, times });
    };
    switch (word) {
      case 'on':
        clock = Temporal.PlainDateTime.from(`${rest[0]}T${rest[1] ?? '10:00'}`);
        break;
      case 'later':
        clock = clock.add(
          Temporal.Duration.from(rest[0]!.endsWith('d') ? `P${rest[0]!.toUpperCase()}` : `PT${rest[0]!.toUpperCase()}`),
        );
        break;
      case 'plan':
        plan = withTerms(plan, rest, fail);
        zone = plan.settle.zone;
        break;
      case 'order':
        hears('order', 'order_placed');
        break;
      case 'sale':
        hears('order', 'order_placed');
        hears(manners.asked === undefined ? 'notification' : 'inquiry', 'captured');
        hears('order', 'recorded');
        break;
      case 'shop':
        if (rest[0] !== 'closes' && rest[0] !== 'records') fail('the shop closes, or records');
        hears('order', rest[0] === 'closes' ? 'order_closed' : 'recorded');
        break;
      case 'sticker':
        setting = { ...setting, orderRequired: false };
        break;
      case 'paid':
        setting = { ...setting, paidBefore: true };
        break;
      case 'told':
      case 'asked':
      case 'billed':
      case 'channel': {
        const what = rest[0] as Told;
        const kind = Object.hasOwn(KIND_OF, what) ? KIND_OF[what] : fail('no word of a channel');
        const refund = rest.find((w): w is keyof typeof REFUND_STATES => w in REFUND_STATES);
        if (what === 'refund' && (refund === undefined || !manners.refunds.includes(refund)))
          fail(`no refund of ${channel} stands so`);
        // Adyen tells that a refund was accepted; only its report tells that it was done.
        const live = manners.asked !== undefined ? 'asked' : refund === 'done' ? 'billed' : 'told';
        const by = word === 'channel' ? live : word;
        if (!(manners[by] ?? []).includes(kind) || (channel === 'adyen' && by === 'told' && refund === 'done'))
          fail(`${channel} cannot say so when ${by}`);
        hears(
          ({ told: 'notification', asked: 'inquiry', billed: 'bill' } as const)[by],
          kind,
          what === 'refund'
            ? { refund: { ref: rest.find((w) => /^R\d$/.test(w)) ?? 'R1', state: REFUND_STATES[refund!] } }
            : {},
          rest.includes('twice') ? 2 : 1,
        );
        break;
      }
      // No adapter reads these yet: a person enters what the channel wrote.
      case 'entered':
        if (rest[0] === 'frozen' || rest[0] === 'freed')
          hears('decision', rest[0] === 'frozen' ? 'held' : 'released', {
            hold: {
              ref: 'H1',
              reason: rest.includes('sharing') ? 'PROFIT_SHARING_FROZEN' : 'HELD_BY_RISK',
              ...untilOf(rest, zone),
            },
          });
        else if (rest[0] === 'disputed' || rest[0] === 'won')
          hears('decision', rest[0] === 'won' ? 'chargeback_undone' : 'charged_back', { dispute: { ref: 'D1' } });
        else fail('frozen, freed, disputed or won');
        break;
      case 'bill':
        road = { ...road, clearedOn: clock.toPlainDate(), billId: 'BILL1' };
        break;
      case 'bills':
        if (BILLS[channel] === undefined) fail(`no bill of ${channel} can be had, so none is complete`);
        road = { ...road, missingFromBills: true };
        break;
      case 'bank':
        road = { ...road, bankWatched: true };
        break;
      case 'batch': {
        const due = rest.indexOf('due');
        road = {
          ...road,
          bankWatched: true,
          batch: {
            id: 'B1',
            state: rest[0] as BatchFacts['state'],
            dueOn: due === -1 ? undefined : Temporal.PlainDate.from(rest[due + 1]!),
            creditedOn: rest[0] === 'credited' ? clock.toPlainDate() : undefined,
            missing: paid,
          },
        };
        break;
      }
      case 'refund':
        if (rest[0] === 'asked') back = { ...back, asked: paid! };
        else if (rest[0] === 'goes') back = { ...back, funding: rest[1] as Funding };
        else if (rest[0] === 'missed') back = { ...back, missed: now() };
        else if (rest[0] === 'lacking') back = { ...back, missing: true };
        else fail('asked, goes, missed or lacking');
        break;
      case 'shows': {
        const fact = SHOWN[rest.join(' ')] ?? fail('nobody can show that');
        if (fact.channel === 'denies_finally' && BILLS[channel] === undefined)
          fail('without a bill no denial is final');
        shown = { ...shown, ...fact };
        break;
      }
      case 'receipt': {
        const trace = fold(said);
        const own = judge({ trace, setting, road }, plan, DEFAULT_POLICY, now());
        const isThere = trace.capturedAt !== undefined;
        const v = {
          ...judgeReceipt({
            ...NOTHING_SHOWN,
            ...(isThere ? ({ found: 'by_reference', payment: own } as const) : {}),
            ...shown,
          }),
          amount: trace.captured,
          promise: undefined,
          evidence: [],
          path: [],
        };
        say(v, { direction: 'in', channel, plan, at: trace.capturedAt, look: undefined, now: now() });
        outcomes.push({
          line,
          expected: { verdict: story.verdict, cause: story.cause, ...expectedOf(rest, fail) },
          actual: saidOf(v),
        });
        break;
      }
      case 'says':
      case 'back': {
        const trace = fold(said);
        const around = { channel, plan, at: trace.capturedAt, look: undefined, now: now() };
        let v: Verdict;
        if (word === 'says') {
          v = judge({ trace, setting, road }, plan, DEFAULT_POLICY, now());
          say(v, { direction: 'in', ...around });
        } else {
          const refund = trace.refunds[0] ?? fail('no refund');
          v = judgeRefund(
            {
              refund,
              trace,
              asked: back.asked,
              funding: back.funding,
              missedSince: back.missed,
              missingFromBills: back.missing === true,
            },
            plan,
            now(),
          );
          say(v, { direction: 'out', ...around });
        }
        outcomes.push({
          line,
          expected: {
            verdict: story.verdict,
            cause: story.cause,
            ...expectedOf(word === 'back' ? rest.slice(1) : rest, fail),
          },
          actual: saidOf(v),
        });
        break;
      }
      case 'but': {
        const cut = rest.findIndex((w) => !/,$/.test(w)) + 1;
        const whom = channelsOf(rest.slice(0, cut).join(' '), fail);
        const last = outcomes.at(-1) ?? fail('but what');
        if (whom.includes(channel)) last.expected = { ...last.expected, ...expectedOf(rest.slice(cut), fail) };
        break;
      }
      default:
        fail('no such line');
    }
  }
  return outcomes.map(({ line, expected, actual }, i) => {
    for (const part of ['release', 'reason', 'custody', 'confidence', 'promise'] as const)
      if (expected[part] === undefined && i === outcomes.length - 1)
        throw new Error(`verdicts.txt:${line.at}: the ${part} is not told`);
    const whole: Said = { ...actual, ...expected };
    return { verdict: actual.verdict as VerdictCode, cause: actual.cause as Cause, line, expected: whole, actual };
  });
}

function expectedOf(words: readonly string[], fail: (why: string) => never): Partial<Said> {
  const found: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const next = (): string => words[++i] ?? fail('something is missing');
    if (word === 'yes' || word === 'no' || word === 'ask') found.release = word;
    else if (Object.hasOwn(REASONS, word)) found.reason = word;
    else if (Object.hasOwn(CONFIDENCES, word)) found.confidence = word;
    else if (word === 'at') {
      found.custody = next();
      if (!Object.hasOwn(CUSTODIES, found.custody)) fail('nobody’s custody');
    } else if (word === 'promise') found.promise = next();
    else if (word === 'verdict') found.verdict = next();
    else if (word === 'cause') found.cause = next();
    else if (word === 'also') found.also = next();
    else fail(`what is ${word}`);
  }
  return found;
}

function untilOf(words: readonly string[], zone: string): { until?: Temporal.Instant } {
  const at = words.indexOf('until');
  return at === -1
    ? {}
    : {
        until: Temporal.PlainDate.from(words[at + 1]!)
          .toZonedDateTime({ timeZone: zone, plainTime: '12:00' })
          .toInstant(),
      };
}

const saidOf = (v: Verdict): Said => ({
  verdict: v.code,
  cause: v.cause,
  release: v.release,
  reason: v.reason ?? '-',
  custody: v.custody,
  confidence: v.confidence,
  promise: v.promise === undefined ? '-' : `${v.promise.on}${v.promise.assumed ? '?' : ''}`,
  also: v.also.join(','),
});

/** `T+2 TARGET2 24:00 Europe/Amsterdam`, `D+0 24:00 Asia/Shanghai`, `freeze 30`. */
function withTerms(plan: Plan, words: readonly string[], fail: (why: string) => never): Plan {
  if (words[0] === 'freeze') return freeze({ ...plan, holds: { freezeDays: Number(words[1]) } });
  const [, cycle, days] = /^([TD])\+(\d)$/.exec(words[0] ?? '') ?? fail('T+n or D+n');
  const rest = words.slice(1);
  const lag: Lag =
    cycle === 'T'
      ? { cycle: 'T', days: Number(days), calendar: rest.shift() ?? fail('which calendar') }
      : { cycle: 'D', days: Number(days) };
  return freeze({ ...plan, settle: { ...lag, cutoff: rest[0]!, zone: rest[1]! } });
}
