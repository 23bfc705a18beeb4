/** `daozhang claim`: what a customer says and shows, answered by the running server. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { DaozhangError } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import { VERDICTS, type VerdictCode } from '../verdicts/catalogue.ts';
import { CLAIM_KINDS } from '../verdicts/receipt.ts';
import { asking } from './asking.ts';
import { RELEASE } from './book.ts';
import { DATA } from './serve.ts';

type Money = Readonly<{ amount: string; currency: string }>;
type Claim = Readonly<{
  id: string;
  release: 'yes' | 'no' | 'ask';
  verdict?: Readonly<{ code: VerdictCode }>;
  why: readonly Text[];
  payment?: Readonly<{ payment_ref: string; order_ref?: string; captured?: Money; captured_at?: string }>;
  candidates: ReadonlyArray<
    Readonly<{
      payment_id: string;
      payment_ref: string;
      order_ref?: string;
      amount?: Money;
      at: string;
      why: readonly Text[];
    }>
  >;
  next_look_at?: string;
}>;
type Flags = Readonly<{
  data: string;
  live?: boolean;
  json?: boolean;
  kind: string;
  order?: string;
  amount?: string;
  currency: string;
  at?: string;
  app?: string;
  store?: string;
  terminal?: string;
  payer?: string;
  text?: string;
  image: readonly string[];
  export: readonly string[];
}>;

/** Exit 0: hand over · 1: do not, or ask. */
export function claimCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  const many = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Command('claim')
    .description(say('a customer says that it was paid: may the goods go?', '顾客说已付款:可以交付吗'))
    .argument('[numbers...]', say('any numbers the customer can name', '顾客能提供的任何单号'))
    .addOption(
      new Option('--kind <kind>', say('what is missing', '报障类型'))
        .choices([...CLAIM_KINDS])
        .default('paid_not_seen'),
    )
    .option('--order <ref>', say('the order that should have been paid', '应付的订单号'))
    .option('--amount <amount>', say('such as 25.00', '金额,如 25.00'))
    .option('--currency <code>', say('of the amount', '币种'), 'CNY')
    .option('--at <time>', say('when it was paid, RFC 3339', '付款时间,RFC 3339'))
    .addOption(
      new Option('--app <app>', say('paid by', '付款方式')).choices([
        'wechat',
        'alipay',
        'unionpay',
        'paypal',
        'card',
        'other',
      ]),
    )
    .option('--store <store>', say('where', '门店'))
    .option('--terminal <terminal>', say('at which till', '终端'))
    .option('--payer <hint>', say('who paid', '付款人线索'))
    .option('--text <file>', say('the detail page as text; - reads standard input', '付款详情的文字,- 表示标准输入'))
    .option('--image <file>', say('a screenshot or photo; may be repeated', '截图或照片,可重复'), many, [])
    .option('--export <file>', say('the buyer’s own bill; may be repeated', '顾客自己导出的账单,可重复'), many, [])
    .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
    .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
    .option('--json', say('as JSON', '以 JSON 输出'))
    .action(async (numbers: readonly string[], flags: Flags) => {
      const on = asking(flags, lang);
      const images: string[] = [];
      for (const path of flags.image)
        images.push((await on.send<{ sha256: string }>('/v1/images', bytesOf(path))).sha256);
      const documents: string[] = [];
      for (const path of flags.export)
        documents.push(
          (await on.send<{ id: string }>(`/v1/documents?name=${encodeURIComponent(basename(path))}`, bytesOf(path))).id,
        );
      const pasted =
        flags.text === undefined
          ? undefined
          : flags.text === '-'
            ? await textOf(process.stdin)
            : bytesOf(flags.text).toString();
      const claim = await on.ask<Claim>('POST', '/v1/claims', {
        kind: flags.kind,
        refs: numbers,
        order_ref: flags.order,
        amount: flags.amount === undefined ? undefined : { amount: flags.amount, currency: flags.currency },
        paid_at: flags.at,
        app: flags.app,
        store: flags.store,
        terminal: flags.terminal,
        payer: flags.payer,
        text: pasted,
        images,
        documents,
      });
      process.stdout.write(
        `${flags.json === true ? JSON.stringify(claim, null, 1) : linesOf(claim, lang).join('\n')}\n`,
      );
      exit(claim.release === 'yes' ? 0 : 1);
    });
}

function bytesOf(path: string): Buffer<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DaozhangError('file.not_found', { path }, error);
    throw new DaozhangError('file.unreadable', { path, reason: (error as Error).message }, error);
  }
}

function linesOf(claim: Claim, lang: Lang): readonly string[] {
  const { payment: p, verdict } = claim;
  const title = verdict === undefined ? '' : ` · ${VERDICTS[verdict.code].title[lang]}`;
  const money = (m: Money | undefined): string => (m === undefined ? '' : ` · ${m.amount} ${m.currency}`);
  const lines = [`${RELEASE[claim.release][lang]}${title}`, ...claim.why.map((w) => `  ${w[lang]}`)];
  if (p !== undefined)
    lines.push(
      `  ${p.order_ref ?? p.payment_ref}${money(p.captured)}${p.captured_at === undefined ? '' : ` · ${p.captured_at}`}`,
    );
  for (const c of claim.candidates)
    lines.push(
      `  ? ${c.order_ref ?? c.payment_ref}${money(c.amount)} · ${c.at} · ${c.why.map((w) => w[lang]).join(lang === 'zh' ? ',' : ', ')}`,
    );
  if (claim.next_look_at !== undefined)
    lines.push(lang === 'zh' ? `  下次查看 ${claim.next_look_at}` : `  looked at again at ${claim.next_look_at}`);
  lines.push(`  ${claim.id}`);
  return lines;
}
