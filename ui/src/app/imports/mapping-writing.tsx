/** How amounts, times and words are written in a table: what its columns alone do not say. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { PROVIDERS } from '../../base/parts.tsx';
import { KINDS, STATUSES, wordFor } from '../line-words.ts';
import type { ReadPart } from './api.ts';
import {
  columnsOf,
  type Draft,
  KIND_CHOICES,
  type Sheet,
  STATUS_CHOICES,
  TIME_FORMATS,
  valuesIn,
  type Worded,
} from './meanings.ts';
import type { ImportsKey } from './words.ts';

const CURRENCIES = ['CNY', 'HKD', 'USD', 'EUR', 'GBP', 'JPY', 'SGD', 'AUD', 'CAD', 'KRW', 'THB', 'MYR'];
/** What an acquirer that has no name here is called in a mapping. */
const OTHER = 'acquirer';
const ORDER_CHANNELS = [...Object.keys(PROVIDERS), 'pos', 'cash', 'stored_value', 'transfer'];

type ChoiceProps = Readonly<{
  label: string;
  value: string;
  change: (value: string) => void;
  options: ReadonlyArray<readonly [value: string, label: string]>;
}>;
export function Choice({ label, value, change, options }: ChoiceProps): ReactElement {
  return (
    <label className="field">
      {label}
      <select value={value} onChange={(event) => change(event.target.value)}>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

type WritingProps = Readonly<{
  draft: Draft;
  sheet: Sheet;
  rejects: ReadPart['rejects'];
  change: (draft: Draft) => void;
}>;

export function Writing({ draft, sheet, rejects, change }: WritingProps): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const isBill = draft.kind === 'bill';
  const set = (to: Partial<Draft>): void => change({ ...draft, ...to });
  const providers = Object.entries(PROVIDERS).map(([code, name]) => [code, both(name)] as const);
  return (
    <section className="panel">
      <h2>{t('imports.map.writing')}</h2>
      <div className="map-row">
        {isBill || columnsOf(draft, 'channel').length === 0 ? (
          <Choice
            label={t(isBill ? 'imports.map.whoseBill' : 'imports.map.allThrough')}
            value={draft.channel}
            change={(channel) => set({ channel })}
            options={[
              ['', t(isBill ? 'imports.map.choose' : 'imports.map.notSaid')],
              ...providers,
              ...(isBill ? [[OTHER, t('imports.map.otherAcquirer')] as const] : []),
            ]}
          />
        ) : null}
        <Choice
          label={t('imports.map.unit')}
          value={draft.unit}
          change={(unit) => set({ unit: unit === 'minor' ? 'minor' : 'major' })}
          options={[
            ['major', t('imports.map.major')],
            ['minor', t('imports.map.minor')],
          ]}
        />
        <Choice
          label={t(columnsOf(draft, 'currency').length > 0 ? 'imports.map.currencyElse' : 'imports.map.currency')}
          value={draft.currency}
          change={(currency) => set({ currency })}
          options={[
            ...(isBill ? [] : [['', t('imports.map.notSaid')] as const]),
            ...CURRENCIES.map((code) => [code, code] as const),
          ]}
        />
        {isBill ? (
          <>
            <label className="field">
              {t('imports.map.timeFormat')}
              <input
                list="time-formats"
                value={draft.timeFormat}
                onChange={(event) => set({ timeFormat: event.target.value })}
              />
              <datalist id="time-formats">
                {TIME_FORMATS.map(([format]) => (
                  <option key={format} value={format} />
                ))}
              </datalist>
            </label>
            <Choice
              label={t('imports.map.refunds')}
              value={draft.refunds}
              change={(to) => set({ refunds: to === 'signed' ? 'signed' : 'unsigned' })}
              options={[
                ['unsigned', t('imports.map.unsigned')],
                ['signed', t('imports.map.signed')],
              ]}
            />
            {columnsOf(draft, 'fee').length > 0 ? (
              <Choice
                label={t('imports.map.fee')}
                value={draft.fee}
                change={(to) => set({ fee: to === 'negative' ? 'negative' : 'positive' })}
                options={[
                  ['positive', t('imports.map.feePositive')],
                  ['negative', t('imports.map.feeNegative')],
                ]}
              />
            ) : null}
            <label className="field">
              {t('imports.map.trailerBegins')}
              <input
                value={draft.trailerBegins}
                placeholder={t('imports.map.trailerNone')}
                onChange={(event) =>
                  set({
                    trailerBegins: event.target.value,
                    trailerRows: event.target.value === '' ? '' : draft.trailerRows || '1',
                  })
                }
              />
            </label>
          </>
        ) : null}
      </div>
      {(['kind', 'status', 'channel'] as const).map((of) => (
        <Meanings key={of} of={of} draft={draft} sheet={sheet} rejects={rejects} change={change} />
      ))}
    </section>
  );
}

/** The words of a column that nobody explained yet, and those that somebody did. */
function Meanings({ of, draft, sheet, rejects, change }: WritingProps & Readonly<{ of: Worded }>): ReactElement | null {
  const { t, both, lang } = useWords<ImportsKey>();
  const columns = columnsOf(draft, of);
  if (columns.length === 0) return null;
  const unknown = rejects
    .filter((one) => one.code === 'bad_value' && columns.includes(one.column) && one.value !== '')
    .map((one) => (draft.kind === 'bill' ? one.value : one.value.toLowerCase()));
  // A bill has to list every word; an order book only those that are not known by themselves.
  const seen = draft.kind === 'bill' && of !== 'channel' ? columns.flatMap((column) => valuesIn(sheet, column)) : [];
  const words = [...new Set([...Object.keys(draft.words[of]), ...seen, ...unknown])];
  if (words.length === 0) return null;
  const choices: ReadonlyArray<readonly [string, string]> =
    of === 'kind'
      ? KIND_CHOICES[draft.kind].map((code) => [code, wordFor(KINDS, code, lang)])
      : of === 'status'
        ? STATUS_CHOICES[draft.kind].map((code) => [code, wordFor(STATUSES, code, lang)])
        : ORDER_CHANNELS.map((code) => [
            code,
            PROVIDERS[code] === undefined ? both(TENDERS[code]!) : both(PROVIDERS[code]),
          ]);
  const set = (word: string, means: string): void =>
    change({ ...draft, words: { ...draft.words, [of]: { ...draft.words[of], [word]: means } } });
  return (
    <fieldset className="meanings">
      <legend>{t('imports.map.wordsOf', { name: columns.join(' / ') })}</legend>
      {words.map((word) => {
        const means = draft.words[of][word] ?? '';
        return (
          <label key={word} className={means === '' ? 'is-open' : undefined}>
            <span translate="no">{word}</span>
            <select value={means} onChange={(event) => set(word, event.target.value)}>
              <option value="">{t('imports.map.meansWhat')}</option>
              {choices.map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        );
      })}
    </fieldset>
  );
}

const TENDERS: Readonly<Record<string, Readonly<{ zh: string; en: string }>>> = {
  pos: { zh: '刷卡', en: 'card terminal' },
  cash: { zh: '现金', en: 'cash' },
  stored_value: { zh: '储值', en: 'stored value' },
  transfer: { zh: '银行转账', en: 'bank transfer' },
};
