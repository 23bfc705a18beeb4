/** What the commands share at the terminal: language, colour, a progress bar for what takes long, and how an error is told. */
import { clock } from '../base/clock.ts';
import { envColour } from '../base/env.ts';
import { DaozhangError, explain, told } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import type { Progress } from '../base/progress.ts';

const QUIET_MS = 2000;
const REDRAW_MS = 100;
const WIDTH = 24;

/** A bar on stderr with share and time left, from the third second on; on a stream that is no terminal, nothing. */
export function progressBar(lang: Lang, stream: NodeJS.WriteStream = process.stderr): Progress & { done(): void } {
  const began = clock.ticks();
  let step: { what: Text; total: number | undefined; began: number } | undefined;
  let drawn = 0;
  const draw = (done: number): void => {
    const now = clock.ticks();
    if (!stream.isTTY || !step || now - began < QUIET_MS || now - drawn < REDRAW_MS) return;
    drawn = now;
    const share = step.total ? Math.min(1, done / step.total) : undefined;
    const bar =
      share === undefined
        ? ''
        : `${'█'.repeat(Math.trunc(share * WIDTH)).padEnd(WIDTH, '░')} ${Math.trunc(share * 100)} %`;
    const left = share === undefined || share === 0 ? '' : eta(((now - step.began) * (1 - share)) / share, lang);
    stream.write(`\r\x1b[2K${step.what[lang]} ${bar} ${left}`);
  };
  return {
    step: (what, total) => {
      step = { what, total, began: clock.ticks() };
      draw(0);
    },
    at: draw,
    done: () => {
      if (drawn > 0) stream.write('\r\x1b[2K');
    },
  };
}

function eta(ms: number, lang: Lang): string {
  const seconds = Math.ceil(ms / 1000);
  const text = seconds >= 60 ? `${Math.trunc(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`;
  return lang === 'zh' ? `还需 ${text}` : `${text} left`;
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
