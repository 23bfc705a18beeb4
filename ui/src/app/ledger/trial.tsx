/** The trial balance of some business days: opening, turnover, closing; and the three sums that prove it. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet } from '../../base/parts.tsx';
import { today } from '../../base/time.ts';
import { currenciesOf, isNothing, less, sumOf } from '../amounts.ts';
import { addMonths, firstOf, isDay, lastOf, monthOf } from '../days.ts';
import { go, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { ledger, type Trial, type TrialRow } from './api.ts';
import { at, Grouped, Proof, Sided } from './parts.tsx';
import type { LedgerKey } from './words.ts';

export default function TrialPage(): ReactElement {
  const { t } = useWords<LedgerKey>();
  const { query } = useRoute();
  const month = monthOf(today());
  const from = isDay(query.get('from')) ? query.get('from')! : firstOf(month);
  const to = isDay(query.get('to')) ? query.get('to')! : lastOf(month);
  const found = useQuery({
    queryKey: ['ledger', 'trial', from, to],
    queryFn: () => ledger.trial(from, to),
    enabled: from <= to,
    placeholderData: (before) => before,
  });
  const turn = (a: string, b: string): void => go(at(`/trial?from=${a}&to=${b}`), 'replace');
  const last = addMonths(month, -1);
  return (
    <>
      <div className="ledger-bar">
        <label>
          {t('ledger.from')}{' '}
          <input
            type="date"
            className="plain-input"
            required
            value={from}
            onChange={(e) => isDay(e.target.value) && turn(e.target.value, to)}
          />
        </label>
        <label>
          {t('ledger.to')}{' '}
          <input
            type="date"
            className="plain-input"
            required
            value={to}
            onChange={(e) => isDay(e.target.value) && turn(from, e.target.value)}
          />
        </label>
        <button type="button" className="as-link" onClick={() => turn(firstOf(month), lastOf(month))}>
          {t('ledger.thisMonth')}
        </button>
        <button type="button" className="as-link" onClick={() => turn(firstOf(last), lastOf(last))}>
          {t('ledger.lastMonth')}
        </button>
      </div>
      {from > to ? (
        <Quiet title={t('ledger.wrongDays')} />
      ) : found.isError && found.data === undefined ? (
        <Wrong error={found.error} retry={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <Rows n={10} />
      ) : found.data.items.length === 0 ? (
        <Quiet title={t('ledger.noTrial')}>
          <p>{t('ledger.noEntriesHint')}</p>
        </Quiet>
      ) : (
        currenciesOf(found.data.items).map((currency) => <Sheet key={currency} of={found.data!} currency={currency} />)
      )}
    </>
  );
}

function Sheet({ of, currency }: Readonly<{ of: Trial; currency: string }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const rows = of.items.filter((r) => r.currency === currency);
  const sum = (column: 'opening' | 'debit' | 'credit' | 'closing', own: readonly TrialRow[] = rows) =>
    sumOf(
      own.map((r) => r[column]),
      currency,
    );
  const turnover = (r: TrialRow, column: 'debit' | 'credit'): ReactElement | null =>
    isNothing(r[column]) ? null : <Money of={r[column]} />;
  const difference = less(sum('debit'), sum('credit'));
  const isRight = [sum('opening'), difference, sum('closing')].every(isNothing);
  return (
    <section className="book" aria-label={currency}>
      <p className="lead-line">
        {t(isRight ? 'ledger.trialRight' : 'ledger.trialWrong', { from: of.from, to: of.to, currency })}
      </p>
      <p className="proof-line">
        <Proof says={t('ledger.openingSum')} of={sum('opening')} />
        <Proof says={t('ledger.turnoverDiff')} of={difference} />
        <Proof says={t('ledger.closingSum')} of={sum('closing')} />
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="sheet-wrap" tabIndex={0} aria-label={t('ledger.trial')}>
        <table className="accounts trial">
          <thead>
            <tr>
              <th scope="col">{t('ledger.account')}</th>
              {(['opening', 'debit', 'credit', 'closing'] as const).map((column) => (
                <th scope="col" className="right" key={column}>
                  {t(`ledger.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Grouped
              rows={rows}
              sum={(own) => ({
                ...own[0]!,
                opening: sum('opening', own),
                debit: sum('debit', own),
                credit: sum('credit', own),
                closing: sum('closing', own),
              })}
              cells={(r) => (
                <>
                  <td className="right">
                    <Sided of={r.opening} />
                  </td>
                  <td className="right">{turnover(r, 'debit')}</td>
                  <td className="right">{turnover(r, 'credit')}</td>
                  <td className="right">
                    <Sided of={r.closing} />
                  </td>
                </>
              )}
            />
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('ledger.sum')}</th>
              {(['opening', 'debit', 'credit', 'closing'] as const).map((column) => (
                <td className="right" key={column}>
                  <Money of={sum(column)} />
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </section>
  );
}
