/** What a payment and a month cost, and what is held back. Rates are percent, amounts of one currency; both stay text. */
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Field } from '../form.tsx';
import { NO_TIER, type Terms, type Tier } from './terms.ts';
import { Text } from './text.tsx';
import type { PlansKey } from './words.ts';

export function FeeFields({
  terms,
  change,
}: Readonly<{ terms: Terms; change: (part: Partial<Terms>) => void }>): ReactElement {
  const { t } = useWords<PlansKey>();
  const tier = (at: number, part: Partial<Tier>): void =>
    change({ tiers: terms.tiers.map((one, i) => (i === at ? { ...one, ...part } : one)) });
  return (
    <>
      <fieldset>
        <legend>{t('plans.partFee')}</legend>
        <div className="two">
          <Text
            label={t('plans.rate')}
            value={terms.rate}
            hint={t('plans.rateHint')}
            change={(rate) => change({ rate })}
          />
          <Text
            label={t('plans.currency')}
            value={terms.currency}
            hint={t('plans.currencyHint')}
            change={(currency) => change({ currency: currency.toUpperCase() })}
          />
        </div>
        <div className="four">
          <Text label={t('plans.fixed')} value={terms.fixed} change={(fixed) => change({ fixed })} />
          <Text label={t('plans.min')} value={terms.min} change={(min) => change({ min })} />
          <Text label={t('plans.max')} value={terms.max} change={(max) => change({ max })} />
          <Field label={t('plans.rounding')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={terms.rounding}
                onChange={(e) => change({ rounding: e.target.value })}
              >
                {(['row', 'day', 'batch'] as const).map((one) => (
                  <option key={one} value={one}>
                    {t(`rounding.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {terms.tiers.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a tier is its place in the list
          <fieldset key={at} className="tier">
            <legend>{t('plans.tier', { n: at + 1 })}</legend>
            <div className="four">
              <Field label={t('plans.card')}>
                {(control) => (
                  <select
                    {...control}
                    className="input"
                    value={one.card}
                    onChange={(e) => tier(at, { card: e.target.value })}
                  >
                    <option value="">{t('plans.anyCard')}</option>
                    {(['debit', 'credit', 'wallet'] as const).map((card) => (
                      <option key={card} value={card}>
                        {t(`card.${card}`)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
              <Text label={t('plans.tierFrom')} value={one.from} change={(from) => tier(at, { from })} />
              <Text label={t('plans.rate')} value={one.rate} change={(rate) => tier(at, { rate })} />
              <Text label={t('plans.max')} value={one.max} change={(max) => tier(at, { max })} />
            </div>
            <Button size="small" type="text" onClick={() => change({ tiers: terms.tiers.filter((_, i) => i !== at) })}>
              {t('plans.tierRemove')}
            </Button>
          </fieldset>
        ))}
        <Button size="small" onClick={() => change({ tiers: [...terms.tiers, NO_TIER] })}>
          {t('plans.tierAdd')}
        </Button>
      </fieldset>
      <details open={terms.monthlyFee !== ''}>
        <summary>{t('plans.partMonthly')}</summary>
        <div className="four">
          <Text
            label={t('plans.monthlyFee')}
            value={terms.monthlyFee}
            change={(monthlyFee) => change({ monthlyFee })}
          />
          <Text
            label={t('plans.monthlyVolume')}
            value={terms.monthlyVolume}
            change={(monthlyVolume) => change({ monthlyVolume })}
          />
          <Field label={t('plans.monthlyWhen')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={terms.monthlyWhen}
                onChange={(e) => change({ monthlyWhen: e.target.value })}
              >
                <option value="below">{t('plans.below')}</option>
                <option value="from">{t('plans.reached')}</option>
              </select>
            )}
          </Field>
          <Field label={t('plans.monthlyCounts')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={terms.monthlyCounts}
                onChange={(e) => change({ monthlyCounts: e.target.value })}
              >
                <option value="all">{t('plans.allPayments')}</option>
                <option value="cards">{t('plans.cardsOnly')}</option>
              </select>
            )}
          </Field>
        </div>
      </details>
      <details open={terms.minPayout !== '' || terms.reserve !== '' || terms.freezeDays !== ''}>
        <summary>{t('plans.partHolds')}</summary>
        <div className="four">
          <Text label={t('plans.minPayout')} value={terms.minPayout} change={(minPayout) => change({ minPayout })} />
          <Text label={t('plans.reserve')} value={terms.reserve} change={(reserve) => change({ reserve })} />
          <Text
            label={t('plans.reserveDays')}
            value={terms.reserveDays}
            change={(reserveDays) => change({ reserveDays })}
          />
          <Text
            label={t('plans.freezeDays')}
            value={terms.freezeDays}
            change={(freezeDays) => change({ freezeDays })}
          />
        </div>
      </details>
    </>
  );
}
