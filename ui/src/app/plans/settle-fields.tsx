/** When money is due: the rule of days, the calendar it counts by, and where a day ends. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Field } from '../form.tsx';
import { asked } from './api.ts';
import { type Terms, WEEK } from './terms.ts';
import type { PlansKey } from './words.ts';

const CYCLES = ['T', 'D', 'weekly', 'monthly', 'stated'] as const;
const LAST = 'last';

export function SettleFields({
  terms,
  change,
}: Readonly<{ terms: Terms; change: (part: Partial<Terms>) => void }>): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const calendars = useQuery(asked.calendars);
  const isPeriod = terms.cycle === 'weekly' || terms.cycle === 'monthly';
  const counts = isPeriod ? terms.afterCycle : terms.cycle;
  const toggle = (day: string): void =>
    change({ closes: terms.closes.includes(day) ? terms.closes.filter((d) => d !== day) : [...terms.closes, day] });
  return (
    <fieldset>
      <legend>{t('plans.partWhen')}</legend>
      <div className="two">
        <Field label={t('plans.cycle')}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={terms.cycle}
              onChange={(event) => {
                const cycle = event.target.value as Terms['cycle'];
                change({
                  cycle,
                  closes: cycle === 'weekly' ? ['sunday'] : cycle === 'monthly' ? [LAST] : [],
                });
              }}
            >
              {CYCLES.map((one) => (
                <option key={one} value={one}>
                  {t(`cycle.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {terms.cycle === 'stated' ? null : (
          <Field label={t(isPeriod ? 'plans.daysAfter' : 'plans.days')}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="number"
                min="0"
                max="180"
                value={terms.days}
                onChange={(event) => change({ days: event.target.value })}
              />
            )}
          </Field>
        )}
        {isPeriod ? (
          <Field label={t('plans.counts')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={terms.afterCycle}
                onChange={(event) => change({ afterCycle: event.target.value as 'T' })}
              >
                <option value="T">{t('plans.workingDays')}</option>
                <option value="D">{t('plans.calendarDays')}</option>
              </select>
            )}
          </Field>
        ) : null}
        {counts === 'T' ? (
          <Field label={t('plans.calendar')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={terms.calendar}
                onChange={(event) => change({ calendar: event.target.value })}
              >
                {(calendars.data?.items.map((c) => c.name) ?? [terms.calendar]).map((name) => (
                  <option key={name} value={name}>
                    {name in CALENDARS ? both(CALENDARS[name]!) : name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
      </div>
      {terms.cycle === 'weekly' ? (
        <fieldset className="kinds-of">
          <legend>{t('plans.closes')}</legend>
          {WEEK.map((day) => (
            <label key={day} className="tick">
              <input type="checkbox" checked={terms.closes.includes(day)} onChange={() => toggle(day)} />
              {t(`weekday.${day}`)}
            </label>
          ))}
        </fieldset>
      ) : null}
      {terms.cycle === 'monthly' ? (
        <Field label={t('plans.closesMonth')} hint={t('plans.closesMonthHint')}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={terms.closes.join(' ')}
              onChange={(event) => change({ closes: event.target.value.split(/[\s,,、]+/).filter((d) => d !== '') })}
            />
          )}
        </Field>
      ) : null}
      <div className="two">
        <Field label={t('plans.cutoff')} hint={t('plans.cutoffHint')}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={terms.cutoff}
              maxLength={5}
              onChange={(event) => change({ cutoff: event.target.value.trim() })}
            />
          )}
        </Field>
        <Field label={t('plans.zone')} hint={t('plans.zoneHint')}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={terms.zone}
              onChange={(event) => change({ zone: event.target.value.trim() })}
            />
          )}
        </Field>
      </div>
      {counts === 'T' ? (
        <label className="tick">
          <input
            type="checkbox"
            checked={terms.freeDays}
            onChange={(event) => change({ freeDays: event.target.checked })}
          />
          {t('plans.freeDays')}
        </label>
      ) : null}
    </fieldset>
  );
}

const CALENDARS: Readonly<Record<string, Readonly<{ zh: string; en: string }>>> = {
  CN: { zh: '中国(含调休)', en: 'China (with make-up days)' },
  HK: { zh: '香港', en: 'Hong Kong' },
  US: { zh: '美国(联邦储备银行)', en: 'US (Federal Reserve)' },
  JP: { zh: '日本', en: 'Japan' },
  TARGET2: { zh: '欧元区 TARGET', en: 'Euro area (TARGET)' },
  weekends: { zh: '周一至周五', en: 'Monday to Friday' },
};
