/** The calculator's question as people ask it (percent, decimal text), for the API and the command; the arithmetic is `plans/calculator.ts`. */
import { DaozhangError } from '../base/errors.ts';
import type { Text } from '../base/lang.ts';
import { parseDecimal, parseMoney, rescale } from '../base/money.ts';
import { type PlanBody, planOfBody } from '../plans/body.ts';
import { type Advice, advise, type Offer } from '../plans/calculator.ts';
import { CARDS, type Card, type Plan } from '../plans/plan.ts';
import { TEMPLATES } from '../plans/templates.ts';

type Amount = Readonly<{ amount: string; currency: string }>;

export type Question = Readonly<{
  volume: Amount;
  ticket: Amount;
  /** Shares in percent as text, 100 together. */
  mix: Readonly<Partial<Record<Card, string | undefined>>>;
  account: 'corporate' | 'personal';
  /** By template. */
  answers?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  own?: ReadonlyArray<Readonly<{ id: string; plan: Plan }>> | undefined;
}>;

/** Templates are offers of acquirers: their terms are of this channel. */
const CHANNEL = 'lakala';

/** Throws `plan.invalid` where the question or an answer cannot be read. */
export function adviceOn(question: Question): Advice {
  const volume = parseMoney(question.volume.amount, question.volume.currency);
  const ticket = parseMoney(question.ticket.amount, question.ticket.currency);
  if (ticket.currency !== volume.currency) throw refused('ticket: another currency / ticket:币种不同');
  if (ticket.minor <= 0n || volume.minor <= 0n)
    throw refused('volume, ticket: more than zero / volume、ticket 须大于零');
  return advise({ volume, ticket, mix: sharesOf(question.mix), accountKind: question.account }, [
    ...(question.own ?? []).map(({ id, plan }): Offer => ({ id, name: both(id), plan })),
    ...templateOffers(question.answers ?? {}),
  ]);
}

const both = (name: string): Text => ({ en: name, zh: name });
const refused = (reason: string): DaozhangError => new DaozhangError('plan.invalid', { reason });

function templateOffers(answers: NonNullable<Question['answers']>): Offer[] {
  const stranger = Object.keys(answers).find((id) => !TEMPLATES.some((t) => t.id === id));
  if (stranger !== undefined) throw refused(`answers.${stranger}: no such template / answers.${stranger}:没有这个模板`);
  return TEMPLATES.map((template) => {
    const given = answers[template.id] ?? {};
    const odd = Object.keys(given).find((id) => !template.questions.some((q) => q.id === id));
    if (odd !== undefined)
      throw refused(`answers.${template.id}.${odd}: not asked / answers.${template.id}.${odd}:没有这个问题`);
    return { id: template.id, name: template.name, plan: comparable(template.terms(given)) };
  });
}

/** A plan's body, without channel, for the calculator. Throws `plan.invalid`. */
export const comparable = (body: PlanBody): Plan => planOfBody(body, { channel: CHANNEL });

function sharesOf(mix: Question['mix']): Record<Card, number> {
  const shares = CARDS.map((card): [Card, number] => {
    const written = parseDecimal(mix[card] ?? '0');
    const ppm = written && rescale(written, 4);
    if (!ppm || ppm.value < 0n) throw refused(`mix.${card}: a share in percent / mix.${card}:请写百分数`);
    return [card, Number(ppm.value)];
  });
  if (shares.reduce((sum, [, share]) => sum + share, 0) !== 1_000_000) {
    throw refused('mix: the shares are not 100 together / mix:各项之和须为 100');
  }
  return Object.fromEntries(shares) as Record<Card, number>;
}
