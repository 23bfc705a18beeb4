/** The filter, its saved forms, and the export of what it shows. */
import { type ReactElement, useEffect, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { go, link } from '../route.ts';
import type { Summary } from './api.ts';
import { Export } from './export.tsx';
import { addressOf, type Filter, type FilterKey, forget, save, savedFilter, useSaved, withChoice } from './filter.ts';
import { groupsOf } from './groups.tsx';
import { channelOf } from './parts.tsx';
import type { BreaksKey } from './words.ts';

const PARTS = ['break', 'ambiguous', 'open', 'all'] as const;
const STATES = ['todo', 'mine', 'unexplained', 'open', 'taken', 'explained', 'closed', 'all'] as const;
const SEARCH_MS = 300;

export function Bar({
  filter,
  summary,
  total,
}: Readonly<{ filter: Filter; summary: Summary | undefined; total: number | undefined }>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  const set = (choice: Readonly<Partial<Record<FilterKey, string | undefined>>>, how?: 'replace'): void =>
    go(addressOf(withChoice(filter, choice)), how);
  const counts = new Map(groupsOf(summary, 'part').map((group) => [group.key, group.count]));
  const all = [...counts.values()].reduce((n, count) => n + count, 0);
  const part = filter.part ?? 'break';
  const isPlain = Object.keys(filter).length === 0;
  const [isNaming, setNaming] = useState(false);
  const select = (key: FilterKey, label: string, options: ReadonlyArray<readonly [string, string]>): ReactElement => (
    <label className="bar-field">
      <span>{label}</span>
      <select
        value={filter[key] ?? options[0]![0]}
        onChange={(event) => set({ [key]: event.target.value, ...(key === 'channel' ? { account: undefined } : {}) })}
      >
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  const keysOf = (facet: 'channel' | 'account' | 'currency'): string[] => {
    const keys = groupsOf(summary, facet).map((group) => group.key);
    const chosen = filter[facet];
    // What is chosen is among the choices, also where nothing is left of it.
    return chosen === undefined || keys.includes(chosen) ? keys : [chosen, ...keys];
  };
  const currencies = keysOf('currency');
  return (
    <div className="bar">
      <div className="bar-top">
        <nav className="bar-parts" aria-label={t('breaks.parts')}>
          {PARTS.map((key) => (
            <a
              key={key}
              {...link(addressOf(withChoice(filter, { part: key })))}
              aria-current={part === key ? 'true' : undefined}
            >
              {t(`breaks.part.${key}`)}{' '}
              <b>{summary === undefined ? '' : key === 'all' ? all : (counts.get(key) ?? 0)}</b>
            </a>
          ))}
        </nav>
        <div className="bar-end">
          {isPlain ? null : (
            <>
              <button type="button" className="plain" onClick={() => setNaming(true)} title={t('breaks.saveHint')}>
                {t('breaks.save')}
              </button>
              <a {...link('/app/breaks')} className="plain">
                {t('breaks.clear')}
              </a>
            </>
          )}
          <Export filter={filter} total={total} />
        </div>
      </div>
      <details className="bar-more" open={innerWidth > 720}>
        <summary>{t('breaks.filter')}</summary>
        <div className="bar-fields">
          <Search value={filter.q ?? ''} set={(q) => set({ q }, 'replace')} />
          <label className="bar-field">
            <span>{t('breaks.state')}</span>
            <select
              value={filter.mine === undefined ? (filter.state ?? 'todo') : 'mine'}
              onChange={({ target: { value } }) =>
                set(value === 'mine' ? { mine: '1', state: undefined } : { mine: undefined, state: value })
              }
            >
              {STATES.map((state) => (
                <option key={state} value={state}>
                  {t(`breaks.state.${state}`)}
                </option>
              ))}
            </select>
          </label>
          {select('channel', t('breaks.channel'), [
            ['', t('breaks.all')],
            ...keysOf('channel').map((code) => [code, both(channelOf(code))] as const),
          ])}
          {filter.channel === undefined && filter.account === undefined
            ? null
            : select('account', t('breaks.account'), [
                ['', t('breaks.all')],
                ...keysOf('account').map((account) => [account, account] as const),
              ])}
          {currencies.length < 2 && filter.currency === undefined
            ? null
            : select('currency', t('breaks.currency'), [
                ['', t('breaks.all')],
                ...currencies.map((currency) => [currency, currency] as const),
              ])}
          {(['from', 'to'] as const).map((key) => (
            <label className="bar-field" key={key}>
              <span>{t(`breaks.${key}`)}</span>
              <input type="date" value={filter[key] ?? ''} onChange={(event) => set({ [key]: event.target.value })} />
            </label>
          ))}
          {select('sort', t('breaks.sort'), [
            ['money', t('breaks.sort.money')],
            ['age', t('breaks.sort.age')],
          ])}
        </div>
      </details>
      <SavedFilters filter={filter} isNaming={isNaming && !isPlain} named={() => setNaming(false)} />
    </div>
  );
}

function Search({ value, set }: Readonly<{ value: string; set: (q: string) => void }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked when the typing rests, whatever was drawn meanwhile
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => set(text.trim()), SEARCH_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label className="bar-field bar-search">
      <span>{t('breaks.search')}</span>
      <input
        type="search"
        value={text}
        placeholder={t('breaks.searchHint')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          event.preventDefault();
          set(text.trim());
          event.currentTarget.blur();
        }}
      />
    </label>
  );
}

/** The filters that were given a name, and what narrows the list without a field of its own. */
function SavedFilters({
  filter,
  isNaming,
  named,
}: Readonly<{ filter: Filter; isNaming: boolean; named: () => void }>): ReactElement | null {
  const { t } = useWords<BreaksKey>();
  const saved = useSaved();
  const [name, setName] = useState('');
  if (saved.length === 0 && !isNaming && filter.reconciliation_id === undefined) return null;
  const here = addressOf(filter);
  const chip = (to: string, says: string, takeBack: string, back: () => void): ReactElement => (
    <span className="chip" key={to + says}>
      <a {...link(to)} aria-current={to === here ? 'true' : undefined}>
        {says}
      </a>
      <button type="button" aria-label={takeBack} onClick={back}>
        ×
      </button>
    </span>
  );
  const end = (): void => {
    setName('');
    named();
  };
  return (
    <div className="saved">
      {filter.reconciliation_id === undefined
        ? null
        : chip(`/app/reconciliations/${filter.reconciliation_id}`, t('breaks.ofRun'), t('breaks.takeBack'), () =>
            go(addressOf(withChoice(filter, { reconciliation_id: undefined }))),
          )}
      {saved.map((one) =>
        chip(addressOf(savedFilter(one)), one.name, t('breaks.forget', { name: one.name }), () => forget(one.name)),
      )}
      {isNaming ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') save(name.trim(), filter);
            end();
          }}
        >
          <input
            // biome-ignore lint/a11y/noAutofocus: it was just asked for
            autoFocus
            aria-label={t('breaks.saveName')}
            placeholder={t('breaks.saveName')}
            value={name}
            maxLength={30}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && end()}
          />
          <button type="submit">{t('breaks.saveDo')}</button>
        </form>
      ) : null}
    </div>
  );
}
