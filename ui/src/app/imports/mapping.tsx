/**
 * The mapping editor: the file's first rows as they are, a meaning above each column, and beside it how the file is read with that, tried on
 * the server after every change. What is saved is the document that the command line takes.
 */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { type ReactElement, useEffect, useState } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { PROVIDERS, ToneIcon } from '../../base/parts.tsx';
import { Rows, Wrong } from '../state.tsx';
import { books, type Cells, type Document, isRead, type Mapping, type MappingKind, saveAs } from './api.ts';
import { Lines, Rejected } from './lines.tsx';
import { fileNameOf } from './mappings.tsx';
import {
  columnsOf,
  type Draft,
  draftOf,
  fieldsOf,
  firstDraft,
  KIND_CHOICES,
  looksLikeBill,
  MEANINGS,
  missingIn,
  RULES,
  type Sheet,
  STATUS_CHOICES,
  TIME_FORMATS,
  timeFormatOf,
  valuesIn,
  type Worded,
  withMeaning,
  worded,
} from './meanings.ts';
import { KINDS, linesOf, MAPPING_KINDS, STATUSES, wordFor } from './say.ts';
import type { ImportsKey } from './words.ts';

const TRY_AFTER_MS = 400;
const SHOWN_ROWS = 8;
const CURRENCIES = ['CNY', 'HKD', 'USD', 'EUR', 'GBP', 'JPY', 'SGD', 'AUD', 'CAD', 'KRW', 'THB', 'MYR'];
/** What an acquirer that has no name here is called in a mapping. */
const OTHER = 'acquirer';
const ORDER_CHANNELS = [...Object.keys(PROVIDERS), 'pos', 'cash', 'stored_value', 'transfer'];

type EditorProps = Readonly<{
  document: Document;
  part: number;
  /** The saved mapping that is changed. */
  from: Mapping | undefined;
  mayAct: boolean;
  close: () => void;
}>;

