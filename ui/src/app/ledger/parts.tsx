/** What the pages of the ledger share: an account's name, an amount on its side, a proof, and the words for days. */
import type { ReactElement, ReactNode } from 'react';
import type { Money as MoneyOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, PROVIDERS, ToneIcon } from '../../base/parts.tsx';
import { link } from '../route.ts';
import { isBelow, isNothing, sizeOf } from './amounts.ts';
import type { Account } from './api.ts';
import type { LedgerKey } from './words.ts';

type Named = Omit<Account, 'balance'>;
export const at = (path: string): string => `/app/ledger${path}`;

/** Of whom it is, where it stands for one. */
export function useWhose(): (account: Named) => string {
  const { both } = useWords();
  return ({ channel, account }) =>
    [channel === undefined ? undefined : both(PROVIDERS[channel] ?? { zh: channel, en: channel }), account]
      .filter((x) => x !== undefined)
      .join(' · ');
}

export function AccountName({ of, isLink = true }: Readonly<{ of: Named; isLink?: boolean }>): ReactElement {
  const { both } = useWords();
  const whose = useWhose()(of);
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
