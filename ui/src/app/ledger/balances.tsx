/** Accounts with their balances: now, at the end of a business day, or as posted at an instant. Each currency by itself. */
import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet } from '../../base/parts.tsx';
import { fullOf, msOf, nowText, today, ZONE } from '../../base/time.ts';
import { currenciesOf, isBelow, isNothing, sizeOf, sumOf } from '../amounts.ts';
import { isDay } from '../days.ts';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Account, ledger } from './api.ts';
import { at, Grouped, On, Proof, Sided } from './parts.tsx';
import type { LedgerKey } from './words.ts';

const KINDS = ['asset', 'liability', 'income', 'expense'] as const;
type Axis = 'now' | 'on' | 'at';

/** `2026-11-19T08:00` in China's time, as a field of the device wants it, and back. */
const fieldOf = (instant: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' })
    .format(msOf(instant))
    .replace(' ', 'T');
const instantOf = (field: string): string => `${field}:00+08:00`;

export default function Balances(): ReactElement {
  const { t, lang } = useWords<LedgerKey>();
  const { query } = useRoute();
  const on = isDay(query.get('on')) ? query.get('on')! : undefined;
  const instant = query.get('at') ?? undefined;
  const axis: Axis = on !== undefined ? 'on' : instant !== undefined ? 'at' : 'now';
  const found = useQuery({
    queryKey: ['ledger', 'accounts', on ?? '', instant ?? ''],
    queryFn: () => ledger.accounts({ on, at: instant }),
    placeholderData: (before) => before,
  });
  const turn = (to: Axis): void =>
    go(
      at(
        to === 'now' ? '' : to === 'on' ? `?on=${today()}` : `?at=${encodeURIComponent(instantOf(fieldOf(nowText())))}`,
      ),
    );
  const items = found.data?.items ?? [];
  return (
    <>
      <div className="ledger-bar">
        <Segmented<Axis>
          aria-label={t('ledger.asOf')}
          value={axis}
          onChange={turn}
          options={[
            { value: 'now', label: t('ledger.asOfNow') },
            { value: 'on', label: t('ledger.asOfDay') },
            { value: 'at', label: t('ledger.asOfInstant') },
          ]}
        />
        {axis === 'on' ? (
          <input
            type="date"
            className="plain-input"
            aria-label={t('ledger.asOfDay')}
            value={on}
            required
            onChange={(e) => isDay(e.target.value) && go(at(`?on=${e.target.value}`), 'replace')}
          />
        ) : axis === 'at' ? (
          <input
            type="datetime-local"
            className="plain-input"
            aria-label={t('ledger.asOfInstant')}
            value={fieldOf(instant!)}
            required
            onChange={(e) =>
              e.target.value !== '' && go(at(`?at=${encodeURIComponent(instantOf(e.target.value))}`), 'replace')
            }
          />
        ) : null}
        <span className="soft">
          {axis === 'now'
            ? t('ledger.asOfNowHint')
            : axis === 'on'
              ? t('ledger.asOfDayHint', { on: on! })
              : t('ledger.asOfInstantHint', { at: fullOf(instant!, lang) })}
        </span>
      </div>
      {found.isError && items.length === 0 ? (
        <Wrong error={found.error} retry={() => void found.refetch()} />
      ) : found.isPending ? (
        <Rows n={10} />
      ) : items.length === 0 ? (
        <Quiet title={t('ledger.empty')}>
          <p>{t('ledger.emptyHint')}</p>
          <a {...link('/app/reconciliations')}>{t('ledger.emptyGo')}</a>
        </Quiet>
      ) : (
        currenciesOf(items).map((currency) => (
          <Sheet key={currency} currency={currency} accounts={items.filter((a) => a.currency === currency)} />
        ))
      )}
    </>
  );
}

function Sheet({ currency, accounts }: Readonly<{ currency: string; accounts: readonly Account[] }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const of = (...codes: readonly string[]) =>
    sumOf(
      accounts.filter((a) => codes.includes(a.code)).map((a) => a.balance),
      currency,
    );
  const netOf = (rows: readonly Account[]) =>
    sumOf(
      rows.map((a) => a.balance),
      currency,
    );
  // As they stand in the table: accounts of one number are one balance.
  const nets = [...Map.groupBy(accounts, (a) => a.code).values()].map(netOf);
  const onTheWay = of('channel_receivable', 'in_settlement', 'in_transit', 'reserves');
  const debits = sumOf(
    nets.filter((m) => !isBelow(m)),
    currency,
  );
  const credits = sumOf(nets.filter(isBelow), currency);
  return (
    <section className="book" aria-label={currency}>
      <dl className="heroes">
        {(
          [
            ['ledger.heroBank', of('bank')],
            ['ledger.heroWay', onTheWay],
            ['ledger.heroOpen', of('suspense')],
            ['ledger.heroFees', of('fees')],
          ] as const
        ).map(([key, money]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>
              <Money of={key === 'ledger.heroOpen' ? sizeOf(money) : money} large />{' '}
              {key === 'ledger.heroOpen' && !isNothing(money) ? (
                <small>{t(isBelow(money) ? 'ledger.tooMuch' : 'ledger.missing')}</small>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
      <div className="sheet-wrap">
        <table className="accounts">
          <caption className="hidden">{t('ledger.balancesOf', { currency })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('ledger.account')}</th>
              <th scope="col" className="right">
                {t('ledger.debitBalance')}
              </th>
              <th scope="col" className="right">
                {t('ledger.creditBalance')}
              </th>
            </tr>
          </thead>
          {KINDS.map((kind) => {
            const own = accounts.filter((a) => a.kind === kind);
            return own.length === 0 ? null : (
              <tbody key={kind}>
                <tr className="group">
                  <th scope="rowgroup">{t(`ledger.${kind}`)}</th>
                  <td className="right">
                    <On side="debit" of={netOf(own)} />
                  </td>
                  <td className="right">
                    <On side="credit" of={netOf(own)} />
                  </td>
                </tr>
                <Grouped
                  rows={own}
                  sum={(rows) => ({ ...rows[0]!, balance: netOf(rows) })}
                  cells={(a) => (
                    <>
                      <td className="right">
                        {isNothing(a.balance) ? <Sided of={a.balance} /> : <On side="debit" of={a.balance} />}
                      </td>
                      <td className="right">
                        <On side="credit" of={a.balance} />
                      </td>
                    </>
                  )}
                />
              </tbody>
            );
          })}
          <tfoot>
            <tr>
              <th scope="row">{t('ledger.sum')}</th>
              <td className="right">
                <Money of={debits} />
              </td>
              <td className="right">
                <Money of={sizeOf(credits)} />
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      <p className="proof-line">
        <Proof
          says={t('ledger.differs')}
          of={sumOf(
            accounts.map((a) => a.balance),
            currency,
          )}
        />
        <span className="soft">{t('ledger.balancedHint')}</span>
      </p>
    </section>
  );
}
