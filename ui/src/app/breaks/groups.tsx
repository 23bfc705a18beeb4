/** By cause and kind, with counts and money: what is chosen narrows the list, once more and it is taken back. */
import type { ReactElement } from 'react';
import { CAUSES } from '../../../../src/verdicts/catalogue.ts';
import { useWords } from '../../base/lang.ts';
import { moneyText } from '../../base/parts.tsx';
import { link } from '../route.ts';
import type { Summary } from './api.ts';
import { addressOf, type Filter, withChoice } from './filter.ts';
import { channelOf } from './parts.tsx';
import { type BreaksKey, CLASSES } from './words.ts';

type Facet = 'cause' | 'class' | 'channel';
type Group = Readonly<{ key: string; count: number; money: ReadonlyArray<{ amount: string; currency: string }> }>;

/** By key, each currency on its own; the most money first, of the currency that most are in. */
export function groupsOf(summary: Summary | undefined, facet: keyof Summary['groups']): readonly Group[] {
  const groups = new Map<string, { count: number; money: Array<{ amount: string; currency: string }> }>();
  for (const { key, count, amount } of summary?.groups[facet] ?? []) {
    const group = groups.get(key) ?? { count: 0, money: [] };
    groups.set(key, { count: group.count + count, money: [...group.money, amount] });
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}

export function Groups({ filter, summary }: Readonly<{ filter: Filter; summary: Summary | undefined }>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  const nameOf: Readonly<Record<Facet, (key: string) => string>> = {
    cause: (key) => (key in CAUSES ? both(CAUSES[key as keyof typeof CAUSES]) : key),
    class: (key) => (key in CLASSES ? both(CLASSES[key as keyof typeof CLASSES]) : key),
    channel: (key) => both(channelOf(key)),
  };
  return (
    <nav className="groups" aria-label={t('breaks.groups')}>
      {(['cause', 'class', 'channel'] as const).map((facet) => {
        const groups = groupsOf(summary, facet);
        if (groups.length === 0) return null;
        return (
          <div key={facet}>
            <h2 id={`by-${facet}`}>{t(`breaks.by.${facet}`)}</h2>
            <ul aria-labelledby={`by-${facet}`}>
              {groups.map(({ key, count, money }) => {
                const isChosen = filter[facet] === key;
                const to = withChoice(filter, { [facet]: isChosen ? undefined : key, finding: undefined });
                return (
                  <li key={key}>
                    <a {...link(addressOf(to))} aria-current={isChosen ? 'true' : undefined}>
                      <span className="group-name">{nameOf[facet](key)}</span>
                      <span className="group-count">{count}</span>
                      <small translate="no">{money.map(moneyText).join(' · ')}</small>
                    </a>
                  </li>
                );
              })}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
