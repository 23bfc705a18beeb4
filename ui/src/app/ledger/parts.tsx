/** What the pages of the ledger share: an account's name, an amount on its side, a proof, and the words for days. */
import { Fragment, type ReactElement, type ReactNode, useState } from 'react';
import type { Money as MoneyOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, PROVIDERS, ToneIcon } from '../../base/parts.tsx';
import { isBelow, isNothing, sizeOf } from '../amounts.ts';
import { link } from '../route.ts';
import type { Account } from './api.ts';
import type { LedgerKey } from './words.ts';

export type Named = Omit<Account, 'balance'>;
const NAMES: typeof PROVIDERS = { ...PROVIDERS, ecny: { zh: '数字人民币', en: 'e-CNY' } };
export const at = (path: string): string => `/app/ledger${path}`;

/** Of whom it is, where it stands for one. */
export function useWhose(): (account: Named) => string {
  const { both } = useWords();
  return ({ channel, account }) =>
    [channel === undefined ? undefined : both(NAMES[channel] ?? { zh: channel, en: channel }), account]
      .filter((x) => x !== undefined)
      .join(' · ');
}

export function AccountName({
  of,
  isLink = true,
  isBeneath = false,
}: Readonly<{ of: Named; isLink?: boolean; isBeneath?: boolean }>): ReactElement {
  const { both } = useWords();
  const whose = useWhose()(of);
  if (isBeneath && whose !== '')
    return (
      <span className="acc is-beneath">
        <a {...link(at(`/accounts/${of.id}`))}>{whose}</a>
      </span>
    );
  const name = (
    <>
      <span className="acc-no" translate="no">
        {of.number}
      </span>{' '}
      {both(of.name)}
    </>
  );
  return (
    <span className="acc">
      {isLink ? <a {...link(at(`/accounts/${of.id}`))}>{name}</a> : <span>{name}</span>}
      {whose === '' ? null : <small>{whose}</small>}
    </span>
  );
}

/** What an entry says, its channel by the name people call it. */
export function useSays(): (says: Readonly<{ zh: string; en: string }>) => string {
  const { both } = useWords();
  return (says) => both(says).replace(/\b[a-z]+\b/g, (word) => (word in NAMES ? both(NAMES[word]!) : word));
}

/**
 * Accounts of one number together: their sum in one row, each beneath it where it is opened. An account that is alone of its number is its
 * own row.
 */
export function Grouped<T extends Named>({
  rows,
  sum,
  cells,
}: Readonly<{
  rows: readonly T[];
  sum: (rows: readonly T[]) => T;
  cells: (row: T) => ReactNode;
}>): ReactElement {
  const { t, both } = useWords<LedgerKey>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  return (
    <>
      {[...Map.groupBy(rows, (r) => r.code)].map(([code, own]) => {
        const first = own[0]!;
        if (own.length === 1)
          return (
            <tr key={code}>
              <td>
                <AccountName of={first} />
              </td>
              {cells(first)}
            </tr>
          );
        const isOpen = open.has(code);
        const turn = (): void => {
          const next = new Set(open);
          if (!next.delete(code)) next.add(code);
          setOpen(next);
        };
        return (
          <Fragment key={code}>
            <tr className="of-many">
              <td>
                <button type="button" className="acc-open" aria-expanded={isOpen} onClick={turn}>
                  <span className="acc-no" translate="no">
                    {first.number}
                  </span>{' '}
                  {both(first.name)} <small>{t('ledger.howMany', { count: own.length })}</small>
                </button>
              </td>
              {cells(sum(own))}
            </tr>
            {isOpen
              ? own.map((row) => (
                  <tr key={row.id} className="one-of">
                    <td>
                      <AccountName of={row} isBeneath />
                    </td>
                    {cells(row)}
                  </tr>
                ))
              : null}
          </Fragment>
        );
      })}
    </>
  );
}

/** A balance without a sign: its side says it, as accountants write it. */
export function Sided({ of }: Readonly<{ of: MoneyOf }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  if (isNothing(of))
    return (
      <span className="sided soft">
        <Money of={sizeOf(of)} />
      </span>
    );
  return (
    <span className="sided">
      <small>{t(isBelow(of) ? 'ledger.cr' : 'ledger.dr')}</small> <Money of={sizeOf(of)} />
    </span>
  );
}

/** In its column, or nothing in it. */
export const On = ({ side, of }: Readonly<{ side: 'debit' | 'credit'; of: MoneyOf }>): ReactElement | null =>
  isNothing(of) || isBelow(of) !== (side === 'credit') ? null : <Money of={sizeOf(of)} />;

/** A figure that shows that it is right. */
export function Proof({ says, of, isRight }: Readonly<{ says: string; of: MoneyOf; isRight?: boolean }>): ReactElement {
  const right = isRight ?? isNothing(of);
  const tone = right ? 'arrived' : 'no';
  return (
    <span className={`proof-chip tone-${tone}`} data-right={right}>
      <ToneIcon tone={tone} size={14} />
      {says} <Money of={of} />
    </span>
  );
}

export function Facts({ children }: Readonly<{ children: ReactNode }>): ReactElement {
  return <dl className="fact-list">{children}</dl>;
}
export function Fact({ says, children }: Readonly<{ says: string; children: ReactNode }>): ReactElement {
  return (
    <div>
      <dt>{says}</dt>
      <dd>{children}</dd>
    </div>
  );
}
