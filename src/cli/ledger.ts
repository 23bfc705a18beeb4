/** `daozhang ledger …`: the server's ledger, read and worked on. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import type { Lang, Text } from '../base/lang.ts';
import { EXPORT_KINDS } from '../ledger/export.ts';
import { PROPOSAL_KINDS } from '../ledger/manual.ts';
import { type Asking, asking } from './asking.ts';
import { DATA } from './serve.ts';

type Money = Readonly<{ amount: string; currency: string }>;
type Account = Readonly<{
  code: string;
  number: string;
  name: Text;
  currency: string;
  channel?: string;
  account?: string;
}>;
type Balance = Account & Readonly<{ balance: Money }>;
type TrialRow = Account & Readonly<{ opening: Money; debit: Money; credit: Money; closing: Money }>;
type Trial = Readonly<{
  items: readonly TrialRow[];
  totals: ReadonlyArray<{ currency: string; debit: Money; credit: Money }>;
}>;
type Entry = Readonly<{
  no: string;
  business_on: string;
  says: Text;
  transfers: ReadonlyArray<{ debit: Account; credit: Account; amount: Money }>;
}>;
type Check = Readonly<{
  equal: boolean;
  rows: ReadonlyArray<{ account: string; currency: string; ledger: string; open: string; difference: string }>;
}>;
type Proposal = Readonly<{ id: string; hash: string; state: string }>;
type Flags = Readonly<{ data: string; live?: boolean; json?: boolean }>;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const nameOf = (a: Account, lang: Lang): string =>
  [`${a.number} ${a.name[lang]}`, a.channel, a.account].filter((x) => x !== undefined).join(' · ');

/** Query text of what is given. */
function query(of: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(of).filter((e): e is [string, string] => e[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export function ledgerCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  const ledger = new Command('ledger').description(
    say('the ledger: balances, entries, sign-off, close, check, export', '总账:余额、分录、日结、关账、核对、导出'),
  );
  /** A command that asks the server; `tell` prints what it said, unless `--json` prints it as it is. */
  const command = <F extends Flags, T>(
    name: string,
    description: string,
    ask: (on: Asking, flags: F, args: readonly string[]) => Promise<T>,
    tell: (said: T) => void,
    code: (said: T) => number = () => 0,
  ): Command =>
    ledger
      .command(name)
      .description(description)
      .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
      .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
      .option('--json', say('as JSON', '以 JSON 输出'))
      .action(async (...args: unknown[]) => {
        // Commander gives the arguments, then the options, then the command.
        const flags = args.at(-2) as F;
        const said = await ask(asking(flags, lang), flags, args.slice(0, -2) as string[]);
        if (flags.json === true) print(JSON.stringify(said, null, 1));
        else tell(said);
        exit(code(said));
      });

  const day = say('a business date, 2026-11-20', '业务日期,如 2026-11-20');
  command<Flags & { on?: string; at?: string }, { items: readonly Balance[] }>(
    'balances',
    say('accounts with their balances', '科目余额'),
    (on, f) => on.ask('GET', `/v1/ledger/accounts${query({ on: f.on, at: f.at })}`),
    ({ items }) => {
      for (const a of items) print(`${a.balance.amount.padStart(18)} ${a.currency}  ${nameOf(a, lang)}`);
    },
  )
    .option('--on <date>', say('at the end of a business date', '截至某业务日终'))
    .option('--at <instant>', say('as posted up to an instant', '截至某过账时刻'));

  command<Flags & { from: string; to: string }, Trial>(
    'trial',
    say('the trial balance of some business days', '试算平衡表'),
    (on, f) => on.ask('GET', `/v1/ledger/trial${query({ from: f.from, to: f.to })}`),
    ({ items, totals }) => {
      const columns = (cells: readonly string[]): string => cells.map((c) => c.padStart(16)).join(' ');
      print(columns([say('opening', '期初'), say('debit', '借方'), say('credit', '贷方'), say('closing', '期末')]));
      for (const r of items)
        print(
          `${columns([r.opening, r.debit, r.credit, r.closing].map((m) => m.amount))} ${r.currency}  ${nameOf(r, lang)}`,
        );
      for (const t of totals)
        print(`${columns(['', t.debit.amount, t.credit.amount, ''])} ${t.currency}  ${say('total', '合计')}`);
    },
  )
    .requiredOption('--from <date>', day)
    .requiredOption('--to <date>', day);

  command<
    Flags & { from?: string; to?: string; break?: string; batch?: string; run?: string; limit: string },
    { items: readonly Entry[] }
  >(
    'entries',
    say('entries, newest first', '分录,最新在前'),
    (on, f) =>
      on.ask(
        'GET',
        `/v1/ledger/entries${query({ from: f.from, to: f.to, break: f.break, batch: f.batch, reconciliation_id: f.run, limit: f.limit })}`,
      ),
    ({ items }) => {
      for (const e of items) {
        print(`${e.no.padStart(6)}  ${e.business_on}  ${e.says[lang]}`);
        for (const t of e.transfers)
          print(
            `        ${t.amount.amount.padStart(14)} ${t.amount.currency}  ${nameOf(t.debit, lang)} ← ${nameOf(t.credit, lang)}`,
          );
      }
    },
  )
    .option('--from <date>', day)
    .option('--to <date>', day)
    .option('--break <hash>', say('of a break', '某差错的'))
    .option('--batch <key>', say('of a batch', '某批次的'))
    .option('--run <id>', say('of a reconciliation', '某次对账的'))
    .option('--limit <n>', say('how many', '条数'), '50');

  command<Flags & { note?: string }, { business_on: string; hash: string; entries: string }>(
    'sign-off <date>',
    say('sign off a business day', '日结'),
    (on, f, [date]) => on.ask('POST', `/v1/ledger/days/${date}/sign-off`, { note: f.note }),
    (s) =>
      print(
        say(
          `${s.business_on} is signed off: ${s.entries} entries, ${s.hash}`,
          `${s.business_on} 已日结:${s.entries} 笔分录,${s.hash}`,
        ),
      ),
  ).option('--note <text>', say('why, where control accounts differ', '控制科目不符时的说明'));

  command<Flags & { why: string }, { business_on: string }>(
    'reopen <date>',
    say('reopen the last day that was signed off', '重开最后一个日结日'),
    (on, f, [date]) => on.ask('POST', `/v1/ledger/days/${date}/reopen`, { reason: f.why }),
    (s) => print(say(`${s.business_on} is open again`, `${s.business_on} 已重开`)),
  ).requiredOption('--why <text>', say('the reason, which is kept', '原因(留存)'));

  command<Flags & { note?: string }, { from: string; to: string; hash: string; entries: string }>(
    'close <month>',
    say('close a month, 2026-11; it stays closed', '关账(月),如 2026-11;不可重开'),
    (on, f, [month]) => on.ask('POST', '/v1/ledger/periods', { month, note: f.note }),
    (p) =>
      print(
        say(
          `${p.from} – ${p.to} is closed: ${p.entries} entries, ${p.hash}`,
          `${p.from} 至 ${p.to} 已关账:${p.entries} 笔分录,${p.hash}`,
        ),
      ),
  ).option('--note <text>', say('why, where control accounts differ', '控制科目不符时的说明'));

  command<Flags, Check>(
    'check',
    say(
      'hold the control accounts against their open items; exit 1 where they differ',
      '控制科目与未清项核对;不符时退出码为 1',
    ),
    (on) => on.ask('POST', '/v1/ledger/checks'),
    ({ rows }) => {
      for (const r of rows)
        print(
          `  ${r.ledger === r.open ? '✓' : '✗'} ${r.account.padEnd(20)} ${r.ledger.padStart(16)} ${r.currency}  ${say('open items', '未清项')} ${r.open}${r.ledger === r.open ? '' : `  ${say('difference', '差额')} ${r.difference}`}`,
        );
    },
    ({ equal }) => (equal ? 0 : 1),
  );

  command<Flags & { kind: string; amount: string; currency: string; on?: string; why: string }, Proposal>(
    'propose <break>',
    say('ask for an entry that takes a break out of suspense', '提出分录,将差错转出待处理'),
    (on, f, [hash]) =>
      on.ask('POST', '/v1/ledger/proposals', {
        kind: f.kind,
        break: hash,
        amount: { amount: f.amount, currency: f.currency },
        business_on: f.on,
        reason: f.why,
      }),
    (p) =>
      print(
        say(
          `proposed; another person: daozhang ledger approve ${p.id} --hash ${p.hash}`,
          `已提出;由另一人执行:daozhang ledger approve ${p.id} --hash ${p.hash}`,
        ),
      ),
  )
    .addOption(new Option('--kind <kind>', PROPOSAL_KINDS.join(', ')).choices(PROPOSAL_KINDS).default('write_off'))
    .requiredOption('--amount <amount>', '12.34')
    .option('--currency <code>', 'ISO 4217', 'CNY')
    .option('--on <date>', day)
    .requiredOption('--why <text>', say('the reason', '原因'));

  command<Flags & { hash: string }, Proposal>(
    'approve <id>',
    say('approve and post what another person proposed', '批准他人提出的分录并过账'),
    (on, f, [proposal]) => on.ask('POST', `/v1/ledger/proposals/${proposal}/approve`, { hash: f.hash }),
    (p) => print(say(`${p.id} is ${p.state}`, `${p.id} 已过账`)),
  ).requiredOption('--hash <hash>', say('the hash that was shown', '所示的哈希'));

  ledger
    .command('export')
    .description(say('the journal for other programs', '导出凭证与日记账'))
    .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
    .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
    .addOption(new Option('--kind <kind>', EXPORT_KINDS.join(', ')).choices(EXPORT_KINDS).makeOptionMandatory())
    .option('--from <date>', day)
    .option('--to <date>', day)
    .option('--out <file>', say('a file instead of standard output', '写入文件(默认标准输出)'))
    .action(async (f: Flags & { kind: string; from?: string; to?: string; out?: string }) => {
      const body = await asking(f, lang).stream(
        `/v1/ledger/export${query({ kind: f.kind, from: f.from, to: f.to, lang })}`,
      );
      if (f.out === undefined) await pipeline(body, process.stdout, { end: false }).catch(readEnough);
      else await pipeline(body, createWriteStream(f.out));
      exit(0);
    });
  return ledger;
}

/** `| head`: the rest is not written, and that is no error. */
function readEnough(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
