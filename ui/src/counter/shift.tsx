/** The shift: open, close, what came in during it. Sums are the server's; nothing is added up here. */
import { type ReactElement, useState } from 'react';
import { Trouble } from '../base/api.ts';
import { claims, type Shift as ShiftOut } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Money, VerdictMark } from '../base/parts.tsx';
import { minuteOf } from '../base/time.ts';
import { change, useSettings } from './settings.ts';
import type { CounterKey } from './words.ts';

export function Shift(): ReactElement {
  const { t } = useWords<CounterKey>();
  const { store, shiftSince } = useSettings();
  const [closed, setClosed] = useState<ShiftOut | undefined>(undefined);
  const [wrong, setWrong] = useState<string | undefined>(undefined);

  const toggle = async (): Promise<void> => {
    try {
      setWrong(undefined);
      if (shiftSince === null) {
        const opened = await claims.openShift(store);
        change({ shiftSince: opened.opened_at ?? '' });
      } else {
        setClosed(await claims.closeShift(store));
        change({ shiftSince: null });
      }
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      setWrong(error.kind === 'absent' ? t('shift.absent') : error.message);
    }
  };

  return (
    <div className="shift">
      <span className="since">
        {shiftSince === null || shiftSince === '' ? t('shift') : t('shift.since', { time: minuteOf(shiftSince) })}
      </span>
      <button type="button" className="button slim" onClick={() => void toggle()}>
        {shiftSince === null ? t('shift.open') : t('shift.close')}
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
            {(closed.totals ?? []).map((total) => (
              <p key={total.currency}>
                <Money of={total} large />
              </p>
            ))}
            <ul className="counts">
              {Object.entries(closed.verdicts ?? {}).map(([code, n]) => (
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
