/**
 * Plans and calendars as bodies of JSON: read by the readers of the files, because JSON is YAML. Every value is taken as the text it is
 * written in, so that no number becomes a float on the way.
 */
import { DaozhangError } from '../base/errors.ts';
import type { CalendarYear } from './calendar.ts';
import { parseCalendars } from './calendar-file.ts';
import { parsePlans } from './load.ts';
import type { Plan } from './plan.ts';

/** The fields of an entry of plans.yaml but channel, account and from. */
export type PlanBody = Readonly<Record<string, unknown>>;
/** Whose plan it is. */
export type Party = Readonly<{ channel: string; account?: string; from?: Temporal.PlainDate }>;

/** Fifty tiers fit in; what is larger is no plan, and would be long to read. */
const MOST_TEXT = 16_384;
const OF_THE_ACCOUNT = ['channel', 'account', 'from'];

export const entryOf = (body: PlanBody, { channel, account, from }: Party): object => ({
  ...body,
  channel,
  ...(account !== undefined && { account }),
  ...(from !== undefined && { from: from.toString() }),
});

export const plansText = (entries: readonly object[]): string => JSON.stringify({ plans: entries });

/** Throws `plan.invalid`. */
export function planOfBody(body: PlanBody, party: Party, calendars?: readonly string[] | 'any'): Plan {
  const own = OF_THE_ACCOUNT.find((field) => Object.hasOwn(body, field));
  if (own !== undefined) {
    throw new DaozhangError('plan.invalid', { reason: `${own} is the account’s own / ${own} 由账户决定` });
  }
  return ours('plan.invalid', () => {
    const text = plansText([entryOf(body, party)]);
    if (text.length > MOST_TEXT) {
      const reason = `it is longer than ${MOST_TEXT} characters / 超过 ${MOST_TEXT} 个字符`;
      throw new DaozhangError('plan.invalid', { reason });
    }
    return parsePlans(text, 'plan', calendars)[0]!;
  });
}

/** A year of a calendar file, as it was written. */
export type WrittenYear = Readonly<{
  year: string;
  off?: readonly string[];
  work?: readonly string[];
  complete?: 'yes' | 'no';
}>;
type Written = Readonly<{ name: string; years: readonly WrittenYear[] }>;

export const calendarsText = (files: readonly Written[]): string =>
  JSON.stringify({ calendars: files.flatMap(({ name, years }) => years.map((year) => ({ ...year, calendar: name }))) });

/** Throws `calendar.invalid`. */
export const yearsOf = (files: readonly Written[]): readonly CalendarYear[] =>
  ours('calendar.invalid', () => parseCalendars(calendarsText(files), 'calendar'));

/** What a reader of files refuses, told of a body: by its field, without a place in a file. */
function ours<T>(code: 'plan.invalid' | 'calendar.invalid', read: () => T): T {
  try {
    return read();
  } catch (error) {
    const refused = error instanceof DaozhangError && error.code === 'config.invalid';
    // Nested deeper than can be read or written.
    if (!refused && !(error instanceof RangeError)) throw error;
    const said = refused ? String(error.params.reason) : 'it is nested too deeply / 嵌套过深';
    throw new DaozhangError(code, { reason: said.replaceAll(/(plans|calendars)\[1\]\.?/g, '') }, error);
  }
}
