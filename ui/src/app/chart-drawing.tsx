/**
 * The drawing of a chart by ECharts on a canvas, a chunk of its own. The pointer and the arrow keys ask what stands at a place; tips are drawn
 * on the canvas too, for a tip made of HTML would carry inline styles that our Content-Security-Policy refuses.
 */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { useWords } from '../base/lang.ts';
import { DARK, LIGHT } from '../base/theme.ts';
import { useTheme } from '../base/theme-switch.ts';
import type { ChartProps } from './chart.tsx';

use([LineChart, BarChart, GridComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export default function Drawing(props: ChartProps & Readonly<{ height: number }>): ReactElement {
  const { label, x, series, height, open } = props;
  const { lang } = useWords();
  const { isDark } = useTheme();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const [at, setAt] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words in it change with the language
  const option = useMemo(() => optionOf(props, isDark), [props, isDark, lang]);

  useEffect(() => {
    const drawn = init(box.current!, null, { renderer: 'canvas' });
    chart.current = drawn;
    const sizes = new ResizeObserver(() => drawn.resize());
    sizes.observe(box.current!);
    // A canvas does not draw itself again when the font it asked for has come.
    const again = (): void => drawn.resize();
    document.fonts.addEventListener('loadingdone', again);
    return () => {
      document.fonts.removeEventListener('loadingdone', again);
      sizes.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => chart.current?.setOption(option, { notMerge: true }), [option]);
  useEffect(() => {
    const drawn = chart.current;
    if (drawn === null || open === undefined) return;
    const hit = (event: { offsetX: number; offsetY: number }): void => {
      const place = [event.offsetX, event.offsetY];
      if (drawn.containPixel('grid', place)) open(drawn.convertFromPixel({ xAxisIndex: 0 }, place)[0]!);
    };
    const surface = drawn.getZr();
    surface.on('click', hit);
    return () => surface.off('click', hit);
  }, [open]);

  const toKey = (event: KeyboardEvent): void => {
    const last = x.values.length - 1;
    const to = { ArrowLeft: (at ?? last + 1) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Enter' && at !== undefined) open?.(at);
    if (event.key === 'Escape') {
      setAt(undefined);
      chart.current?.dispatchAction({ type: 'hideTip' });
    }
    if (to === undefined) return;
    event.preventDefault();
    const place = Math.min(Math.max(to, 0), last);
    setAt(place);
    chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: place });
  };
  const told =
    at === undefined
      ? ''
      : `${x.values[at]}: ${series.map((s) => `${s.name} ${s.values[at]?.text ?? '—'}`).join(', ')}`;
  return (
    <>
      <div
        ref={box}
        className={open === undefined ? 'chart-box' : 'chart-box can-open'}
        style={{ height }}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys ask what stands where
        tabIndex={0}
        onKeyDown={toKey}
      />
      <span className="hidden" role="status">
        {told}
      </span>
    </>
  );
}

type Tip = Readonly<{ dataIndex: number }>;

function optionOf(
  { x, y, series, height }: ChartProps & Readonly<{ height: number }>,
  isDark: boolean,
): EChartsCoreOption {
  const colours = isDark ? DARK : LIGHT;
  const fontFamily = getComputedStyle(document.body).fontFamily;
  const words = { fontFamily, fontSize: 12, color: colours.soft };
  const colourOf = (s: ChartProps['series'][number]): string =>
    s.tone === undefined ? colours.accent : colours.tones[s.tone].line;
  const inkOf = (s: ChartProps['series'][number]): string =>
    s.tone === undefined ? colours.accent : colours.tones[s.tone].ink;
  const many = series.length > 1;
  return {
    animation: !isStill(),
    animationDuration: 150,
    animationDurationUpdate: 150,
    textStyle: words,
    grid: { left: 4, right: many ? 88 : 12, top: 28, bottom: 4 },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      confine: true,
      transitionDuration: 0,
      backgroundColor: colours.card,
      borderColor: colours.line,
      padding: [8, 12],
      textStyle: { ...words, color: colours.ink },
      axisPointer: { type: 'line', lineStyle: { color: colours.track, type: 'solid' } },
      formatter: (at: Tip | readonly Tip[]) => {
        const i = (Array.isArray(at) ? (at as readonly Tip[])[0]! : (at as Tip)).dataIndex;
        return [x.values[i], ...series.map((s) => `${many ? `${s.name}  ` : ''}${s.values[i]?.text ?? '—'}`)].join(
          '\n',
        );
      },
    },
    xAxis: {
      type: 'category',
      data: [...x.values],
      name: x.title,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: words,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.track } },
      axisLabel: { ...words, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      name: y.unit === undefined ? y.title : `${y.title} (${y.unit})`,
      nameTextStyle: { ...words, align: 'left', padding: [0, 0, 4, -20] },
      minInterval: 1,
      splitNumber: height < 200 ? 2 : 4,
      splitLine: { lineStyle: { color: colours.line } },
      axisLabel: y.tell === undefined ? words : { ...words, formatter: y.tell },
    },
    series: series.map((s) => {
      const name = { show: many, fontFamily, fontSize: 12, fontWeight: 600, color: inkOf(s), formatter: s.name };
      const last = s.values.findLastIndex((v) => v !== undefined && v.at !== 0);
      const common = {
        name: s.name,
        ...(s.stack === undefined ? {} : { stack: s.stack }),
        itemStyle: { color: colourOf(s) },
        emphasis: { disabled: true },
        labelLayout: { moveOverlap: 'shiftY' },
        cursor: 'default',
      };
      return s.kind === 'bar'
        ? {
            ...common,
            type: 'bar',
            barMaxWidth: 28,
            // The name stands at the last bar that is one.
            data: s.values.map((v, i) => ({
              value: v?.at ?? null,
              label: i === last ? { ...name, position: 'right' } : { show: false },
            })),
          }
        : {
            ...common,
            type: 'line',
            showSymbol: s.values.length === 1,
            symbolSize: 6,
            lineStyle: { width: 2, color: colourOf(s) },
            ...(s.kind === 'area' ? { areaStyle: { color: colourOf(s), opacity: 0.14 } } : {}),
            endLabel: { ...name, offset: [4, 0] },
            data: s.values.map((v) => v?.at ?? null),
          };
    }),
  };
}
