/** The first rows as they stand in the file, and above each column what it means. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Mark } from '../form.tsx';
import type { Cells } from './api.ts';
import { type Draft, MEANINGS, missingIn, RULES } from './meanings.ts';
import type { ImportsKey } from './words.ts';

const SHOWN_ROWS = 8;

type ColumnsProps = Readonly<{
  table: Cells['tables'][number];
  header: number;
  draft: Draft;
  mean: (column: string, meaning: string) => void;
  setHeader: (row: number) => void;
}>;

export function Columns({ table, header, draft, mean, setHeader }: ColumnsProps): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  const names = table.rows[header] ?? [];
  const missing = missingIn(draft);
  const first = Math.max(0, Math.min(header, header - 2));
  return (
    <section className="panel">
      <h2>{t('imports.map.columns')}</h2>
      <p className="needs" role="status">
        {RULES[draft.kind].needed.map((any) => {
          const isMissing = missing.includes(any);
          const tone = isMissing ? 'late' : 'arrived';
          return (
            <Mark tone={tone} key={any.join()}>
              {any
                .slice(0, 2)
                .map((meaning) => both(MEANINGS[meaning]!))
                .join(lang === 'zh' ? '或' : ' or ')}
            </Mark>
          );
        })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={t('imports.map.columns')}>
        <table className="cells sheet-cells">
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden">{t('imports.line')}</span>
              </th>
              {names.map((name, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                <th scope="col" key={at}>
                  {name === '' ? null : (
                    <select
                      aria-label={t('imports.map.meaningOf', { name })}
                      value={draft.meanings[name] ?? ''}
                      className={draft.meanings[name] === undefined ? '' : 'is-set'}
                      onChange={(event) => mean(name, event.target.value)}
                    >
                      <option value="">{t('imports.map.notUsed')}</option>
                      {RULES[draft.kind].all.map((meaning) => (
                        <option key={meaning} value={meaning}>
                          {both(MEANINGS[meaning]!)}
                        </option>
                      ))}
                    </select>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.slice(first, first + SHOWN_ROWS).map((row, i) => {
              const at = first + i;
              return (
                <tr key={at} className={at === header ? 'is-header' : at < header ? 'is-above' : undefined}>
                  <td>
                    {at === header ? (
                      <span className="is-names">{t('imports.map.names')}</span>
                    ) : (
                      <button
                        type="button"
                        className="proof"
                        aria-label={t('imports.map.namesAt', { n: at + 1 })}
                        title={t('imports.map.namesAt', { n: at + 1 })}
                        onClick={() => setHeader(at)}
                      >
                        {at + 1}
                      </button>
                    )}
                  </td>
                  {names.map((name, column) => (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                      key={column}
                      className={draft.meanings[name] === undefined ? 'soft' : undefined}
                      translate="no"
                    >
                      {row[column] ?? ''}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <p className="soft">{t('imports.map.columnsHint')}</p>
    </section>
  );
}
