/**
 * Each day of each account. On a desk accounts are rows and days are columns, a grid one walks with the arrow keys; what a cell means stands
 * below it in words. On a phone days are rows, newest first, and only what wants somebody is named.
 */
import { Button } from 'antd';
import { type KeyboardEvent, type ReactElement, type RefObject, useEffect, useRef, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { dayOf } from '../../base/time.ts';
import { daysIn, weekdayOf } from '../days.ts';
import { Prompt } from '../prompt.tsx';
import { go, link } from '../route.ts';
import type { Cell, DayRow, Days } from './api.ts';
import { type Key, linesOf, STATES, type State, StateIcon, TONES, useFacts, useNaming, useNarrow } from './states.tsx';

type At = Readonly<{ row: number; day: number }>;
type Chosen = Readonly<{ row: DayRow; on: string; cell: Cell | undefined }>;

export function HeatMap({ days }: Readonly<{ days: Days }>): ReactElement {
  const narrow = useNarrow();
  const [shown, setShown] = useState<Chosen>();
  const open = (chosen: Chosen): void => {
    if (chosen.cell?.run_id === undefined) setShown(chosen);
    else go(linesOf(chosen.row, chosen.cell));
  };
  return (
    <>
      {narrow ? <DayList days={days} open={open} /> : <Grid days={days} open={open} />}
      {shown === undefined ? null : <About days={days} of={shown} close={() => setShown(undefined)} />}
    </>
  );
}

type Opening = Readonly<{ days: Days; open: (chosen: Chosen) => void }>;
const cellAt = (row: DayRow, on: string): Cell | undefined => row.days.find((d) => d.on === on);
const stateOf = (cell: Cell | undefined): State => cell?.state ?? 'nothing';
const toneOf = (state: State): string => `is-${state} ${TONES[state] === undefined ? '' : `tone-${TONES[state]}`}`;

function Grid({ days, open }: Opening): ReactElement {
  const { t, lang } = useWords<Key>();
  const { name, number } = useNaming();
  const facts = useFacts(days);
  const columns = daysIn(days);
  const [at, setAt] = useState<At>(() => firstAt(days, columns));
  const [pointed, setPointed] = useState<At>();
  const table = useRef<HTMLTableElement>(null);
  useStartAtEnd(table);

  const walk = (event: KeyboardEvent): void => {
    const way = WAYS[event.key];
    if (way === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const to = nextOn(days, columns, at, way);
    setPointed(undefined);
    setAt(to);
    table.current?.querySelector<HTMLElement>(`[data-at="${to.row}.${to.day}"]`)?.focus();
  };
  const told = pointed ?? at;
  const row = days.rows[told.row]!;
  const on = columns[told.day]!;
  const cell = cellAt(row, on);
  return (
    <div className="heat-box">
      <div className="heat">
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table one walks in
          role="grid"
          aria-label={t('days.title')}
          ref={table}
          onKeyDown={walk}
          onMouseLeave={() => setPointed(undefined)}
        >
          <thead>
            <tr>
              <th scope="col">{t('days.account')}</th>
              {columns.map((on, i) => (
                <th
                  key={on}
                  scope="col"
                  className={`${weekdayOf(on) >= 5 ? 'is-weekend' : ''} ${on === days.today ? 'is-today' : ''}`}
                  abbr={dayOf(on, lang, true)}
                >
                  {i === 0 || on.endsWith('-01') ? <small>{dayOf(on, lang).replace(/\d+日?$|^\d+ /, '')}</small> : null}
                  {Number(on.slice(8))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.rows.map((row, r) => (
              <tr key={`${row.role} ${row.channel} ${row.account}`}>
                <th scope="row">
                  {name(row)}
                  <small translate="no">{number(row)}</small>
                </th>
                {columns.map((on, d) => {
                  const cell = cellAt(row, on);
                  if (cell === undefined) return <td key={on} />;
                  const { state } = cell;
                  const label = `${dayOf(on, lang, true)} ${name(row)} ${row.account ?? ''}: ${t(`state.${state}`)}, ${facts(cell).join(', ')}`;
                  const common = {
                    className: `cell ${toneOf(state)}`,
                    'data-at': `${r}.${d}`,
                    tabIndex: at.row === r && at.day === d ? 0 : -1,
                    'aria-label': label,
                    onFocus: () => setAt({ row: r, day: d }),
                    onMouseEnter: () => setPointed({ row: r, day: d }),
                  };
                  const inside = (
                    <>
                      <StateIcon state={state} />
                      {state === 'breaks' ? <b>{cell.breaks.count + cell.unclear.count}</b> : null}
                      {state === 'explained' ? <b>{cell.explained.count}</b> : null}
                      {state === 'waiting' ? <b>{cell.open.count}</b> : null}
                    </>
                  );
                  return (
                    <td key={on}>
                      {cell.run_id === undefined ? (
                        <button type="button" {...common} onClick={() => open({ row, on, cell })}>
                          {inside}
                        </button>
                      ) : (
                        <a {...link(linesOf(row, cell))} {...common}>
                          {inside}
                        </a>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="told" aria-hidden="true">
        <span className={`mark ${toneOf(stateOf(cell))}`}>
          <StateIcon state={stateOf(cell)} />
          {t(`state.${stateOf(cell)}`)}
        </span>
        <strong>
          {dayOf(on, lang, true)} · {name(row)} {number(row)}
        </strong>
        <span>{facts(cell).join(lang === 'zh' ? ',' : ', ')}</span>
      </p>
      <div className="legend">
        {STATES.map((state) => (
          <span key={state} className={toneOf(state)}>
            <i className="cell">
              <StateIcon state={state} size={12} />
            </i>
            {t(`state.${state}`)}
          </span>
        ))}
        <span className="soft">{t('days.keys')}</span>
      </div>
    </div>
  );
}

/** By row, by day, and how far: one cell, or all the way. */
const WAYS: Readonly<Record<string, readonly [row: number, day: number, far: boolean]>> = {
  ArrowLeft: [0, -1, false],
  ArrowRight: [0, 1, false],
  ArrowUp: [-1, 0, false],
  ArrowDown: [1, 0, false],
  Home: [0, -1, true],
  End: [0, 1, true],
};
/** The next cell of which something is known; what is empty is stepped over. */
function nextOn({ rows }: Days, columns: readonly string[], from: At, [down, right, far]: (typeof WAYS)[string]): At {
  let at = from;
  for (let [r, day] = [from.row + down, from.day + right]; ; r += down, day += right) {
    const [row, on] = [rows[r], columns[day]];
    if (row === undefined || on === undefined) return at;
    if (cellAt(row, on) === undefined) continue;
    at = { row: r, day };
    if (!far) return at;
  }
}

/** Where one begins: at the newest day that wants somebody most. */
function firstAt({ rows }: Days, columns: readonly string[]): At {
  for (const state of STATES)
    for (let day = columns.length - 1; day >= 0; day -= 1) {
      const row = rows.findIndex((one) => cellAt(one, columns[day]!)?.state === state);
      if (row !== -1) return { row, day };
    }
  return { row: 0, day: columns.length - 1 };
}

/** Where the days are wider than the window, the newest are what one came for. */
function useStartAtEnd(table: RefObject<HTMLTableElement | null>): void {
  useEffect(() => {
    const box = table.current?.parentElement;
    if (box) box.scrollLeft = box.scrollWidth;
  }, [table]);
}

const FIRST_DAYS = 14;
/** What is told of all such accounts at once. */
const ALIKE = [
  ['never', 'days.neverOf'],
  ['explained', 'days.explainedOf'],
  ['clean', 'days.cleanOf'],
  ['no_business', 'days.emptyOf'],
] as const;
function DayList({ days, open }: Opening): ReactElement {
  const { t, lang } = useWords<Key>();
  const { name, number } = useNaming();
  const [most, setMost] = useState(FIRST_DAYS);
  const facts = useFacts(days);
  const known = daysIn(days)
    .toReversed()
    .map((on) => ({ on, cells: days.rows.map((row) => ({ row, on, cell: cellAt(row, on) })) }))
    .filter(({ cells }) => cells.some(({ cell }) => cell !== undefined));
  return (
    <div className="day-list">
      <table aria-label={t('days.title')}>
        <tbody>
          {known.slice(0, most).map(({ on, cells }) => {
            const rest = cells.filter(
              ({ cell }) => cell !== undefined && !ALIKE.some(([state]) => state === cell.state),
            );
            return (
              <tr key={on}>
                <th scope="row">{dayOf(on, lang, true)}</th>
                <td>
                  {rest.map(({ row, cell }) => (
                    <button
                      type="button"
                      key={`${row.role} ${row.channel} ${row.account}`}
                      className={`day-item ${toneOf(stateOf(cell))}`}
                      onClick={() => open({ row, on, cell })}
                    >
                      <StateIcon state={stateOf(cell)} size={16} />
                      <span>
                        <strong>
                          {name(row)} <small translate="no">{number(row)}</small>
                        </strong>
                        <span>
                          {t(`state.${stateOf(cell)}`)} · {facts(cell)[0]}
                        </span>
                      </span>
                    </button>
                  ))}
                  {ALIKE.map(([state, words]) => {
                    const count = cells.filter(({ cell }) => cell?.state === state).length;
                    return count === 0 ? null : (
                      <span key={state} className={`day-alike ${toneOf(state)}`}>
                        <StateIcon state={state} size={16} />
                        {t(words, { count })}
                      </span>
                    );
                  })}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {known.length > most ? <Button onClick={() => setMost(most + FIRST_DAYS)}>{t('days.more')}</Button> : null}
    </div>
  );
}

/** A day without a run: what is known, and what to do. */
function About({ days, of, close }: Readonly<{ days: Days; of: Chosen; close: () => void }>): ReactElement {
  const { t, lang } = useWords<Key>();
  const { name, number } = useNaming();
  const facts = useFacts(days);
  const state = stateOf(of.cell);
  return (
    <Prompt
      title={
        <>
          {dayOf(of.on, lang, true)} · {name(of.row)} <small translate="no">{number(of.row)}</small>
        </>
      }
      close={close}
    >
      <p className={`mark ${toneOf(state)}`}>
        <StateIcon state={state} />
        {t(`state.${state}`)}
      </p>
      {of.cell === undefined ? null : (
        <ul>
          {facts(of.cell).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
      {of.cell?.bills.map((bill) =>
        bill.last_error === undefined ? null : (
          <p className="soft" key={bill.kind}>
            {bill.kind}: {bill.last_error}
          </p>
        ),
      )}
      <p>
        <Button type="primary" {...link('/app/imports')}>
          {t('cell.bring')}
        </Button>
      </p>
    </Prompt>
  );
}
