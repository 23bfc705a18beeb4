/**
 * Colours, once: the light and the dark theme as plain data. CSS gets them as custom properties (`tokensCss`, written by the build), antd
 * as its tokens. Text on its ground is at least 4.5:1 in both; tests/web.browser.test.ts measures that on every page.
 */
import type { Tone } from '../../../src/verdicts/catalogue.ts';

type Pair = Readonly<{ ink: string; ground: string; line: string }>;
type Theme = Readonly<{
  paper: string;
  card: string;
  sunk: string;
  ink: string;
  soft: string;
  line: string;
  accent: string;
  accentInk: string;
  accentSoft: string;
  track: string;
  shadow: string;
  tones: Readonly<Record<Tone, Pair>>;
}>;

export const LIGHT: Theme = {
  paper: '#f6f7f5',
  card: '#ffffff',
  sunk: '#eef0ed',
  ink: '#17211f',
  soft: '#55625f',
  line: '#dde2df',
  accent: '#0b5f59',
  accentInk: '#ffffff',
  accentSoft: '#dff1ed',
  track: '#c3ccc9',
  shadow: '0 1px 2px rgb(23 33 31 / 6%), 0 6px 24px rgb(23 33 31 / 6%)',
  tones: {
    arrived: { ink: '#166534', ground: '#dcfce7', line: '#16a34a' },
    moving: { ink: '#1e40af', ground: '#dbeafe', line: '#2563eb' },
    found: { ink: '#115e59', ground: '#ccfbf1', line: '#0d9488' },
    waiting: { ink: '#334155', ground: '#e2e8f0', line: '#64748b' },
    late: { ink: '#92400e', ground: '#fef3c7', line: '#d97706' },
    no: { ink: '#991b1b', ground: '#fee2e2', line: '#dc2626' },
    beware: { ink: '#7f1d1d', ground: '#ffffff', line: '#b91c1c' },
  },
};

export const DARK: Theme = {
  paper: '#101514',
  card: '#181f1e',
  sunk: '#212a28',
  ink: '#eaf0ee',
  soft: '#a3b1ad',
  line: '#2d3836',
  accent: '#6fd3c1',
  accentInk: '#062c28',
  accentSoft: '#14403b',
  track: '#44514e',
  shadow: '0 1px 2px rgb(0 0 0 / 40%), 0 6px 24px rgb(0 0 0 / 30%)',
  tones: {
    arrived: { ink: '#a7f3c3', ground: '#123923', line: '#22c55e' },
    moving: { ink: '#bfdbfe', ground: '#172c57', line: '#60a5fa' },
    found: { ink: '#99f6e4', ground: '#113b38', line: '#2dd4bf' },
    waiting: { ink: '#cbd5e1', ground: '#283341', line: '#94a3b8' },
    late: { ink: '#fde68a', ground: '#46300a', line: '#f59e0b' },
    no: { ink: '#fecaca', ground: '#4f1717', line: '#f87171' },
    beware: { ink: '#fecaca', ground: '#200c0c', line: '#ef4444' },
  },
};

const properties = (theme: Theme): string => {
  const { tones, ...plain } = theme;
  return [
    ...Object.entries(plain).map(([name, value]) => `--${name}: ${value};`),
    ...Object.entries(tones).flatMap(([tone, pair]) =>
      Object.entries(pair).map(([part, value]) => `--${tone}-${part}: ${value};`),
    ),
  ].join(' ');
};

/** Paper is light, whatever the device prefers. */
export const tokensCss = (): string => `:root { color-scheme: light; ${properties(LIGHT)} }
:root[data-theme='dark'] { color-scheme: dark; ${properties(DARK)} }
@media screen and (prefers-color-scheme: dark) {
  :root:not([data-theme='light']) { color-scheme: dark; ${properties(DARK)} }
}
${Object.keys(LIGHT.tones)
  .map(
    (tone) =>
      `.tone-${tone} { --tone-ink: var(--${tone}-ink); --tone-ground: var(--${tone}-ground); --tone-line: var(--${tone}-line); }`,
  )
  .join('\n')}
`;
