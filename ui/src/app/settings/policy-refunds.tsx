/** The policy's rules of money given back: who has to agree, how much and how long, and what is done of itself; and limits by currency as fields. */
import { Button } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import { comma, type Lang, useWords } from '../../base/lang.ts';
import { moneyText } from '../../base/parts.tsx';
import type { Policy } from './api.ts';
import type { SettingsKey } from './words.ts';

export type Limit = Readonly<{ currency: string; amount: string }>;
export const limitsOf = (amounts: Readonly<Record<string, string>>): readonly Limit[] =>
  Object.entries(amounts).map(([currency, amount]) => ({ currency, amount }));
export const byCurrency = (limits: readonly Limit[]): Record<string, string> =>
  Object.fromEntries(limits.filter((l) => l.currency !== '').map((l) => [l.currency, l.amount]));
/** Those that are whole already. */
export const textOf = (limits: readonly Limit[], lang: Lang): string =>
  limits
    .filter((l) => /^[A-Z]{3}$/.test(l.currency) && /^\d+(\.\d+)?$/.test(l.amount))
    .map((l) => moneyText(l))
    .join(comma(lang));

export type RefundText = Readonly<{
  alone: readonly Limit[];
  twoAbove: readonly Limit[];
  daily: readonly Limit[];
  days: string;
  itself: Pick<Policy, 'paid_after_close' | 'duplicate' | 'overpaid'>;
}>;
export const refundOf = (policy: Policy): RefundText => ({
  alone: limitsOf(policy.refund_alone),
  twoAbove: limitsOf(policy.refund_two_above),
  daily: limitsOf(policy.refund_daily),
  days: String(policy.refund_days),
  itself: {
    paid_after_close: policy.paid_after_close,
    duplicate: policy.duplicate,
    overpaid: policy.overpaid,
  },
});
export const refundText = (of: RefundText) => ({
  refund_alone: byCurrency(of.alone),
  refund_two_above: byCurrency(of.twoAbove),
  refund_daily: byCurrency(of.daily),
  refund_days: Number(of.days),
  ...of.itself,
});

const ITSELF = {
  paid_after_close: ['ask', 'reopen', 'refund'],
  duplicate: ['ask', 'refund'],
  overpaid: ['ask', 'refund'],
} as const;
type Case = keyof typeof ITSELF;
const CASES = Object.keys(ITSELF) as Case[];

export function RefundRules({
  of,
  set,
  may,
}: Readonly<{ of: RefundText; set: (to: RefundText) => void; may: boolean }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  return (
    <>
      <Rule title={t('settings.refundAlone')} says={t('settings.refundAloneSays')}>
        <LimitFields limits={of.alone} set={(alone) => set({ ...of, alone })} may={may} />
        <p className="consequence">
          {of.alone.length === 0
            ? t('settings.refundNeverAlone')
            : t('settings.refundAloneMeans', { amounts: textOf(of.alone, lang) })}
        </p>
      </Rule>
      <Rule title={t('settings.refundTwo')} says={t('settings.refundTwoSays')}>
        <LimitFields limits={of.twoAbove} set={(twoAbove) => set({ ...of, twoAbove })} may={may} />
        <p className="consequence">
          {of.twoAbove.length === 0
            ? t('settings.refundNeverTwo')
            : t('settings.refundTwoMeans', { amounts: textOf(of.twoAbove, lang) })}
        </p>
      </Rule>
      <Rule title={t('settings.refundDaily')} says={t('settings.refundDailySays')}>
        <LimitFields limits={of.daily} set={(daily) => set({ ...of, daily })} may={may} />
        <p className="consequence">
          {of.daily.length === 0
            ? t('settings.refundNoDaily')
            : t('settings.refundDailyMeans', { amounts: textOf(of.daily, lang) })}
        </p>
      </Rule>
      <Rule title={t('settings.refundDays')} says={t('settings.refundDaysSays')}>
        <label className="field">
          <span>{t('settings.days')}</span>
          <input
            className="plain-input amount"
            type="number"
            min={1}
            max={3650}
            value={of.days}
            required
            disabled={!may}
            onChange={(e) => set({ ...of, days: e.target.value })}
          />
        </label>
        <p className="consequence">{t('settings.refundDaysMeans', { days: of.days })}</p>
      </Rule>
      <Rule title={t('settings.itself')} says={t('settings.itselfSays')}>
        {CASES.map((c) => (
          <label key={c} className="field">
            <span>{t(`settings.case_${c}`)}</span>
            <select
              className="plain-input"
              value={of.itself[c]}
              disabled={!may}
              onChange={(e) => set({ ...of, itself: { ...of.itself, [c]: e.target.value as 'ask' } })}
            >
              {ITSELF[c].map((does) => (
                <option key={does} value={does}>
                  {t(`settings.itself_${does}`)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <p className="consequence">{t('settings.itselfMeans')}</p>
      </Rule>
    </>
  );
}

function Rule({ title, says, children }: Readonly<{ title: string; says: string; children: ReactNode }>): ReactElement {
  return (
    <section className="panel rule" aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className="soft">{says}</p>
      </div>
      <div className="rule-fields">{children}</div>
    </section>
  );
}

/** An amount for each currency that is named. */
export function LimitFields({
  limits,
  set,
  may,
}: Readonly<{ limits: readonly Limit[]; set: (limits: readonly Limit[]) => void; may: boolean }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const setLimit = (i: number, change: Partial<Limit>): void =>
    set(limits.map((l, at) => (at === i ? { ...l, ...change } : l)));
  return (
    <>
      {limits.map((l, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place until it is saved
        <div className="limit" key={i}>
          <input
            className="plain-input"
            aria-label={t('settings.currency')}
            value={l.currency}
            maxLength={3}
            size={4}
            pattern="[A-Z]{3}"
            required
            disabled={!may}
            onChange={(e) => setLimit(i, { currency: e.target.value.toUpperCase() })}
          />
          <input
            className="plain-input amount"
            aria-label={t('settings.amount')}
            inputMode="decimal"
            value={l.amount}
            pattern="(0|[1-9][0-9]{0,13})(\.[0-9]{1,4})?"
            required
            disabled={!may}
            onChange={(e) => setLimit(i, { amount: e.target.value })}
          />
          {may ? (
            <Button
              size="small"
              aria-label={t('settings.removeLimit', { currency: l.currency })}
              onClick={() => set(limits.filter((_, at) => at !== i))}
            >
              ×
            </Button>
          ) : null}
        </div>
      ))}
      {may ? (
        <Button size="small" onClick={() => set([...limits, { currency: '', amount: '' }])}>
          {t('settings.addLimit')}
        </Button>
      ) : null}
    </>
  );
}
