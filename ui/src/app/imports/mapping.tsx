/**
 * The mapping editor: the file's first rows as they are, a meaning above each column, and beside it how the file is read with that, tried on
 * the server after every change. What is saved is the document that the command line takes.
 */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { type ReactElement, useEffect, useState } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { ToneIcon } from '../../base/parts.tsx';
import { saveAs } from '../bytes.ts';
import { Rows, Wrong } from '../state.tsx';
import { books, type Cells, type Document, isRead, type Mapping, type MappingKind } from './api.ts';
import { Lines, Rejected } from './lines.tsx';
import { Columns } from './mapping-columns.tsx';
import { Choice, Writing } from './mapping-writing.tsx';
import { fileNameOf } from './mappings.tsx';
import {
  columnsOf,
  type Draft,
  draftOf,
  fieldsOf,
  firstDraft,
  looksLikeBill,
  missingIn,
  type Sheet,
  timeFormatOf,
  withMeaning,
  worded,
} from './meanings.ts';
import { linesOf, MAPPING_KINDS } from './say.ts';
import type { ImportsKey } from './words.ts';

const TRY_AFTER_MS = 400;

type EditorProps = Readonly<{
  document: Document;
  part: number;
  /** The saved mapping that is changed. */
  from: Mapping | undefined;
  mayAct: boolean;
  /** Absent where there is nothing else to see. */
  close: (() => void) | undefined;
}>;

export default function Editor(props: EditorProps): ReactElement {
  const { document, part } = props;
  const [encoding, setEncoding] = useState<string>();
  const cells = useQuery({
    queryKey: ['cells', document.id, part, encoding ?? ''],
    queryFn: ({ signal }) => books.cells(document.id, part, encoding, signal),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  if (cells.error instanceof Trouble && cells.error.kind === 'refused')
    return (
      <p className="said tone-no">
        <ToneIcon tone="no" size={18} />
        <span>{cells.error.message}</span>
      </p>
    );
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
  const [header, setHeader] = useState(() => {
    const named = from === undefined ? [] : Object.keys(draftOf(from.kind, from.fields).meanings);
    const at = likely.rows.findIndex((row) => named.length > 0 && named.every((name) => row.includes(name)));
    return at === -1 ? likely.header : at;
  });
  const [draft, setDraft] = useState<Draft>(() => {
    if (from !== undefined) return { ...draftOf(from.kind, from.fields), delimiter: likely.delimiter };
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
      {part.lines === 0 ? null : <Lines items={data?.items ?? []} total={part.lines} document={undefined} />}
    </section>
  );
}

// ---------------------------------------------------------------- saving

type KeepProps = Readonly<{
  document: Document;
  draft: Draft;
  from: Mapping | undefined;
  isReady: boolean;
  /** Absent where there is nothing else to see. */
  close: (() => void) | undefined;
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
      close?.();
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
        {close === undefined ? null : <Button onClick={close}>{t('imports.close')}</Button>}
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
