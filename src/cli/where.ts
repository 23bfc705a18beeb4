/**
 * `daozhang where`: the story of one payment. Exit 0 when exactly one was found · 1 when several, none, or only by the end of a
 * number · 2 when none was found and a document was refused, so that it may stand there.
 */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { envColour } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { parseDecimal, scaledText } from '../base/money.ts';
import { type Micros, microsIn, microsOf } from '../base/time.ts';
import { answerText } from '../reconcile/report/story.ts';
import { unused } from '../reconcile/report/summary.ts';
import { reconcile } from '../reconcile/run.ts';
import { type Query, where } from '../reconcile/where.ts';
import { whereInBook } from './book.ts';
import { interruption } from './interrupt.ts';
import { readingOptions } from './options.ts';
import { optionsOf, type ReconcileFlags } from './reconcile.ts';
import { DATA } from './serve.ts';
import { progressBar } from './terminal.ts';

type WhereFlags = ReconcileFlags &
  Readonly<{
    data?: string;
    live?: boolean;
    json?: boolean;
    amount?: string;
    time?: string;
    terminal?: string;
    store?: string;
    channel?: string;
    window?: string;
  }>;

const WINDOW_MINUTES = '15';
const MOST_MINUTES = 24 * 60;

export function whereCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return readingOptions(new Command('where'), lang)
    .description(say('where the money of one payment is, with the evidence', '一笔付款的钱在哪里,附凭据'))
    .usage('[options] REF [FILES…]\n       daozhang where --amount 9.90 --time "2026-11-19 12:03" [options] FILES…')
    .argument(
      '<ref-and-files...>',
      say(
        'any number of the payment (order, payment, refund, channel, wallet, bank, batch), a merchant number or a brk_…, then files or folders',
        '任一单号(订单、支付、退款、渠道、钱包、银行、批次)、商户号或 brk_…,后接文件或文件夹',
      ),
    )
    .option('--amount <amount>', say('search by amount and time instead', '改按金额和时间查找'))
    .option('--time <time>', say('when it was paid: 2026-11-19 12:03', '付款时间:2026-11-19 12:03'))
    .option('--terminal <id>', say('with --amount: the terminal', '配合 --amount:终端号'))
    .option('--store <id>', say('with --amount: the store', '配合 --amount:门店'))
    .option('--channel <name>', say('with --amount: wechatpay, alipay, …', '配合 --amount:wechatpay、alipay……'))
    .option(
      '--window <minutes>',
      say('with --amount: how far the time may be off', '配合 --amount:时间允许的偏差'),
      WINDOW_MINUTES,
    )
    .option('--as-of <instant>', say('judge as of this instant', '按此时刻判断'))
    .option('--plan <file>', say('settlement plans (plans.yaml)', '结算方案(plans.yaml)'))
    .option(
      '--calendar <file>',
      say('holidays and make-up days of further years (calendars.yaml)', '更多年份的节假日与调休(calendars.yaml)'),
    )
    .option(
      '--carry <folder>',
      say('open items of the day before; read, never written', '前一天的未达项文件夹;只读,不写'),
    )
    .option(
      '--data <folder>',
      say('without files: the data folder of the server to ask', '不带文件时:服务的数据文件夹'),
      DATA,
    )
    .option('--live', say('without files: the live side instead of the test side', '不带文件时:查正式环境'))
    .option('--json', say('the stories as JSON', '以 JSON 输出'))
    .action(async (args: string[], flags: WhereFlags) => exit(await runWhere(args, flags, lang)));
}

async function runWhere(args: readonly string[], flags: WhereFlags, lang: Lang): Promise<number> {
  const byPlace = flags.amount !== undefined || flags.time !== undefined;
  // One number and no documents: the book is asked.
  if (!byPlace && args.length === 1)
    return await whereInBook(
      args[0]!,
      { data: flags.data ?? DATA, live: flags.live === true, json: flags.json === true },
      lang,
    );
  const files = byPlace ? args : args.slice(1);
  if (files.length === 0)
    throw bad('REF FILES…', 'a reference, then at least one file or folder / 先写单号,再写至少一个文件或文件夹');
  const options = await optionsOf(files, flags);
  if (flags.carry !== undefined && !existsSync(flags.carry))
    throw bad('--carry', `“${flags.carry}” — no such folder / 没有这个文件夹`);
  const carry = flags.carry === undefined ? {} : { carry: flags.carry, carryReadOnly: true };
  const query: Query = byPlace ? placeQuery(flags, options.zone) : refQuery(args[0]!, flags);
  const progress = progressBar(lang);
  const asked = { ...options, ...carry, paths: files, progress, signal: interruption() };
  const run = await reconcile(asked).finally(progress.done);
  try {
    const answer = await where(run, query);
    const warning = unused(run.result);
    if (warning) process.stderr.write(`${warning[lang]}\n`);
    const width = process.stdout.columns ?? 100;
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(answer, null, 1)}\n`
        : answerText(answer, lang, { colour: envColour(process.stdout), width }),
    );
    if (answer.found === 'none' && run.result.refused.length > 0) return 2;
    return answer.found === 'one' && answer.how !== 'tail' ? 0 : 1;
  } finally {
    await run.close();
  }
}

const bad = (option: string, reason: string, cause?: unknown): DaozhangError =>
  new DaozhangError('usage.bad_option', { option, reason }, cause);

function refQuery(ref: string, flags: WhereFlags): Query {
  for (const name of ['terminal', 'store', 'channel'] as const) {
    if (flags[name] !== undefined)
      throw bad(`--${name}`, 'only with --amount and --time / 只能与 --amount、--time 一起用');
  }
  if (ref.trim() === '') throw bad('REF', 'is empty / 为空');
  return { by: 'ref', ref };
}

function placeQuery(flags: WhereFlags, zone: string): Query {
  const { amount, time, terminal, store, channel } = flags;
  if (amount === undefined || time === undefined) throw bad('--amount, --time', 'both are needed / 两者都要给');
  const decimal = parseDecimal(amount);
  if (!decimal || decimal.value <= 0n) throw bad('--amount', `“${amount}” — 9.90`);
  const minutes = flags.window ?? WINDOW_MINUTES;
  if (!/^\d{1,4}$/.test(minutes) || Number(minutes) > MOST_MINUTES)
    throw bad('--window', `“${minutes}” — 0…${MOST_MINUTES}`);
  return {
    by: 'place',
    amount: scaledText(decimal.value, decimal.scale),
    ...instantOf(time, zone),
    windowMinutes: Number(minutes),
    ...(terminal !== undefined && { terminal }),
    ...(store !== undefined && { store }),
    ...(channel !== undefined && { channel }),
  };
}

/** Local time in the run's zone, or an instant with its offset; without seconds it is any second of that minute. */
function instantOf(text: string, zone: string): { at: Micros; span: Micros } {
  const span = /:\d{2}:\d{2}/.test(text) ? 0n : 59_000_000n;
  try {
    const offset = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text.trim());
    const at = offset
      ? microsOf(Temporal.Instant.from(text.trim()))
      : microsIn(Temporal.PlainDateTime.from(text.trim()), zone);
    return { at, span };
  } catch (cause) {
    throw bad('--time', `“${text}” — 2026-11-19 12:03`, cause);
  }
}
