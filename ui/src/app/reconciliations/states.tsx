/** A day of an account in a word, a sign and a colour; what is known of it, in a sentence. */
import { type ReactElement, useSyncExternalStore } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { query } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { type MoneyOut, moneyText, PROVIDERS, ToneIcon } from '../../base/parts.tsx';
import { dayOf, whenOf } from '../../base/time.ts';
import type { Cell, DayRow, Days } from './api.ts';
import type { Counted, ReconciliationsKey } from './words.ts';

export type Key = ReconciliationsKey | `n.${Counted}`;
export type State = Cell['state'] | 'nothing';

export const TONES: Readonly<Record<State, Tone | undefined>> = {
  breaks: 'no',
  incomplete: 'beware',
  explained: 'arrived',
  waiting: 'moving',
  clean: 'arrived',
  bill_late: 'late',
  bill_expected: 'waiting',
  never: undefined,
  no_business: undefined,
  nothing: undefined,
};
/** In the order in which they want somebody. */
export const STATES: readonly Cell['state'][] = [
  'breaks',
  'bill_late',
  'incomplete',
  'never',
  'bill_expected',
  'waiting',
  'explained',
  'clean',
  'no_business',
];

export function StateIcon({ state, size = 14 }: Readonly<{ state: State; size?: number }>): ReactElement {
  const tone = TONES[state];
  if (tone !== undefined) return <ToneIcon tone={tone} size={size} />;
  return (
    <svg
      className="tone-icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      aria-hidden="true"
    >
      {state === 'never' ? (
        <circle cx="12" cy="12" r="7.5" strokeWidth="2.4" strokeDasharray="3.6 3.2" />
      ) : (
        <path d="M7 12h10" strokeWidth="2.4" strokeLinecap="round" />
      )}
    </svg>
  );
}

export const amountsText = (amounts: readonly MoneyOut[]): string => amounts.map(moneyText).join(' + ');

type Naming = Readonly<{ name: (row: DayRow) => string; number: (row: DayRow) => string }>;
/** What a row is called: the channel or bank, and the number there. */
export function useNaming(): Naming {
  const { t, both } = useWords<Key>();
  return {
    name: (row) =>
      row.role === 'order'
        ? t('days.orders')
        : row.role === 'bank'
          ? t('days.bank')
          : row.channel === undefined
            ? t('days.account')
            : both(PROVIDERS[row.channel] ?? { zh: row.channel, en: row.channel }),
    number: (row) => (row.role === 'order' ? t('days.ordersHint') : (row.account ?? row.name ?? '')),
  };
}

/** So many of something, in words. */
export function useCounted(): (
  name: Counted,
  count: number,
  more?: Readonly<Record<string, string | number>>,
) => string {
  const { t } = useWords<Key>();
  return (name, count, more) => t(`n.${name}`, { count, ...more });
}

/** Everything that is known of a cell, most urgent first. */
export function useFacts(days: Days): (cell: Cell | undefined) => readonly string[] {
  const { t, lang } = useWords<Key>();
  return (cell) => {
    if (cell === undefined) return [];
    const said: string[] = [];
    const run = days.runs.find((r) => r.id === cell.run_id);
    const { breaks, unclear, explained, open, all, matched } = cell;
    if (breaks.count > 0) said.push(t('cell.breaks', { count: breaks.count, amounts: amountsText(breaks.amounts) }));
    if (unclear.count > 0) said.push(t('cell.unclear', { count: unclear.count }));
    if (explained.count > 0)
      said.push(t('cell.explained', { count: explained.count, amounts: amountsText(explained.amounts) }));
    if (open.count > 0) said.push(t('cell.open', { count: open.count, amounts: amountsText(open.amounts) }));
    if (run !== undefined) {
      if (all.count > 0) said.push(t('cell.matched', { all: all.count, matched: matched.count }));
      if (run.refused > 0) said.push(t('cell.refused', { count: run.refused }));
      if (run.rejected > 0) said.push(t('cell.rejected', { count: run.rejected }));
      const missing = [...new Set(run.not_compared.flatMap((n) => n.missing))];
      if (missing.length > 0)
        said.push(t('cell.missing', { what: missing.map((m) => t(`missing.${m}`)).join(lang === 'zh' ? '、' : ', ') }));
      if (cell.runs > 1) said.push(t('cell.runs', { count: cell.runs }));
    }
    for (const bill of cell.bills) {
      if (bill.state === 'expected') said.push(t('cell.ready', { at: whenOf(bill.ready_at, lang) }));
      if (bill.state === 'late')
        said.push(
          t('cell.lateSince', { at: whenOf(bill.ready_at, lang) }),
          t('cell.goneAt', { at: whenOf(bill.gone_at, lang) }),
        );
      if (bill.state === 'gone') said.push(t('cell.gone'));
      if (bill.state === 'fetched' && run === undefined) said.push(t('cell.fetched'));
      if (bill.state === 'empty' && run === undefined) said.push(t('cell.empty'));
    }
    if (said.length === 0) said.push(t('cell.silent'));
    return [...new Set(said)];
  };
}

/** Where a cell with a run leads. */
export const linesOf = (row: DayRow, cell: Cell): string => {
  const { role, channel, account } = row;
  const by = new URLSearchParams({ day: cell.on, role, ...(channel && { channel }), ...(account && { account }) });
  return `/app/reconciliations/${cell.run_id}?${by}`;
};

/** `11月19日 周四`; one day, or the first and the last. */
export const spanOf = (from: string | undefined, to: string | undefined, lang: 'zh' | 'en'): string =>
  from === undefined || to === undefined
    ? ''
    : from === to
      ? dayOf(from, lang, true)
      : `${dayOf(from, lang)} – ${dayOf(to, lang)}`;

const NARROW = '(max-width: 720px)';
const onWidth = (hear: () => void): (() => void) => {
  const media = matchMedia(NARROW);
  media.addEventListener('change', hear);
  return () => media.removeEventListener('change', hear);
};
/** A phone: some things are told in another shape there. */
export const useNarrow = (): boolean => useSyncExternalStore(onWidth, () => matchMedia(NARROW).matches);

/** Breaks of a run by class, on their own page. */
export const breaksOf = (id: string, name: string, part: 'break' | 'open' | 'ambiguous'): string =>
  `/app/breaks?reconciliation_id=${id}&class=${name}${part === 'break' ? '' : `&part=${part}`}`;

/** Those of one day, of one account where it has one. */
export const breaksOnDay = (id: string, on: string, channel: string | undefined, account: string | undefined): string =>
  `/app/breaks${query({ reconciliation_id: id, from: on, to: on, channel, account: channel && account, part: 'all' })}`;

export const channelName = (channel: string, lang: 'zh' | 'en'): string => PROVIDERS[channel]?.[lang] ?? channel;

/** Where a line ended up. */
export const PLACE_TONES: Readonly<Record<string, Tone>> = {
  matched: 'arrived',
  break: 'no',
  ambiguous: 'late',
  left: 'late',
  carried: 'moving',
};
