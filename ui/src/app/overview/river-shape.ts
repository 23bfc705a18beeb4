/**
 * The river's shape: how wide the money lies at each station, and the outline of each of its layers. Pure; along and across are turned round
 * where the river runs downwards.
 *
 * The width goes with the square root of the amount: a hundred times the money is ten times as wide, so that a forgotten hundred is seen
 * beside a million. Whatever is there at all is so many pixels wide.
 */
import { type Tone, VERDICTS } from '../../../../src/verdicts/catalogue.ts';
import { toneOf } from '../../base/parts.tsx';
import type { Station } from './api.ts';

/** From one bank to the other; what needs somebody lies outside, what has arrived at the other bank. */
const ORDER: readonly Tone[] = ['beware', 'no', 'late', 'found', 'waiting', 'moving', 'arrived'];
const LEAST = 5;
/** The bed that all lies in is so much wider than the money, and never narrower than this. */
const BANK = 10;
const NARROW = 16;
/** From where around its station it lies flat, as a share of the way between two. */
const FLAT = 0.42;

export type Layer = Readonly<{ tone: Tone; codes: readonly string[]; payments: number; amount: string; width: number }>;
export type Pool = Readonly<{ station: string; found: Station | undefined; layers: readonly Layer[] }>;

export function poolsOf(names: readonly string[], stations: readonly Station[], most: number): readonly Pool[] {
  const found = names.map((name) => stations.find((s) => s.station === name));
  const widest = widestOf(stations);
  return names.map((station, i) => ({ station, found: found[i], layers: layersOf(found[i], widest, most) }));
}

/** One scale for all that money lies in, on the line and off it. Where none came is no width. */
const MONEYLESS: ReadonlySet<string> = new Set(['closed', 'failed']);
const widestOf = (stations: readonly Station[]): number =>
  Math.max(...stations.filter((s) => !MONEYLESS.has(s.station)).map((s) => heightOf(s.amount.amount)), 1);
export const trackOf = (station: Station, stations: readonly Station[], most: number): number | undefined =>
  MONEYLESS.has(station.station)
    ? undefined
    : Math.max(LEAST, (most * heightOf(station.amount.amount)) / widestOf(stations));

/** Only how wide something is drawn comes of it. */
const heightOf = (amount: string | undefined): number => Math.sqrt(Math.abs(Number(amount ?? 0)));

function layersOf(station: Station | undefined, widest: number, most: number): readonly Layer[] {
  if (station === undefined) return [];
  const whole = Number(station.amount.amount);
  const width = (most * heightOf(station.amount.amount)) / widest;
  return ORDER.flatMap((tone) => {
    const parts = station.parts.filter((p) => toneOf(p.verdict) === tone);
    if (parts.length === 0) return [];
    const share = whole === 0 ? 0 : parts.reduce((sum, p) => sum + Number(p.amount.amount), 0) / whole;
    return [
      {
        tone,
        codes: parts.map((p) => p.verdict),
        payments: parts.reduce((sum, p) => sum + p.payments, 0),
        amount: summed(parts.map((p) => p.amount.amount)),
        width: Math.max(LEAST, width * share),
      },
    ];
  });
}

/** Decimal text of one currency, added as it is written: no float holds an amount. */
export function summed(amounts: readonly string[]): string {
  const places = Math.max(...amounts.map((a) => a.split('.')[1]?.length ?? 0), 0);
  const minor = amounts.reduce((sum, a) => {
    const [whole, part = ''] = a.split('.') as [string, string?];
    return sum + BigInt(whole + part.padEnd(places, '0'));
  }, 0n);
  const text = String(minor).padStart(places + 1, '0');
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
}

export const widthOf = (pool: Pool): number => pool.layers.reduce((sum, l) => sum + l.width, 0);

type Point = readonly [along: number, across: number];
export type Turn = (point: Point) => string;
export const lying: Turn = ([along, across]) => `${fixed(along)} ${fixed(across)}`;
export const falling: Turn = ([along, across]) => `${fixed(across)} ${fixed(along)}`;
const fixed = (n: number): number => Math.round(n * 10) / 10;

