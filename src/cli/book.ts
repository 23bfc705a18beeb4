/** Commands that ask the running server: where, orders, channels, key, link, replay, doctor. */
import { Command } from 'commander';
import type { Lang, Text } from '../base/lang.ts';
import { VERDICTS, type VerdictCode } from '../verdicts/catalogue.ts';
import { type Asking, asking } from './asking.ts';
import { DATA } from './serve.ts';

type Money = Readonly<{ amount: string; currency: string }>;
type Payment = Readonly<{
  id: string;
  payment_ref: string;
  order_ref?: string;
  position: string;
  ordered?: Money;
  captured?: Money;
  refunded?: Money;
  captured_at?: string;
  recorded_at?: string;
  verdict?: Readonly<{
    code: VerdictCode;
    release: 'yes' | 'no' | 'ask';
    reason?: string;
    confidence: string;
    says?: Readonly<{ agent: Text }>;
    next?: ReadonlyArray<Readonly<{ does: Text }>>;
    proves_wrong?: Text;
    path?: ReadonlyArray<Readonly<{ rule: string; why: Text }>>;
  }>;
}>;
type Trace = Readonly<{
  payment: Payment;
  observations: ReadonlyArray<
    Readonly<{ source: string; kind: string; said: string; occurred_at: string; times: number; message_id?: string }>
  >;
  batch?: Readonly<{
    channel: string;
    state: string;
    from: string;
    to: string;
    due_on?: string;
    credited_on?: string;
    net: Money;
    ref?: string;
    told?: ReadonlyArray<
      Readonly<{
        source: string;
        said: string;
        occurred_at: string;
        times: number;
        failure?: Readonly<{ code: string; says: string }>;
        message_id?: string;
      }>
    >;
    contradictions?: ReadonlyArray<Readonly<{ says: Text }>>;
  }>;
  breaks: ReadonlyArray<Readonly<{ says: Readonly<Record<Lang, string>> }>>;
  next_look_at?: string;
}>;
type Flags = Readonly<{ data: string; live?: boolean; json?: boolean }>;
type Say = (en: string, zh: string) => string;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A command with `--data`, `--live` and `--json`. */
function base(name: string, lang: Lang, description: string): Command {
  const say: Say = (en, zh) => (lang === 'zh' ? zh : en);
  return new Command(name)
    .description(description)
    .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
    .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
    .option('--json', say('as JSON', '以 JSON 输出'));
}

export const RELEASE = {
  yes: { en: 'hand over', zh: '可以交付' },
  no: { en: 'do not hand over', zh: '不要交付' },
  ask: { en: 'wait and ask', zh: '先等待确认' },
} as const;

const BATCH_STATES: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  not_checked: { en: 'not yet compared with the bank', zh: '尚未与银行流水核对' },
  on_its_way: { en: 'on its way to the bank', zh: '正在划付' },
  late: { en: 'late', zh: '已逾期' },
  credited: { en: 'credited at the bank', zh: '银行已入账' },
  short: { en: 'credited with another amount', zh: '银行入账金额不符' },
  returned: { en: 'returned by the bank', zh: '银行已退回' },
};

/** How the batch stands, what the channel said of its payout down to the stored bytes, and what contradicts what. */
export function batchLines(b: NonNullable<Trace['batch']>, lang: Lang): readonly string[] {
  const told = (b.told ?? []).map(({ failure, ...f }) => {
    const why = failure === undefined ? '' : ` ${failure.code} ${failure.says}`.trimEnd();
    const from = f.message_id === undefined ? '' : `  [${f.message_id}]`;
    return `${f.occurred_at}  ${f.source.padEnd(12)} ${(b.ref ?? '').padEnd(12)} ${f.said}${why}${times(f)}${from}`;
  });
  const against = (b.contradictions ?? []).map((c) => `${lang === 'zh' ? '矛盾' : 'a contradiction'}: ${c.says[lang]}`);
  return [batchText(b, lang), ...told, ...against];
}

const times = (o: Readonly<{ times: number }>): string => (o.times > 1 ? ` ×${o.times}` : '');

