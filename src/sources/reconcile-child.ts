/**
 * One reconciliation in a process of its own: what it takes of memory and time it takes here, and ending it is a kill. It knows the folder
 * it is given and nothing of the book.
 *
 * `node reconcile-child.ts FOLDER` reads `FOLDER/in/*` and writes `FOLDER/out/*`; the job is one JSON object on standard input. It prints
 * one JSON object a line: `{progress}` a few times a second, and at the end `{done}` or `{refused}`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { told } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import type { Progress, Whole } from '../base/progress.ts';
import { microsOf } from '../base/time.ts';
import { type Engine, quote } from '../files/engine.ts';
import { parseCalendars } from '../plans/calendar-file.ts';
import { parsePlans } from '../plans/load.ts';
import { BRIEF_FILE, briefOf } from '../reconcile/brief.ts';
import { daysOf } from '../reconcile/days.ts';
import { reconcile } from '../reconcile/run.ts';
import { type Saved, savedFormats } from '../reconcile/saved.ts';
import { writeStated } from '../reconcile/stated.ts';
import { prepareOut, writeResults } from '../reconcile/write.ts';
import { DAYS_FILE, daysText } from './run-days.ts';

export type Job = Readonly<{
  zone: string;
  asOf: string | undefined;
  lang: Lang;
  /** Plans and calendars of the book, as the files of them are. */
  plans: string;
  calendars: string;
  /** How people said that their own tables are read, tried in this order. */
  mappings: readonly Saved[];
}>;
export type Doing = Readonly<{
  step: Text;
  done: number;
  total?: number | undefined;
  unit?: string | undefined;
  rows?: number | undefined;
}>;
export type Failure = Readonly<{ code: string; says: Text; remedy: Text }>;
export type Printed = Readonly<{ progress?: Doing; done?: true; refused?: Failure }>;

const TELL_MS = 300;

const print = (it: Printed): void => {
  process.stdout.write(`${JSON.stringify(it)}\n`);
};

/** What is done is told by the clock, because nobody calls while the engine works. */
function telling(): Progress & { end(): void } {
  let step: Text | undefined;
  let whole: Whole | undefined;
  let done = 0;
  let rows: number | undefined;
  const tell = (): void => {
    if (step === undefined) return;
    const now = whole?.now?.() ?? done;
    print({ progress: { step, done: now, total: whole?.total, unit: whole?.unit, rows } });
  };
  const timer = setInterval(tell, TELL_MS);
  return {
    step(what, of) {
      step = what;
      whole = of;
      done = 0;
      rows = undefined;
      tell();
    },
    at(value, found) {
      done = value;
      rows = found ?? rows;
    },
    end: () => clearInterval(timer),
  };
}

/** Which payment was settled in which batch: a line each of batch, channel, account and the line's numbers, between tabs. */
async function writeLinks(engine: Engine, path: string): Promise<void> {
  const numbers = ['order_ref', 'payment_ref', 'channel_ref'].map((name) => `coalesce(l.${name}, '')`);
  const columns = ['b.batch', 'l.channel', `coalesce(l.account, '')`, ...numbers];
  await engine.run(`
    copy (select line from (select concat_ws(chr(9), ${columns.join(', ')}) as line
            from batch_of b join lines l on l.id = b.line where l.kind = 'payment' and l.status = 'done')
           where not contains(line, chr(10)) and length(line) - length(replace(line, chr(9), '')) = ${columns.length - 1})
      to ${quote(path)} (format csv, header false, delimiter '', quote '', escape '')`);
}

async function main(folder: string, job: Job): Promise<void> {
  const progress = telling();
  // Names, not paths, stand in the result.
  process.chdir(join(folder, 'in'));
  const staging = await prepareOut(join(folder, 'out'));
  try {
    const run = await reconcile({
      paths: ['.'],
      zone: job.zone,
      plans: parsePlans(job.plans, 'plans', 'any'),
      years: parseCalendars(job.calendars, 'calendars'),
      configured: savedFormats(job.mappings),
      ...(job.asOf === undefined ? {} : { asOf: microsOf(Temporal.Instant.from(job.asOf)) }),
      outFolders: [staging.path, folder],
      progress,
    });
    try {
      progress.step({ en: 'writing', zh: '写出结果' });
      await writeResults(run, staging, job.lang);
      await writeLinks(run.engine, join(folder, 'links.tsv'));
      await writeStated(run, join(folder, 'out', 'stated.jsonl'));
      await writeFile(join(folder, 'out', BRIEF_FILE), JSON.stringify(briefOf(run.result)));
      await writeFile(join(folder, DAYS_FILE), daysText(await daysOf(run.engine, run.result)));
    } finally {
      await run.close();
    }
  } finally {
    progress.end();
    await staging.remove();
  }
}

try {
  await main(process.argv[2]!, JSON.parse(await text(process.stdin)) as Job);
  print({ done: true });
} catch (error) {
  const { code, says, remedy } = told(error);
  print({ refused: { code, says, remedy } });
}