/** Of a pool the outline of each layer, from halfway to the pool before to halfway to the next. It lies flat around its station. */
export function outlines(
  pools: readonly Pool[],
  i: number,
  at: Readonly<{ from: number; to: number; across: number }>,
  turn: Turn,
): ReadonlyArray<Readonly<{ layer: Layer; path: string }>> {
  const here = pools[i]!;
  const before = narrows(pools[i - 1], here);
  const after = narrows(pools[i + 1], here);
  const own = here.layers.map((l) => l.width);
  const step = at.to - at.from;
  const flat = [at.from + step * FLAT, at.to - step * FLAT] as const;
  const [left, centre, right] = [before, own, after].map((widths) => edges(widths, at.across)) as [Edges, Edges, Edges];
  return here.layers.map((layer, n) => {
    const [l, c, r] = [left[n]!, centre[n]!, right[n]!];
    const bend = (a: Point, b: Point): string => {
      const middle = (a[0] + b[0]) / 2;
      return `C${turn([middle, a[1]])} ${turn([middle, b[1]])} ${turn(b)}`;
    };
    return {
      layer,
      path: [
        `M${turn([at.from, l[0]])}`,
        bend([at.from, l[0]], [flat[0], c[0]]),
        `L${turn([flat[1], c[0]])}`,
        bend([flat[1], c[0]], [at.to, r[0]]),
        `L${turn([at.to, r[1]])}`,
        bend([at.to, r[1]], [flat[1], c[1]]),
        `L${turn([flat[0], c[1]])}`,
        bend([flat[0], c[1]], [at.from, l[1]]),
        'Z',
      ].join(''),
    };
  });
}

/** The bed from the first station to the last, in one outline. */
export function bedOf(
  pools: readonly Pool[],
  i: number,
  at: Readonly<{ from: number; to: number; across: number }>,
  turn: Turn,
): string {
  const half = Math.max(NARROW, widthOf(pools[i]!) + BANK) / 2;
  const slim = NARROW / 2;
  const step = at.to - at.from;
  const [a, b] = [at.from + step * FLAT, at.to - step * FLAT];
  const [isFirst, isLast] = [i === 0, i === pools.length - 1];
  const side = (sign: 1 | -1, from: number, to: number, w1: number, w2: number): string => {
    const middle = (from + to) / 2;
    return `C${turn([middle, at.across + sign * w1])} ${turn([middle, at.across + sign * w2])} ${turn([to, at.across + sign * w2])}`;
  };
  const left = isFirst ? Math.max(at.from, a - half) : at.from;
  const right = isLast ? Math.min(at.to, b + half) : at.to;
  const [start, end] = [isFirst ? 0 : slim, isLast ? 0 : slim];
  return [
    `M${turn([left, at.across - start])}`,
    side(-1, left, a, start, half),
    `L${turn([b, at.across - half])}`,
    side(-1, b, right, half, end),
    `L${turn([right, at.across + end])}`,
    side(1, right, b, end, half),
    `L${turn([a, at.across + half])}`,
    side(1, a, left, half, start),
    'Z',
  ].join('');
}

type Edges = ReadonlyArray<readonly [near: number, far: number]>;
function edges(widths: readonly number[], across: number): Edges {
  let at = across - widths.reduce((sum, w) => sum + w, 0) / 2;
  return widths.map((w) => {
    const near = at;
    at += w;
    return [near, at] as const;
  });
}

/** Between two pools a tone is as wide as in the narrower; one that the neighbour has not ends there. */
const narrows = (other: Pool | undefined, here: Pool): number[] =>
  here.layers.map((l) => Math.min(l.width, other?.layers.find((o) => o.tone === l.tone)?.width ?? 0) / 2);

export const titlesOf = (
  codes: readonly string[],
  say: (text: Readonly<{ zh: string; en: string }>) => string,
): string =>
  codes.map((code) => (code in VERDICTS ? say(VERDICTS[code as keyof typeof VERDICTS].title) : code)).join(' · ');
