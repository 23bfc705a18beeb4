/** A verdict told to the customer: the words of `customer-words.ts`, and the few stations of the way that a customer cares about. Pure. */
import type { Text } from '../base/lang.ts';
import type { Money } from '../base/money.ts';
import type { Refund, Trace } from '../traces/fold.ts';
import type { Tone, VerdictCode } from './catalogue.ts';
import { channelName } from './channels.ts';
import { REPAIRED, type Story, TO_CUSTOMER, TO_CUSTOMER_OUT } from './customer-words.ts';
import type { Verdict } from './judge.ts';
import { type Around, spokenOf } from './say.ts';

export type Told = Readonly<{ tone: Tone }> & Readonly<Record<'title' | 'where' | 'when' | 'you' | 'shop', Text>>;

/** `paid`: what the channel holds of it; `isRepaired`: the shop's system had missed it and was told. */
export function tellCustomer(
  verdict: Verdict,
  around: Around,
  paid: Money | undefined,
  isRepaired = false,
): Told | undefined {
  const words = wordsOf(verdict, around, isRepaired);
  if (words === undefined) return undefined;
  const spoken = spokenOf({ ...verdict, amount: words.amount === 'paid' ? paid : verdict.amount }, around);
  return {
    tone: words.tone,
    title: spoken(words.title),
    where: spoken(words.where),
    when: spoken(words.when),
    you: spoken(words.you),
    shop: spoken(words.shop),
  };
}

function wordsOf({ code, release }: Verdict, { direction }: Around, isRepaired: boolean): Story | undefined {
  if (direction === 'out') return TO_CUSTOMER_OUT[code];
  const words = TO_CUSTOMER[code][release];
  return isRepaired && words === TO_CUSTOMER.received.yes ? REPAIRED : words;
}

/** `off`: the money left the way here. */
export type Stop = Readonly<{
  stop: 'paid' | 'channel' | 'shop' | 'done' | 'back' | 'sent' | 'account';
  title: Text;
  state: 'done' | 'now' | 'next' | 'off';
  at?: Temporal.Instant | undefined;
}>;

/** Where a narrow line may break between a name and what it does. */
const BREAK = '\u200b';
const named = (channel: string | undefined): Text => ({
  zh: `${channelName(channel, 'zh')}${BREAK}收到`,
  en: `${channel === undefined ? 'The channel' : channelName(channel, 'en')} has it`,
});

/** With these the money of a payment goes no further. */
const ENDED: ReadonlySet<VerdictCode> = new Set(['unpaid', 'paid_elsewhere', 'fake_receipt', 'reused_receipt']);
/** With these it goes back: on its way there, or there by all that is known. */
const BACK: Readonly<Partial<Record<VerdictCode, Stop['state']>>> = {
  reversed: 'now',
  charged_back: 'now',
  refunded: 'done',
};

/** You paid → the channel has it → the shop knows → done. */
export function paymentLine(verdict: Verdict, trace: Trace | undefined, channel: string | undefined): readonly Stop[] {
  const isCaptured = trace?.capturedAt !== undefined;
  const isEnded = ENDED.has(verdict.code);
  // A shop without orders of its own knows of a payment what its channel knows.
  const isKnown = isCaptured && verdict.code !== 'unrecorded';
  const isDone = isKnown && verdict.release === 'yes';
  const reached = [true, isCaptured, isKnown, isDone];
  const last = reached.lastIndexOf(true);
  const titles: readonly Text[] = [
    { zh: '您付款', en: 'You pay' },
    named(channel),
    { zh: '商户记到', en: 'The shop knows' },
    { zh: '完成', en: 'Done' },
  ];
  const times = [undefined, trace?.capturedAt, trace?.recordedAt, undefined];
  const back = BACK[verdict.code];
  const line = (['paid', 'channel', 'shop', 'done'] as const).map(
    (stop, i): Stop => ({
      stop,
      title: titles[i]!,
      state: isEnded && i === last + 1 ? 'off' : back !== undefined ? 'done' : stateOf(i, last, reached.length),
      // When somebody pressed “pay” is not known; when the channel took it is.
      at: i > last ? undefined : times[i],
    }),
  );
  return back === undefined
    ? line
    : [...line.slice(0, last + 1), { stop: 'back', title: { zh: '退回给您', en: 'Back to you' }, state: back }];
}

/** The shop sent it → the channel → your account. */
export function refundLine(
  { refund, verdict }: Readonly<{ refund: Refund; verdict: Verdict }>,
  channel: string,
): readonly Stop[] {
  const isSent = refund.state === 'succeeded' || refund.state === 'abnormal';
  const isThere = verdict.code === 'received' || verdict.code === 'refunded';
  const isOff = refund.state === 'abnormal' || refund.state === 'closed';
  const last = isThere ? 2 : isSent ? 1 : 0;
  const titles: readonly Text[] = [
    { zh: '商户退款', en: 'The shop refunds' },
    { zh: `${channelName(channel, 'zh')}${BREAK}退出`, en: `${channelName(channel, 'en')} sends it` },
    { zh: '到您账户', en: 'On your account' },
  ];
  return (['sent', 'channel', 'account'] as const).map((stop, i) => ({
    stop,
    title: titles[i]!,
    state: isOff && i === last + 1 ? 'off' : stateOf(i, last, titles.length),
    at: i === 1 && isSent ? refund.at : undefined,
  }));
}

/** Where it stands is `now`, unless that is the end of the line. */
const stateOf = (i: number, last: number, length: number): Stop['state'] =>
  i > last ? 'next' : i === last && last < length - 1 ? 'now' : 'done';
