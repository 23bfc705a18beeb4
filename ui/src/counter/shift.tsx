/** The shift of this place: open, close, what came in during it. It stands at the server, and so do its sums; nothing is added up here. */
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { Trouble } from '../base/api.ts';
import { claims, type Shift as ShiftOut } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Money, moneyText, PROVIDERS, VerdictMark } from '../base/parts.tsx';
import { minuteOf } from '../base/time.ts';
import { useSettings } from './settings.ts';
import type { CounterKey } from './words.ts';

const LOOK_MS = 60_000;

export function Shift(): ReactElement {
  const { t, both } = useWords<CounterKey>();
  const { store } = useSettings();
  const [open, setOpen] = useState<ShiftOut | undefined>(undefined);
  const [closed, setClosed] = useState<ShiftOut | undefined>(undefined);
  const [wrong, setWrong] = useState<string | undefined>(undefined);

  const look = useCallback(async (): Promise<void> => {
    try {
      setOpen(await claims.shift(store));
    } catch (error) {
      // In silence what was known stays.
      if (!(error instanceof Trouble)) throw error;
    }
  }, [store]);
  useEffect(() => {
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [look]);

  const toggle = async (): Promise<void> => {
    try {
      setWrong(undefined);
      if (open === undefined) setOpen(await claims.openShift(store));
      else {
        setClosed(await claims.closeShift(store));
        setOpen(undefined);
      }
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      setWrong(error.message);
      void look();
    }
  };

  return (
    <div className="shift">
      <span className="since">
        {open === undefined ? t('shift') : t('shift.since', { time: minuteOf(open.opened_at) })}
      </span>
      <button type="button" className="button slim" onClick={() => void toggle()}>
        {open === undefined ? t('shift.open') : t('shift.close')}
      </button>
      {wrong === undefined ? null : (
        <p className="note" role="status">
          {wrong}
        </p>
      )}
      {closed === undefined ? null : (
        <div className="sheet" role="dialog" aria-label={t('shift.closed')}>
          <div className="sheet-body">
            <h2>{t('shift.closed')}</h2>
            {closed.totals.channels.length === 0 ? <p className="note">{t('shift.none')}</p> : null}
            <ul className="totals">
              {closed.totals.channels.map(({ provider, payments, captured, refunded }) => (
                <li key={`${provider}${captured.currency}`}>
                  <span>{both(PROVIDERS[provider] ?? { zh: provider, en: provider })}</span>
                  <Money of={captured} large />
                  <small>
                    {t('shift.payments', { n: payments })}
                    {/^0(\.0+)?$/.test(refunded.amount)
                      ? ''
                      : ` · ${t('shift.refunded', { amount: moneyText(refunded) })}`}
                  </small>
                </li>
              ))}
            </ul>
            <ul className="counts">
              {Object.entries(closed.totals.verdicts).map(([code, n]) => (
                <li key={code}>
                  <VerdictMark code={code} /> <strong>{n}</strong>
                </li>
              ))}
            </ul>
            <button type="button" className="button primary big" onClick={() => setClosed(undefined)}>
              {t('done')}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}