function batchText(b: NonNullable<Trace['batch']>, lang: Lang): string {
  const days = b.from === b.to ? b.from : `${b.from} – ${b.to}`;
  const state = BATCH_STATES[b.state]?.[lang] ?? b.state;
  const when =
    b.credited_on ?? (b.due_on === undefined ? undefined : lang === 'zh' ? `应于 ${b.due_on}` : `due ${b.due_on}`);
  const net = `${b.net.amount} ${b.net.currency}`;
  return lang === 'zh'
    ? `结算批次 ${days}(净额 ${net}):${state}${when === undefined ? '' : `,${when}`}`
    : `settled with ${days} (net ${net}): ${state}${when === undefined ? '' : `, ${when}`}`;
}

/** The story of a payment in the book. Exit 0: one found · 1: none or several. */
export async function whereInBook(ref: string, flags: Flags, lang: Lang): Promise<number> {
  const on = asking(flags, lang);
  const { items, payout } = await on.ask<{ items: readonly Payment[]; payout?: NonNullable<Trace['batch']> }>(
    'GET',
    `/v1/payments/search?ref=${encodeURIComponent(ref)}`,
  );
  // Of a payout its own story, and its payments in a line each.
  if (payout !== undefined) {
    if (flags.json === true) print(JSON.stringify({ payout, payments: items }, null, 1));
    else {
      for (const line of batchLines(payout, lang)) print(line);
      for (const p of items) print(`  ${paymentLine(p, lang)}`);
    }
    return 0;
  }
  const traces: Trace[] = [];
  for (const p of items) traces.push(await on.ask<Trace>('GET', `/v1/payments/${p.id}/trace`));
  if (flags.json === true) print(JSON.stringify(traces, null, 1));
  else if (traces.length === 0)
    print(
      lang === 'zh' ? `账簿(${side(on, lang)})里没有“${ref}”。` : `The book (${side(on, lang)}) knows no “${ref}”.`,
    );
  else for (const t of traces) tellTrace(t, lang);
  return traces.length === 1 ? 0 : 1;
}

const side = (on: Asking, lang: Lang): string =>
  on.live ? (lang === 'zh' ? '正式' : 'live') : lang === 'zh' ? '测试' : 'test';

function paymentLine(p: Payment, lang: Lang): string {
  const v = p.verdict;
  const amount = p.captured ?? p.ordered;
  const title = v === undefined ? '' : ` · ${VERDICTS[v.code].title[lang]} · ${RELEASE[v.release][lang]}`;
  return `${p.order_ref ?? p.payment_ref}${amount === undefined ? '' : ` · ${amount.amount} ${amount.currency}`}${title}`;
}

function tellTrace(t: Trace, lang: Lang): void {
  const v = t.payment.verdict;
  print(paymentLine(t.payment, lang));
  if (v?.says !== undefined) print(`  ${v.says.agent[lang]}`);
  for (const { rule, why } of v?.path ?? []) print(`  ${lang === 'zh' ? '规则' : 'rule'} ${rule}: ${why[lang]}`);
  for (const step of v?.next ?? []) print(`  → ${step.does[lang]}`);
  if (v?.proves_wrong !== undefined)
    print(`  ${lang === 'zh' ? '怎样会推翻这个结论:' : 'What would prove this wrong: '}${v.proves_wrong[lang]}`);
  for (const o of t.observations)
    print(
      `  ${o.occurred_at}  ${o.source.padEnd(12)} ${o.kind.padEnd(12)} ${o.said}${times(o)}${o.message_id === undefined ? '' : `  [${o.message_id}]`}`,
    );
  if (t.batch !== undefined) for (const line of batchLines(t.batch, lang)) print(`  ${line}`);
  for (const b of t.breaks) print(`  ${lang === 'zh' ? '对账差异' : 'a break'}: ${b.says[lang]}`);
  if (t.next_look_at !== undefined)
    print(lang === 'zh' ? `  下次询问渠道:${t.next_look_at}` : `  the channel is asked next at ${t.next_look_at}`);
}

