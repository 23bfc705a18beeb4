/** The filter is the address: whoever has the link sees the same. A filter that is saved is an address with a name, kept by this browser. */
import { useSyncExternalStore } from 'react';
import { query } from '../../base/api.ts';

const KEYS = [
  'reconciliation_id',
  'part',
  'cause',
  'class',
  'finding',
  'channel',
  'account',
  'currency',
  'from',
  'to',
  'state',
  'mine',
  'q',
  'sort',
] as const;
export type FilterKey = (typeof KEYS)[number];
export type Filter = Readonly<Partial<Record<FilterKey, string>>>;
/** Of a break: its run and its number there. */
export const placeOf = (row: Readonly<{ reconciliation_id: string; n: number }>): string =>
  `${row.reconciliation_id}/${row.n}`;

/** What the address leaves out: somebody's work, not closed, by money. */
const UNSAID = { part: 'break', state: 'todo', sort: 'money' } as const;
const ALL = 'all';

export const filterIn = (params: URLSearchParams): Filter =>
  Object.fromEntries(KEYS.flatMap((key) => (params.get(key) ? [[key, params.get(key)!]] : [])));

/** `undefined` takes a choice back. */
export function withChoice(filter: Filter, choice: Readonly<Partial<Record<FilterKey, string | undefined>>>): Filter {
  const both = Object.entries({ ...filter, ...choice }) as Array<[FilterKey, string | undefined]>;
  return Object.fromEntries(both.filter(([key, value]) => value && value !== UNSAID[key as 'part']));
}

/** What the server is asked. */
export function askedOf(filter: Filter): Readonly<Record<string, string | undefined>> {
  const said = { ...UNSAID, ...filter };
  const part = said.part === ALL ? undefined : said.part;
  const state = said.state === ALL ? undefined : said.state;
  return { ...said, part, state, mine: said.mine === undefined ? undefined : 'true' };
}

/** For the summary, which has no order. */
export const countedOf = (filter: Filter): Readonly<Record<string, string | undefined>> => ({
  ...askedOf(filter),
  sort: undefined,
});

export const addressOf = (filter: Filter, place?: string): string =>
  `/app/breaks${place === undefined ? '' : `/${place}`}${query(filter)}`;

// ------------------------------------------------------------------------------------------------ saved

const KEPT = 'daozhang.breaks.saved';
const MOST = 20;
export type Saved = Readonly<{ name: string; filter: string }>;
const heard = new Set<() => void>();
let last: Readonly<{ text: string | null; list: readonly Saved[] }> = { text: null, list: [] };

function read(): readonly Saved[] {
  const text = localStorage.getItem(KEPT);
  if (text !== last.text) {
    let list: readonly Saved[] = [];
    try {
      list = JSON.parse(text ?? '[]');
    } catch {
      // Somebody else's, or cut: as if there were none.
    }
    last = { text, list };
  }
  return last.list;
}
function keep(list: readonly Saved[]): void {
  localStorage.setItem(KEPT, JSON.stringify(list.slice(-MOST)));
  for (const hear of heard) hear();
}
const subscribe = (hear: () => void): (() => void) => {
  heard.add(hear);
  addEventListener('storage', hear);
  return () => {
    heard.delete(hear);
    removeEventListener('storage', hear);
  };
};
export const useSaved = (): readonly Saved[] => useSyncExternalStore(subscribe, read);
/** The same name again takes the place of the first. */
export const save = (name: string, filter: Filter): void =>
  keep([...read().filter((s) => s.name !== name), { name, filter: query(filter) }]);
export const forget = (name: string): void => keep(read().filter((s) => s.name !== name));
export const savedFilter = (saved: Saved): Filter => filterIn(new URLSearchParams(saved.filter));
