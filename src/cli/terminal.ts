/** What the commands share at the terminal: a progress bar for what takes long, and how an error is told. */
import { clock } from '../base/clock.ts';
import { envColour } from '../base/env.ts';
import { DaozhangError, explain, told } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import { type Progress, silent, type Whole } from '../base/progress.ts';
import { grouped } from '../reconcile/report/summary.ts';
import { cutTo } from '../reconcile/report/width.ts';

const QUIET_MS = 2000;
const REDRAW_MS = 100;
const TICK_MS = 250;
const WIDTH = 16;

/** `done` takes the line away. */
export type ProgressBar = Progress & Readonly<{ done(): void }>;

/**
 * One line on stderr, from the third second on: share, bytes, rows and time left; where the whole is not known, the time gone. It
 * is drawn by a clock of its own, so that it moves while the engine works. On a stream that is no terminal, nothing.
 */
export function progressBar(lang: Lang, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { ...silent, done: () => {} };
  const began = clock.ticks();
  let step: { what: Text; whole?: Whole | undefined; began: number } | undefined;
  let done = 0;
  let rows = 0;
  let drawn = 0;
  const draw = (): void => {
    const now = clock.ticks();
    if (!step || now - began < QUIET_MS || now - drawn < REDRAW_MS) return;
    drawn = now;
    done = Math.max(done, step.whole?.now?.() ?? 0);
    const parts = partsOf({ ...step, done, rows, gone: now - step.began }, lang);
    stream.write(`\r\x1b[2K${cutTo([step.what[lang], ...parts].join(' · '), (stream.columns ?? 80) - 1)}`);
  };
  const timer = setInterval(draw, TICK_MS);
  timer.unref();
  return {
    step: (what, whole) => {
      step = { what, whole, began: clock.ticks() };
      done = 0;
      rows = 0;
      draw();
    },
    at: (value, found) => {
      done = value;
      rows = found ?? rows;
      draw();
    },
    done: () => {
      clearInterval(timer);
      step = undefined;
      if (drawn > 0) stream.write('\r\x1b[2K');
      drawn = 0;
    },
  };
}

type Moment = Readonly<{ whole?: Whole | undefined; done: number; rows: number; gone: number }>;

function partsOf({ whole, done, rows, gone }: Moment, lang: Lang): string[] {
  if (!whole || whole.total === 0) return [timeText(gone)];
  const share = Math.min(1, done / whole.total);
  const bar = '█'.repeat(Math.trunc(share * WIDTH)).padEnd(WIDTH, '░');
  const left = timeText((gone * (1 - share)) / share);
  return [
    `${bar} ${Math.trunc(share * 100)} %`,
    ...(whole.unit === 'bytes' ? [`${megabytes(Math.min(done, whole.total))} / ${megabytes(whole.total)} MB`] : []),
    ...(rows === 0 ? [] : [lang === 'zh' ? `${grouped(rows)} 行` : `${grouped(rows)} rows`]),
    ...(share === 0 ? [] : [lang === 'zh' ? `还需 ${left}` : `${left} left`]),
  ];
}

const megabytes = (bytes: number): string => grouped(Math.ceil(bytes / 1e6));

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds >= 60 ? `${Math.trunc(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`;
}

/** Says what happened and what to do, on stderr, and gives the exit code. */
export function tell(error: unknown, lang: Lang): number {
  const { code, exit, says, remedy } = explain(error, lang);
  const red = envColour(process.stderr) ? (text: string) => `\x1b[31m${text}\x1b[39m` : (text: string) => text;
  process.stderr.write(`${red(says)}\n→ ${remedy}\n  (${code})\n`);
  if (code === 'bug.unexpected' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exit;
}

/** The same for a program (`--json`): code, sentences in both languages and the facts in them. */
export function errorForProgram(error: unknown): object {
  const facts = error instanceof DaozhangError ? error.params : {};
  const params = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? String(value) : value,
  ]);
  return { error: { ...told(error), params: Object.fromEntries(params) } };
}