export default function Editor(props: EditorProps): ReactElement {
  const { document, part } = props;
  const [encoding, setEncoding] = useState<string>();
  const cells = useQuery({
    queryKey: ['cells', document.id, part, encoding ?? ''],
    queryFn: ({ signal }) => books.cells(document.id, part, encoding, signal),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  if (cells.isError) return <Wrong error={cells.error} retry={() => void cells.refetch()} />;
  if (cells.data === undefined) return <Rows n={6} />;
  return <Chosen {...props} cells={cells.data} setEncoding={setEncoding} />;
}

const sheetOf = (cells: Cells, delimiter: string, header: number): Sheet => {
  const table = cells.tables.find((one) => one.delimiter === delimiter) ?? cells.tables[0]!;
  return { names: table.rows[header] ?? [], rows: table.rows.slice(header + 1) };
};

function Chosen({
  document,
  part,
  from,
  mayAct,
  close,
  cells,
  setEncoding,
}: EditorProps & Readonly<{ cells: Cells; setEncoding: (encoding: string) => void }>): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const likely = cells.tables[0]!;
  const [header, setHeader] = useState(likely.header);
  const [draft, setDraft] = useState<Draft>(() => {
    if (from !== undefined) return draftOf(from.kind, from.fields);
    const sheet = sheetOf(cells, likely.delimiter, likely.header);
    return firstDraft(looksLikeBill(sheet.names) ? 'bill' : 'orders', sheet, likely.delimiter, likely.proposed);
  });
  const table = cells.tables.find((one) => one.delimiter === draft.delimiter) ?? likely;
  const sheet = sheetOf(cells, table.delimiter, header);
  const restart = (kind: MappingKind, delimiter: string, row: number): void => {
    const one = cells.tables.find((other) => other.delimiter === delimiter) ?? likely;
    setHeader(row);
    setDraft(
      firstDraft(kind, sheetOf(cells, delimiter, row), delimiter, row === one.header ? one.proposed : undefined),
    );
  };
  const mean = (column: string, meaning: string): void => {
    const next = withMeaning(draft, column, meaning);
    const format = meaning === 'time' ? timeFormatOf(sheet, columnsOf(next, 'time')) : undefined;
    setDraft(worded({ ...next, ...(format !== undefined && { timeFormat: format }) }, sheet));
  };
  const trying = useTry(document.id, part, draft);
  const isReady = canTry(draft) && trying.data?.parts.some((one) => isRead(one) && one.lines > 0) === true;
  return (
    <div className="editor">
      <section className="panel">
        <h2>{t('imports.map.what')}</h2>
        <div className="map-row">
          <Segmented<MappingKind>
            value={draft.kind}
            name="mapping-kind"
            aria-label={t('imports.map.what')}
            onChange={(kind) => restart(kind, draft.delimiter, header)}
            options={(['orders', 'bill'] as const).map((value) => ({ value, label: both(MAPPING_KINDS[value]) }))}
          />
          {cells.kind === 'text' ? (
            <>
              <Choice
                label={t('imports.map.delimiter')}
                value={table.delimiter}
                change={(delimiter) =>
                  restart(draft.kind, delimiter, cells.tables.find((one) => one.delimiter === delimiter)?.header ?? 0)
                }
                options={cells.tables.map(({ delimiter }) => [
                  delimiter,
                  t(DELIMITERS[delimiter] ?? 'imports.map.comma'),
                ])}
              />
              <Choice
                label={t('imports.map.encoding')}
                value={cells.shown_in}
                change={setEncoding}
                options={cells.encodings.map((name) => [name, name])}
              />
            </>
          ) : null}
        </div>
        {cells.shown_in === cells.encoding ? null : (
          <p className="said tone-late">
            <ToneIcon tone="late" size={16} />
            {t('imports.map.otherEncoding', { encoding: cells.encoding })}
          </p>
        )}
        {cells.kind === 'xls' || cells.kind === 'html' ? (
          <p className="said tone-late">
            <ToneIcon tone="late" size={16} />
            {t('imports.map.oldExcel')}
          </p>
        ) : null}
        {draft.kind === 'bill' && cells.kind !== 'text' ? (
          <p className="said tone-late">
            <ToneIcon tone="late" size={16} />
            {t('imports.map.billText')}
          </p>
        ) : null}
      </section>
      <Columns
        table={table}
        header={header}
        draft={draft}
        mean={mean}
        setHeader={(row) => restart(draft.kind, draft.delimiter, row)}
      />
      <Writing draft={draft} sheet={sheet} rejects={rejectsOf(trying.data)} change={setDraft} />
      <Result draft={draft} trying={trying} />
      {mayAct ? <Keep document={document} draft={draft} from={from} isReady={isReady} close={close} /> : null}
    </div>
  );
}

const DELIMITERS: Readonly<Record<string, ImportsKey>> = {
  ',': 'imports.map.comma',
  '\t': 'imports.map.tab',
  ';': 'imports.map.semicolon',
  '|': 'imports.map.bar',
};

/** The words of a bill's kinds must be known before it can be read at all. */
const canTry = (draft: Draft): boolean =>
  missingIn(draft).length === 0 &&
  (draft.kind === 'orders' || (draft.channel !== '' && Object.values(draft.words.kind).some((means) => means !== '')));

type Trying = ReturnType<typeof useTry>;
function useTry(id: string, part: number, draft: Draft) {
  const body = { part, kind: draft.kind, fields: fieldsOf(draft) };
  const now = canTry(draft) ? JSON.stringify(body) : '';
  const [asked, setAsked] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(now), TRY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [now]);
  const query = useQuery({
    queryKey: ['try', id, asked],
    queryFn: ({ signal }) => books.attempt(id, JSON.parse(asked), signal),
    enabled: asked !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  return { ...query, isBehind: query.isFetching || asked !== now };
}

const rejectsOf = (tried: Trying['data']) => tried?.parts.flatMap((one) => (isRead(one) ? one.rejects : [])) ?? [];

// ---------------------------------------------------------------- columns

type ColumnsProps = Readonly<{
  table: Cells['tables'][number];
  header: number;
  draft: Draft;
  mean: (column: string, meaning: string) => void;
  setHeader: (row: number) => void;
}>;

function Columns({ table, header, draft, mean, setHeader }: ColumnsProps): ReactElement {
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
            <span className={`mark tone-${tone}`} key={any.join()}>
              <ToneIcon tone={tone} size={14} />
              {any
                .slice(0, 2)
                .map((meaning) => both(MEANINGS[meaning]!))
                .join(lang === 'zh' ? '或' : ' or ')}
            </span>
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

// ---------------------------------------------------------------- how it is written

type ChoiceProps = Readonly<{
  label: string;
  value: string;
  change: (value: string) => void;
  options: ReadonlyArray<readonly [value: string, label: string]>;
}>;
function Choice({ label, value, change, options }: ChoiceProps): ReactElement {
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
  rejects: ReturnType<typeof rejectsOf>;
  change: (draft: Draft) => void;
}>;

function Writing({ draft, sheet, rejects, change }: WritingProps): ReactElement {
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

// ---------------------------------------------------------------- what comes of it

function Result({ draft, trying }: Readonly<{ draft: Draft; trying: Trying }>): ReactElement {
  const { t, both, lang } = useWords<ImportsKey>();
  const { data, error, isBehind } = trying;
  const part = data?.parts[0];
  if (!canTry(draft) || (data === undefined && error === null))
    return (
      <section className="panel" aria-live="polite">
        <h2>{t('imports.map.result')}</h2>
        <p className="soft">{t(canTry(draft) ? 'imports.reading' : 'imports.map.resultNone')}</p>
      </section>
    );
  if (part === undefined || !isRead(part)) {
    const [says, remedy] =
      part === undefined
        ? [error?.message ?? '', error instanceof Trouble ? error.remedy : '']
        : [both(part.refused.says), both(part.refused.remedy)];
    return (
      <section className="panel" aria-live="polite">
        <h2>{t('imports.map.result')}</h2>
        <p className="said tone-no">
          <ToneIcon tone="no" size={18} />
          <span>
            {says} {remedy}
          </span>
        </p>
      </section>
    );
  }
  const tone = part.lines === 0 ? 'no' : part.rejected > 0 ? 'late' : 'arrived';
  return (
    <section className={isBehind ? 'result is-behind' : 'result'} aria-live="polite" aria-busy={isBehind}>
      <p className={`said big tone-${tone}`} data-lines={part.lines} data-rejected={part.rejected}>
        <ToneIcon tone={tone} size={20} />
        <span>
          <strong>
            {part.rejected === 0
              ? t('imports.map.resultWhole', { lines: linesOf(part.lines, lang) })
              : t('imports.map.resultPartly', { lines: linesOf(part.lines, lang), bad: linesOf(part.rejected, lang) })}
          </strong>
          {data?.whole === false ? <span className="line">{t('imports.map.beginning')}</span> : null}
        </span>
      </p>
      {part.rejected > 0 ? <Rejected rejects={part.rejects} total={part.rejected} document={undefined} /> : null}
      {part.lines === 0 ? null : (
        <Lines items={data?.items ?? []} total={part.lines} document={undefined} isMember={false} />
      )}
    </section>
  );
}

// ---------------------------------------------------------------- saving

type KeepProps = Readonly<{
  document: Document;
  draft: Draft;
  from: Mapping | undefined;
  isReady: boolean;
  close: () => void;
}>;

function Keep({ document, draft, from, isReady, close }: KeepProps): ReactElement {
  const { t } = useWords<ImportsKey>();
  const client = useQueryClient();
  const stem = document.name.replace(/\.[^.]*$/, '').replace(/[\d_ .-]+$/, '');
  const [name, setName] = useState(from?.name ?? (stem === '' ? document.name : stem).slice(0, 80));
  const list = useQuery({ queryKey: ['mappings'], queryFn: books.mappings });
  const before = list.data?.items.find((one) => one.name === name.trim());
  const save = useMutation({
    mutationFn: () =>
      books.saveMapping({ name: name.trim(), kind: draft.kind, fields: fieldsOf(draft), after: before?.version ?? 0 }),
    onSuccess: async () => {
      await Promise.all(
        [['mappings'], ['reading'], ['documents']].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      close();
    },
  });
  return (
    <section className="panel keep">
      <h2>{t('imports.map.keep')}</h2>
      <p className="soft">{t('imports.map.keepHint')}</p>
      <div className="map-row">
        <label className="field grow">
          {t('imports.map.name')}
          <input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        </label>
        <Button
          type="primary"
          disabled={!isReady || name.trim() === ''}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {before === undefined ? t('imports.map.save') : t('imports.map.saveNext', { n: before.version + 1 })}
        </Button>
        {before === undefined ? null : (
          <Button onClick={() => saveAs(fileNameOf(before), new Blob([before.document], { type: 'text/yaml' }))}>
            {t('imports.saveMappingFile')}
          </Button>
        )}
        {from === undefined ? null : <Button onClick={close}>{t('imports.close')}</Button>}
      </div>
      {save.isError ? (
        <p className="said tone-no">
          <ToneIcon tone="no" size={16} />
          <span>
            {save.error.message} {save.error instanceof Trouble ? save.error.remedy : ''}
          </span>
        </p>
      ) : null}
    </section>
  );
}
