/** `daozhang terminal`: the registry of terminals and codes, and the check of the code on the counter. */
import { Command } from 'commander';
import { STEPS, TERMINAL_KINDS, TERMINAL_STATES, type TerminalState } from '../actions/terminal-states.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang, Text } from '../base/lang.ts';
import { type Asking, asking } from './asking.ts';
import { DATA } from './serve.ts';

type Flags = Readonly<{ data: string; live?: boolean; json?: boolean }>;
type Say = (en: string, zh: string) => string;
type Terminal = Readonly<{
  id: string;
  name: string;
  kind: string;
  state: TerminalState;
  says: Text;
  version: number;
  steps: readonly string[];
  store?: string;
  provider?: string;
  merchant_no?: string;
  terminal_no?: string;
  payee?: string;
}>;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export function terminalCommand(lang: Lang, exit: (code: number) => void): Command {
  const say: Say = (en, zh) => (lang === 'zh' ? zh : en);
  const terminal = new Command('terminal').description(
    say('terminals and codes: registered, moved, checked', '终端与收款码:登记、变更与核对'),
  );
  for (const command of [list, store, add, step, check]) terminal.addCommand(command(lang, say, exit));
  return terminal;
}

type Making = (lang: Lang, say: Say, exit: (code: number) => void) => Command;

const asked = (name: string, say: Say, about: string): Command =>
  new Command(name)
    .description(about)
    .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
    .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
    .option('--json', say('as JSON', '以 JSON 输出'));

const lineOf = (t: Terminal, lang: Lang): string =>
  [
    t.name.padEnd(16),
    t.kind.padEnd(10),
    t.says[lang],
    t.store ?? '—',
    t.provider ?? '—',
    t.merchant_no ?? '—',
    t.terminal_no ?? '—',
    t.payee ?? '—',
    t.id,
  ].join('  ');

const list: Making = (lang, say, exit) =>
  asked('list', say, say('the newest terminals and codes', '最近登记的终端与收款码'))
    .option('--store <code>', say('of this store', '仅此门店'))
    .option('--state <state>', Object.keys(TERMINAL_STATES).join(', ') + say('', '(状态)'))
    .action(async (flags: Flags & { store?: string; state?: string }) => {
      const query = new URLSearchParams({
        limit: '200',
        ...(flags.store === undefined ? {} : { store: flags.store }),
        ...(flags.state === undefined ? {} : { state: flags.state }),
      });
      const { items } = await asking(flags, lang).ask<{ items: readonly Terminal[] }>('GET', `/v1/terminals?${query}`);
      if (flags.json === true) print(JSON.stringify(items, null, 1));
      else if (items.length === 0)
        print(
          say(
            'none yet: “daozhang terminal add NAME --kind code …” registers one',
            '还没有:用 daozhang terminal add 名称 --kind code … 登记',
          ),
        );
      else for (const t of items) print(lineOf(t, lang));
      exit(0);
    });

const add: Making = (lang, say, exit) =>
  asked('add', say, say('apply for one, or register one that is there', '申请终端,或登记已有终端'))
    .argument('<name>', say('your own name for it', '自定名称'))
    .requiredOption('--kind <kind>', TERMINAL_KINDS.join(', ') + say('', '(类型)'))
    .option('--registered', say('it is there and works already', '设备已在使用'))
    .option('--store <code>', say('where it stands', '所在门店编号'))
    .option('--account <id>', say('the channel account that it takes money for', '收款的渠道账户编号'))
    .option('--merchant <name>', say('the merchant’s legal name', '商户全称'))
    .option('--merchant-no <no>', say('the number under which it trades', '交易商户号'))
    .option('--settle-merchant-no <no>', say('the number under which it is settled', '结算商户号'))
    .option('--terminal-no <no>', say('the channel’s number of it', '渠道终端号'))
    .option('--serial-no <no>', say('the number on the device', '设备序列号'))
    .option('--model <model>', say('its model', '设备型号'))
    .option('--code <content>', say('the exact content of its code', '收款码的完整内容'))
    .option('--payee <name>', say('the payee that the customer sees', '顾客看到的收款方名称'))
    .action(async (name: string, flags: Flags & Readonly<Record<string, string | boolean | undefined>>) => {
      const made = await asking(flags, lang).ask<Terminal>('POST', '/v1/terminals', {
        name,
        kind: flags.kind,
        state: flags.registered === true ? 'registered' : 'applied',
        store: flags.store,
        account_id: flags.account,
        merchant: flags.merchant,
        merchant_no: flags.merchantNo,
        settle_merchant_no: flags.settleMerchantNo,
        terminal_no: flags.terminalNo,
        serial_no: flags.serialNo,
        model: flags.model,
        code: flags.code,
        payee: flags.payee,
      });
      print(flags.json === true ? JSON.stringify(made, null, 1) : lineOf(made, lang));
      exit(0);
    });

const store: Making = (lang, say, exit) =>
  asked('store', say, say('add a store, or give it another name', '新增门店,或给门店改名'))
    .argument('<code>', say('the code by which orders name it', '订单中使用的门店编号'))
    .argument('<name>', say('its name', '门店名称'))
    .action(async (code: string, name: string, flags: Flags) => {
      const made = await asking(flags, lang).ask<{ code: string; name: string }>('POST', '/v1/stores', { code, name });
      print(flags.json === true ? JSON.stringify(made, null, 1) : `${made.code}  ${made.name}`);
      exit(0);
    });

const step: Making = (lang, say, exit) =>
  asked('step', say, say('the next step of its life', '执行下一步'))
    .argument('<terminal>', say('its name or id', '名称或编号'))
    .argument('<step>', Object.keys(STEPS).join(', ') + say('', '(步骤)'))
    .option('--note <text>', say('why', '说明'))
    .option('--at <time>', say('when it happened, if not now', '发生时间(默认现在)'))
    .action(async (which: string, wanted: string, flags: Flags & { note?: string; at?: string }) => {
      const on = asking(flags, lang);
      const found = await named(on, which);
      const after = await on.ask<Terminal>('POST', `/v1/terminals/${found.id}/steps`, {
        step: wanted,
        note: flags.note,
        at: flags.at,
        version: found.version,
      });
      print(flags.json === true ? JSON.stringify(after, null, 1) : lineOf(after, lang));
      exit(0);
    });

async function named(on: Asking, which: string): Promise<Terminal> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(which))
    return await on.ask<Terminal>('GET', `/v1/terminals/${which}`);
  const { items } = await on.ask<{ items: readonly Terminal[] }>(
    'GET',
    `/v1/terminals?${new URLSearchParams({ name: which })}`,
  );
  // A name may have been another's before; the newest has it now.
  const [found] = items;
  if (found === undefined) throw new DaozhangError('terminal.not_found', { terminal: which });
  return found;
}

/** Exit 1: an alarm. */
const check: Making = (lang, say, exit) =>
  asked('check', say, say('is the code on the counter ours', '核对柜台上的收款码'))
    .argument('<content>', say('as the scanner reads it', '扫码得到的内容'))
    .option('--store <code>', say('where you are', '所在门店编号'))
    .action(async (content: string, flags: Flags & { store?: string }) => {
      const told = await asking(flags, lang).ask<Readonly<{ alarm: boolean; says: Text }>>(
        'POST',
        '/v1/terminals/check',
        { content, store: flags.store },
      );
      print(flags.json === true ? JSON.stringify(told, null, 1) : `${told.alarm ? '✗' : '✓'} ${told.says[lang]}`);
      exit(told.alarm ? 1 : 0);
    });
