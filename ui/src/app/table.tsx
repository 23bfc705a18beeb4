/**
 * A table of any length: only the rows in sight are drawn, more are asked for before the end is. Rows are 32 px high; a row that opens does
 * so by click, and by the link it must hold. Rows stand where they are scrolled to, which those of an HTML table cannot: so roles tell what
 * each is. Where a row is chosen by keys it is a grid: the focus stays on it, and who does not see is told the row.
 */
import './table.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react';

const ROW = 32;
const AHEAD = 20;

export type Column<T> = Readonly<{
  key: string;
  title: string;
  /** As a track of a CSS grid, such as `minmax(120px, 1fr)`. */
  width: string;
  isNumber?: boolean;
  cell: (row: T) => ReactNode;
}>;

type TableProps<T> = Readonly<{
  /** What it lists, for who does not see it. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** Of all rows, where it is known. */
  total?: number | undefined;
  /** Called when the last rows come near; may be called again. */
  nearEnd?: (() => void) | undefined;
  /** The place of the row that is chosen; kept in sight. */
  at?: number | undefined;
  choose?: ((place: number) => void) | undefined;
}>;

export function Table<T>({ label, columns, rows, keyOf, total, nearEnd, at, choose }: TableProps<T>): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
    // What is scrolled to does not end under the head.
    scrollPaddingStart: ROW,
    getItemKey: (place) => keyOf(rows[place]!),
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) nearEnd?.();
  }, [last, rows.length, nearEnd]);
  useEffect(() => {
    if (at !== undefined && at < rows.length) virtual.scrollToIndex(at);
  }, [at, rows.length, virtual]);
  const tracks = { '--columns': columns.map((column) => column.width).join(' ') } as CSSProperties;
  const id = useId();
  const isGrid = at !== undefined;
  const counted = { 'aria-label': label, 'aria-rowcount': (total ?? rows.length) + 1 };
  const active = drawn.some((row) => row.index === at) ? `${id}${at}` : undefined;
  return (
    <div
      className="grid"
      ref={box}
      tabIndex={0}
      {...(isGrid
        ? { role: 'grid', 'aria-activedescendant': active, ...counted }
        : { role: 'region', 'aria-label': label })}
    >
      <div {...(isGrid ? { role: 'presentation' } : { role: 'table', ...counted })} style={tracks}>
        <div role="row" className="grid-head" aria-rowindex={1}>
          {columns.map((column) => (
            <span role="columnheader" key={column.key} className={column.isNumber === true ? 'is-number' : undefined}>
              {column.title}
            </span>
          ))}
        </div>
        <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
          {drawn.map(({ index, key, start }) => {
            const row = rows[index]!;
            return (
              <div
                key={key}
                id={`${id}${index}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={isGrid ? at === index : undefined}
                aria-current={at === index ? 'true' : undefined}
                className={choose === undefined ? 'grid-row' : 'grid-row can-open'}
                style={{ transform: `translateY(${start}px)` }}
                onClick={choose === undefined ? undefined : (event) => isPlain(event.target) && choose(index)}
              >
                {columns.map((column) => (
                  <span
                    role={isGrid ? 'gridcell' : 'cell'}
                    key={column.key}
                    className={column.isNumber === true ? 'is-number' : undefined}
                  >
                    {column.cell(row)}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Not on a link or button of its own, and not the end of marking text. */
const isPlain = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button') === null && getSelection()?.isCollapsed !== false;
