/**
 * The queue as a file: what the filter shows, row by row as it is read, so that a hundred thousand need no more memory than a page of them.
 * The columns are those of a reconciliation's own tables; what people did about each comes after them.
 */
import type { Lang, Text } from '../base/lang.ts';
import type { TenantTx } from '../db/pool.ts';
import { BREAK_COLUMNS } from '../reconcile/papers/breaks.ts';
import { fontOf, headerRow } from '../reconcile/papers/look.ts';
import { type Cell, workbookStream } from '../reconcile/papers/workbook.ts';
import { csvHead, csvLine } from '../reconcile/report/csv.ts';
import type { Break } from '../reconcile/result.ts';
import { EXPLANATIONS, type Explanation } from '../verdicts/catalogue.ts';
import {
  type BreakFilter,
  type BreakPlace,
  type BreakRow,
  type BreakSort,
  breaksPage,
  placeOf,
} from './break-queue.ts';
import { peopleOf, WORK_STATES } from './breaks.ts';

const PAGE = 500;
const SHEET: Text = { zh: '差错', en: 'Breaks' };

type Explained = Readonly<{ reason: Explanation; note: string | null; by: string }>;
type Row = BreakRow & Readonly<{ body: Break; explained: Explained | null }>;
/** A row with the names of those who worked on it. */
type Told = Readonly<{ row: Row; holder: string; by: string }>;

const MORE: ReadonlyArray<Readonly<{ title: Text; width: number; of(told: Told, lang: Lang): string }>> = [
  { title: { zh: '处理状态', en: 'State' }, width: 16, of: ({ row }, lang) => WORK_STATES[row.state][lang] },
  { title: { zh: '认领人', en: 'Taken by' }, width: 14, of: ({ holder }) => holder },
  {
    title: { zh: '说明', en: 'Explanation' },
    width: 24,
    of: ({ row }, lang) => (row.explained === null ? '' : EXPLANATIONS[row.explained.reason][lang]),
  },
  { title: { zh: '说明人', en: 'Explained by' }, width: 14, of: ({ by }) => by },
  { title: { zh: '备注', en: 'Note' }, width: 40, of: ({ row }) => row.explained?.note ?? '' },
];

const COLUMNS = `b.body, (select jsonb_build_object('reason', s.reason, 'note', s.note, 'by', s.made_by) from break_steps s
  where s.tenant_id = $1 and s.livemode = $2 and s.hash = b.hash and s.kind = 'explained' and b.state in ('explained', 'closed')
  order by s.n desc limit 1) as explained`;

/** Each page in a transaction of its own: how fast it is taken is the reader's affair. */
async function* everyBreak(
  read: <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>,
  livemode: boolean,
  filter: BreakFilter,
  sort: BreakSort,
): AsyncGenerator<Told> {
  for (let after: BreakPlace | undefined; ; ) {
    const told = await read(async (tx) => {
      const rows = await breaksPage<Row>(tx, livemode, filter, { sort, after, limit: PAGE }, COLUMNS);
      const person = await peopleOf(
        tx,
        rows.flatMap((row) => [row.holder, row.explained?.by ?? null]),
      );
      const nameOf = (actor: string | null): string => person(actor)?.name ?? '';
      return rows.map((row) => ({ row, holder: nameOf(row.holder), by: nameOf(row.explained?.by ?? null) }));
    });
    yield* told;
    if (told.length < PAGE) return;
    after = placeOf(told.at(-1)!.row, sort);
  }
}

type Exporting = Readonly<{
  read: <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>;
  livemode: boolean;
  filter: BreakFilter;
  sort: BreakSort;
  lang: Lang;
}>;

export async function* breaksCsv({ read, livemode, filter, sort, lang }: Exporting): AsyncGenerator<string> {
  yield csvHead(
    lang,
    MORE.map((column) => column.title),
  );
  for await (const told of everyBreak(read, livemode, filter, sort))
    yield csvLine(
      told.row.body,
      lang,
      MORE.map((column) => column.of(told, lang)),
    );
}

export function breaksXlsx({ read, livemode, filter, sort, lang }: Exporting): AsyncGenerator<Uint8Array> {
  const rows = async function* (): AsyncGenerator<readonly Cell[]> {
    for await (const told of everyBreak(read, livemode, filter, sort))
      yield [
        ...BREAK_COLUMNS.map((column) => column.of(told.row.body, lang)),
        ...MORE.map((column) => textCell(column.of(told, lang))),
      ];
  };
  const columns = [...BREAK_COLUMNS, ...MORE];
  return workbookStream(
    {
      name: SHEET[lang],
      widths: columns.map((column) => column.width),
      header: headerRow(columns.map((column) => column.title[lang])),
      rows: rows(),
    },
    fontOf(lang),
  );
}

const textCell = (text: string): Cell => (text === '' ? null : { text });
