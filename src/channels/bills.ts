/** When each channel's bills can be had: data. Source: the channels' bill pages (`docs/channels/`). */
import { CHINA } from '../base/time.ts';
import type { Account, ChannelId } from './channel.ts';

export type BillTerms = Readonly<{
  /** The kind's name in `Channel.bill`. */
  kind: string;
  zone: string;
  /** Wall-clock time of the day after, from which it may be asked for. */
  readyAt: string;
  /** For so many days it is given. */
  keptDays: number;
  /** Its lines tell where payments stand, not what is owed (`files/line.ts`). */
  role?: 'evidence';
  /** Its amounts are those of the account's balance: a payment in another currency stands there as what it was changed into. */
  balance?: true;
}>;

export const BILLS: Readonly<Partial<Record<ChannelId, readonly BillTerms[]>>> = {
  wechatpay: [{ kind: 'trade', zone: CHINA, readyAt: '10:00', keptDays: 90 }],
  alipay: [{ kind: 'trade', zone: CHINA, readyAt: '10:00', keptDays: 365 }],
  // A clearing day ends at 23:00. How long files are kept is not published: a month is asked for.
  unionpay: [{ kind: 'trade', zone: CHINA, readyAt: '10:00', keptDays: 30 }],
  // Data are loaded twice a day; until they are there the report is `not_ready`.
  stripe: [{ kind: 'balance', zone: 'UTC', readyAt: '12:00', keptDays: 365, balance: true }],
  // Made between two and ten in the morning; how long it is kept is not published.
  adyen: [{ kind: 'accounting', zone: 'Europe/Amsterdam', readyAt: '10:00', keptDays: 90, role: 'evidence' }],
};

/** An account's own: the days of its reports may be days of another zone. */
export const billTerms = ({ provider, settings }: Account): readonly BillTerms[] =>
  (BILLS[provider] ?? []).map((terms) => ({ ...terms, zone: settings.report_zone ?? terms.zone }));

export const readyAt = (terms: BillTerms, on: Temporal.PlainDate): Temporal.Instant =>
  on.add({ days: 1 }).toZonedDateTime({ timeZone: terms.zone, plainTime: terms.readyAt }).toInstant();
export const goneAt = (terms: BillTerms, on: Temporal.PlainDate): Temporal.Instant =>
  on.add({ days: terms.keptDays }).toZonedDateTime({ timeZone: terms.zone }).toInstant();
/** The last day whose bill may be there by now. */
export function lastReady(terms: BillTerms, now: Temporal.Instant): Temporal.PlainDate {
  const today = now.toZonedDateTimeISO(terms.zone).toPlainDate();
  const yesterday = today.subtract({ days: 1 });
  return Temporal.Instant.compare(readyAt(terms, yesterday), now) <= 0 ? yesterday : yesterday.subtract({ days: 1 });
}
