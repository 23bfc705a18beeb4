/**
 * A chart of lines or bars, and the same data as a table: one button changes between them. Whoever uses it gives words and values; colours,
 * axes, units and labels are set here, in both themes. ECharts (196 kB) comes when the first chart is seen; the table needs none of it.
 */
import './chart.css';
import { lazy, type ReactElement, Suspense, useId, useState } from 'react';
import type { Tone } from '../../../src/verdicts/catalogue.ts';
import { useWords } from '../base/lang.ts';
import { Rows } from './state.tsx';
import type { AppKey } from './words.ts';

const Drawing = lazy(() => import('./chart-drawing.tsx'));

/** `at` is how high it stands; `text` is what it is, exactly: an amount is never read back from its height. */
export type Point = Readonly<{ at: number; text: string }> | undefined;
type Series = Readonly<{
  name: string;
  kind: 'line' | 'area' | 'bar';
  /** Its colour; without one the accent. */
  tone?: Tone | undefined;
  /** Bars or areas of one stack stand on each other. */
  stack?: string | undefined;
  /** One for each of `x.values`; nothing where nothing is known. */
  values: readonly Point[];
}>;
export type ChartProps = Readonly<{
  /** What it shows, as a sentence: the heading of the table, and what is read aloud. */
  label: string;
  x: Readonly<{ title: string; values: readonly string[] }>;
  /** `tell` writes the axis; the unit stands in its title. */
  y: Readonly<{ title: string; unit?: string | undefined; tell?: ((at: number) => string) | undefined }>;
  series: readonly Series[];
  height?: number;
  /** Opens what stands behind a place of the x axis. */
  open?: ((place: number) => void) | undefined;
}>;

export function Chart(props: ChartProps): ReactElement {
  const { label, x, y, series, height = 240 } = props;
  const { t } = useWords<AppKey>();
  const [isTable, setTable] = useState(false);
  const id = useId();
  return (
    <figure className="chart">
      <figcaption>
        <span id={id}>{label}</span>
        <button type="button" className="chart-way" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {t(isTable ? 'chart.picture' : 'chart.table')}
        </button>
      </figcaption>
      {isTable ? (
        <Figures x={x} y={y} series={series} height={height} labelledBy={id} />
      ) : (
        <Suspense fallback={<Rows n={Math.max(3, Math.trunc(height / 36))} />}>
          <Drawing {...props} height={height} />
        </Suspense>
      )}
    </figure>
  );
}

function Figures({
  x,
  y,
  series,
  height,
  labelledBy,
}: Pick<ChartProps, 'x' | 'y' | 'series'> & Readonly<{ height: number; labelledBy: string }>): ReactElement {
  return (
    <section
      className="chart-table"
      style={{ maxHeight: Math.max(height, 160) }}
      aria-labelledby={labelledBy}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{x.title}</th>
            {series.map((s) => (
              <th scope="col" key={s.name} className="right">
                {s.name}
                {y.unit === undefined ? '' : ` (${y.unit})`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.values.map((value, i) => (
            <tr key={value}>
              <th scope="row">{value}</th>
              {series.map((s) => (
                <td key={s.name} className="right">
                  {s.values[i]?.text ?? '—'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