export function bookCommands(lang: Lang, exit: (code: number) => void): readonly Command[] {
  const say: Say = (en, zh) => (lang === 'zh' ? zh : en);
  const orders = base('orders', lang, say('the newest orders', '最近的订单')).action(async (flags: Flags) => {
    const { items } = await asking(flags, lang).ask<{
      items: ReadonlyArray<
        Readonly<{ order_ref: string; amount: Money; state: string; placed_at: string; payments: readonly Payment[] }>
      >;
    }>('GET', '/v1/orders?limit=50');
    if (flags.json === true) print(JSON.stringify(items, null, 1));
    else
      for (const o of items) {
        const code = o.payments[0]?.verdict?.code;
        print(
          `${o.placed_at.slice(0, 19)}  ${o.order_ref.padEnd(20)} ${o.amount.amount.padStart(10)} ${o.amount.currency}  ${o.state.padEnd(9)} ${code === undefined ? '' : VERDICTS[code].title[lang]}`,
        );
      }
    exit(0);
  });

  const channels = base('channels', lang, say('the channel accounts, and whether they answer', '渠道账户及其是否应答'))
    .option('--test', say('try each against the live channel', '逐个实测'))
    .action(async (flags: Flags & { test?: boolean }) => {
      const on = asking(flags, lang);
      const { items } = await on.ask<{
        items: ReadonlyArray<
          Readonly<{ id: string; provider: string; name: string; merchant_no: string; state: string; feed: string }>
        >;
      }>('GET', '/v1/channels');
      let ok = true;
      if (flags.json === true) print(JSON.stringify(items, null, 1));
      for (const c of items) {
        if (flags.json !== true) print(`${c.provider}  ${c.merchant_no}  ${c.name}  ${c.feed}  ${c.state}  ${c.id}`);
        if (flags.test !== true) continue;
        const tried = await on.ask<{ ok: boolean; checks: readonly Check[] }>('POST', `/v1/channels/${c.id}/test`);
        ok &&= tried.ok;
        for (const check of tried.checks) print(checkLine(check));
      }
      exit(ok ? 0 : 1);
    });

  const key = base('key', lang, say('make an API key; it is shown once', '新建 API 密钥,仅显示一次'))
    .requiredOption('--name <name>', say('what it is for', '用途'))
    .option('--scopes <list>', 'read,orders,act,admin', 'read,orders')
    .action(async (flags: Flags & { name: string; scopes: string }) => {
      const made = await asking(flags, lang).ask<{ key: string }>('POST', '/v1/keys', {
        name: flags.name,
        scopes: flags.scopes.split(','),
      });
      print(made.key);
      exit(0);
    });

  const link = base('link', lang, say('a new one-time link for the administrator', '新的管理员一次性登录链接')).action(
    async (flags: Flags) => {
      // It opens both sides, so the live key asks for it.
      print((await asking({ ...flags, live: true }, lang).ask<{ url: string }>('POST', '/v1/links', {})).url);
      exit(0);
    },
  );

  const replay = base(
    'replay',
    lang,
    say(
      'try again what could not be read; with --all fold every payment anew',
      '重试无法读取的消息;--all 则重算全部支付',
    ),
  )
    .option('--all', say('every payment, after a change of the rules', '规则变化后重算全部支付'))
    .action(async (flags: Flags & { all?: boolean }) => {
      const done = await asking(flags, lang).ask<{ messages: number; payments: number; changed: number }>(
        'POST',
        '/v1/replay',
        {
          all: flags.all === true,
        },
      );
      print(
        say(
          `${done.messages} messages are tried again; ${done.payments} payments folded, ${done.changed} changed`,
          `重试 ${done.messages} 条消息;重算 ${done.payments} 笔支付,${done.changed} 笔有变化`,
        ),
      );
      exit(0);
    });

  const doctor = base(
    'doctor',
    lang,
    say('is everything well: database, clocks, keys, channels, what waits', '体检:数据库、时钟、证书、渠道、积压'),
  ).action(async (flags: Flags) => {
    const { checks } = await asking(flags, lang).ask<{ checks: readonly Check[] }>('GET', '/v1/doctor');
    if (flags.json === true) print(JSON.stringify(checks, null, 1));
    else for (const check of checks) print(checkLine(check));
    exit(checks.every((c) => c.ok) ? 0 : 1);
  });
  return [orders, channels, key, link, replay, doctor];
}

type Check = Readonly<{ name: string; ok: boolean; detail: string }>;
const checkLine = (c: Check): string => `  ${c.ok ? '✓' : '✗'} ${c.name.padEnd(28)} ${c.detail}`;
