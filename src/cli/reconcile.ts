/** `daozhang reconcile`: documents in, the truth out. Exit 0 clean · 1 breaks · 2 refused, incomplete, or nothing to compare. */

import { Command } from 'commander';
import { envColour } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { microsOf } from '../base/time.ts';
import { passedOver } from '../files/open.ts';
import { calendarNames, loadCalendars } from '../plans/calendar-file.ts';
import { loadPlans } from '../plans/load.ts';
import { configOf } from '../reconcile/config.ts';
import { terminalSummary } from '../reconcile/report/terminal.ts';
import { printable } from '../reconcile/report/width.ts';
import { type RunOptions, reconcile } from '../reconcile/run.ts';
import { signedNow, signerOf } from '../reconcile/sign-off.ts';
import type { Staging } from '../reconcile/staging.ts';
import { prepareOut, resultJson, writeResults } from '../reconcile/write.ts';
import { interruption } from './interrupt.ts';
import { type ReadingFlags, readingOf, readingOptions } from './options.ts';
import { type ProgressBar, progressBar } from './terminal.ts';

export type ReconcileFlags = ReadingFlags &
  Readonly<{
    asOf?: string;
    plan?: string;
    calendar?: string;
    out?: string;
    carry?: string;
    sign?: string;
    json?: boolean;
  }>;

export function reconcileCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return readingOptions(new Command('reconcile'), lang)
    .description(
      say(
        'orders, channel bills and bank statements in; where every cent is, out',
        '放入订单、渠道账单、银行流水,逐分说清钱在哪里',
      ),
    )
    .argument('<files...>', say('files or folders', '文件或文件夹'))
    .option(
      '--as-of <instant>',
      say(
        'judge as of this instant (default: end of the last day covered)',
        '按此时刻判断(默认:单据覆盖的最后一天结束)',
      ),
    )
    .option('--plan <file>', say('settlement plans (plans.yaml)', '结算方案(plans.yaml)'))
    .option(
      '--calendar <file>',
      say('holidays and make-up days of further years (calendars.yaml)', '更多年份的节假日与调休(calendars.yaml)'),
    )
    .option(
      '--carry <folder>',
      say('open items from day to day (open-YYYY-MM-DD.parquet)', '逐日结转未达项的文件夹(open-YYYY-MM-DD.parquet)'),
    )
    .option('--out <folder>', say('where the report and the tables go', '报告与明细的输出文件夹'))
    .option('--sign <name>', say('sign the result: who, when, its hash', '在结果上签字:谁、何时、结果的哈希'))
    .option('--json', say('the whole result on standard output', '在标准输出给出全部结果'))
    .action(async (files: string[], flags: ReconcileFlags) => exit(await runReconcile(files, flags, lang)));
}

/** Runs and tells; the exit code. Throws `DaozhangError`. */
export async function runReconcile(files: readonly string[], flags: ReconcileFlags, lang: Lang): Promise<number> {
  const signal = interruption();
  const options = await optionsOf(files, flags);
  if (flags.sign !== undefined && flags.out === undefined) {
    const reason = 'only with --out: the signature is written beside the result / 只能与 --out 一起用:签字写在结果旁';
    throw new DaozhangError('usage.bad_option', { option: '--sign', reason });
  }
  const staging = flags.out === undefined ? undefined : await prepareOut(flags.out);
  const beside = passedOver(files);
  if (beside.length > 0) note(beside, lang);
  const progress = progressBar(lang);
  try {
    return await runInto(staging, files, flags, lang, { ...options, signal, progress });
  } catch (error) {
    // What was under way when the stop came ends in its own words; the reason is the stop.
    if (signal.aborted && !(error instanceof DaozhangError)) throw new DaozhangError('run.interrupted', {}, error);
    throw error;
  } finally {
    progress.done();
    await staging?.remove();
  }
}

/** Files that were named, as a shell names all of a folder, and are no documents. */
function note(names: readonly string[], lang: Lang): void {
  const list = names.map(printable);
  const text = lang === 'zh' ? `未当作单据读取:${list.join('、')}` : `not read as documents: ${list.join(', ')}`;
  process.stderr.write(`${text}\n`);
}

async function runInto(
  staging: Staging | undefined,
  files: readonly string[],
  flags: ReconcileFlags,
  lang: Lang,
  options: Omit<RunOptions, 'paths'> & { progress: ProgressBar },
): Promise<number> {
  const { progress, signal, zone } = options;
  const signer = flags.sign === undefined ? undefined : signerOf(flags.sign);
  const run = await reconcile({
    ...options,
    paths: files,
    ...(flags.carry !== undefined && { carry: flags.carry }),
    ...(staging !== undefined && { outFolders: [staging.path] }),
  });
  try {
    if (staging !== undefined) progress.step({ en: 'writing', zh: '写出结果' });
    const written =
      staging &&
      (await writeResults(run, staging, lang, {
        ...(signal && { signal }),
        ...(signer !== undefined && { signed: signedNow(signer, zone) }),
      }));
    await run.keep();
    progress.done();
    if (flags.json) process.stdout.write(resultJson(run.result));
    else {
      const width = process.stdout.columns ?? 100;
      process.stdout.write(
        terminalSummary(run.result, lang, {
          colour: envColour(process.stdout),
          width,
          ...(written && { report: written.report }),
        }),
      );
    }
    return run.result.state === 'clean' ? 0 : run.result.state === 'breaks' ? 1 : 2;
  } finally {
    await run.close();
  }
}

/** What the flags, the configuration beside the documents and the defaults say together; every command that reconciles asks here. */
export async function optionsOf(files: readonly string[], flags: ReconcileFlags): Promise<Omit<RunOptions, 'paths'>> {
  const config = await configOf(files, flags.config);
  const planPath = flags.plan ?? config.plans;
  const calendarPath = flags.calendar ?? config.calendars;
  const years = calendarPath === undefined ? [] : await loadCalendars(calendarPath);
  return {
    ...readingOf(config, flags),
    ...(flags.asOf !== undefined && { asOf: instantFlag(flags.asOf) }),
    plans: planPath === undefined ? [] : await loadPlans(planPath, calendarNames(years)),
    years,
    ...(config.carryDays !== undefined && { carryDays: config.carryDays }),
    ...(config.marginMinutes !== undefined && { marginMinutes: config.marginMinutes }),
    ...(config.windowMinutes !== undefined && { windowMinutes: config.windowMinutes }),
  };
}

function instantFlag(text: string): bigint {
  try {
    return microsOf(Temporal.Instant.from(text));
  } catch (cause) {
    throw new DaozhangError(
      'usage.bad_option',
      { option: '--as-of', reason: `“${text}” — 2026-11-20T18:00:00+08:00` },
      cause,
    );
  }
}
