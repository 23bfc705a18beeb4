/** `daozhang plan`: plans of the book (show, set, history, calendar), and what needs no server: templates, and which plan costs least. */
import { Command } from 'commander';
import * as z from 'zod';
import { adviceOn, type Question } from '../actions/advise.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { decimalText } from '../base/money.ts';
import { parseYaml, readText, yamlText } from '../base/yaml.ts';
import { calendarNames, loadCalendars } from '../plans/calendar-file.ts';
import { loadPlans } from '../plans/load.ts';
import { CARDS, type Card } from '../plans/plan.ts';
import { CHECK_CONTRACT, TEMPLATES } from '../plans/templates.ts';
import { asking } from './asking.ts';
import { DATA } from './serve.ts';

type Say = (en: string, zh: string) => string;
type Flags = Readonly<{ data: string; live?: boolean; json?: boolean }>;
type Version = Readonly<{ version?: number; from?: string; plan: object; created_by?: string; created_at?: string }>;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export function planCommand(lang: Lang, exit: (code: number) => void): Command {
  const say: Say = (en, zh) => (lang === 'zh' ? zh : en);
  const plan = new Command('plan').description(
    say('settlement plans: what was agreed, and what would cost least', '结算方案:查看、修改与测算'),
  );
  for (const command of [...bookCommands(lang, say, exit), templates(lang, say, exit), advise(lang, say, exit)]) {
    plan.addCommand(command);
  }
  return plan;
}

function bookCommands(lang: Lang, say: Say, exit: (code: number) => void): readonly Command[] {
  const asked = (name: string, about: string): Command =>
    new Command(name)
      .description(about)
      .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
      .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
      .option('--json', say('as JSON', '以 JSON 输出'));
  const account = say('the id of the channel account (daozhang channels)', '渠道账户编号(见 daozhang channels)');
  const told = (v: Version): string =>
    v.version === undefined
      ? say('# the default of the channel', '# 渠道默认方案')
      : say(`# version ${v.version}, from ${v.from}`, `# 第 ${v.version} 版,自 ${v.from} 起`);

  const show = asked('show', say('the plan in force, every field written out', '生效的方案,列出全部字段'))
    .argument('<channel>', account)
    .option('--on <date>', say('on this business date (default: today)', '按此业务日期(默认今天)'))
    .action(async (id: string, flags: Flags & { on?: string }) => {
      const on = flags.on === undefined ? '' : `?on=${encodeURIComponent(flags.on)}`;
      const found = await asking(flags, lang).ask<Version>('GET', `${pathOf(id)}${on}`);
      print(flags.json === true ? JSON.stringify(found, null, 1) : `${told(found)}\n${yamlText(found.plan).trimEnd()}`);
      exit(0);
    });

  const set = asked('set', say('a new version, from a date on', '新增一个版本,自某日起生效'))
    .argument('<channel>', account)
    .argument('<file>', say('the fields of one plan, as plans.yaml has them', '一份方案的字段,格式同 plans.yaml'))
    .requiredOption('--from <date>', say('the first business date it holds for', '生效的首个业务日期'))
    .action(async (id: string, file: string, flags: Flags & { from: string }) => {
      const body = parseYaml(await readText(file), file, z.record(z.string(), z.unknown()), () => []);
      const made = await asking(flags, lang).ask<Version>('PUT', pathOf(id), { from: flags.from, plan: body });
      print(flags.json === true ? JSON.stringify(made, null, 1) : `${told(made)}\n${yamlText(made.plan).trimEnd()}`);
      exit(0);
    });

  const history = asked('history', say('every version, newest first', '全部版本,新的在前'))
    .argument('<channel>', account)
    .action(async (id: string, flags: Flags) => {
      const on = asking(flags, lang);
      const all: Version[] = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page: Readonly<{ items: readonly Version[]; next?: string }> = await on.ask(
          'GET',
          `${pathOf(id)}/history?limit=200${next && `&after=${next}`}`,
        );
        all.push(...page.items);
        next = page.next;
      }
      if (flags.json === true) print(JSON.stringify(all, null, 1));
      else for (const v of all) print(`${told(v)} · ${v.created_at} · ${v.created_by}\n${yamlText(v.plan).trimEnd()}`);
      exit(0);
    });

  const calendar = asked('calendar', say('holidays of further years, from a file', '从文件导入更多年份的节假日'))
    .argument('<file>', 'calendars.yaml')
    .action(async (file: string, flags: Flags) => {
      const on = asking(flags, lang);
      for (const [name, years] of Map.groupBy(await loadCalendars(file), (y) => y.calendar)) {
        const body = years.map(({ year, off, work, complete }) => ({
          year: String(year),
          off,
          work,
          complete: complete ? 'yes' : 'no',
        }));
        await on.ask('PUT', `/v1/calendars/${name}`, { years: body });
        print(`${name}: ${years.map((y) => y.year).join(', ')}`);
      }
      exit(0);
    });
  return [show, set, history, calendar];
}

const pathOf = (id: string): string => `/v1/channels/${encodeURIComponent(id)}/plan`;

function templates(lang: Lang, say: Say, exit: (code: number) => void): Command {
  return new Command('templates')
    .description(say('usual offers of acquirers, to begin with', '收单机构的常见方案,可作起点'))
    .action(() => {
      for (const t of TEMPLATES) {
        print(`# ${t.id}: ${t.name[lang]}`);
        print(`# ${t.about[lang]}`);
        for (const q of t.questions) print(`#   ${q.id}: ${q.asks[lang]} = ${q.typical} (${CHECK_CONTRACT[lang]})`);
        print(yamlText(t.terms({})));
      }
      exit(0);
    });
}

type AdviseFlags = Readonly<{
  volume: string;
  ticket: string;
  currency: string;
  mix: string;
  account: string;
  answer: readonly string[];
  plan?: string;
  json?: boolean;
}>;

function advise(lang: Lang, say: Say, exit: (code: number) => void): Command {
  return new Command('advise')
    .description(say('which plan costs least, step by step; needs no server', '测算哪个方案费用最低,逐步列出;无需服务'))
    .requiredOption('--volume <amount>', say('what a month brings in', '每月交易额'))
    .requiredOption('--ticket <amount>', say('what one payment is worth on average', '平均每笔金额'))
    .requiredOption(
      '--mix <shares>',
      say('percent by card: debit=30,credit=50,wallet=20', '各类占比(%):debit=30,credit=50,wallet=20'),
    )
    .requiredOption(
      '--account <kind>',
      say('the account money may go to: corporate or personal', '结算账户:corporate(对公)或 personal(法人个人)'),
    )
    .option('--currency <code>', say('of the amounts', '金额币种'), 'CNY')
    .option(
      '--answer <template.question=value>',
      say(
        'what your contract says, such as pos.credit=0.55% (again for more)',
        '合同约定,例如 pos.credit=0.55%(可重复)',
      ),
      (value: string, all: readonly string[]) => [...all, value],
      [] as readonly string[],
    )
    .option('--plan <file>', say('plans of yours to compare (plans.yaml)', '参与比较的自有方案(plans.yaml)'))
    .option('--json', say('as JSON', '以 JSON 输出'))
    .action(async (flags: AdviseFlags) => {
      const advice = adviceOn(await questionOf(flags));
      if (flags.json === true) {
        const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
        const options = advice.options.map(({ total, ...o }) => ({
          ...o,
          ...(total && { total: { amount: decimalText(total.minor, total.currency), currency: total.currency } }),
        }));
        print(JSON.stringify({ ...advice, options }, text, 1));
      } else {
        print(advice.why[lang]);
        for (const option of advice.options) {
          const against = option.against.map((a) => a[lang]).join('; ');
          print(`\n${option.name[lang]}${against === '' ? '' : ` (${against})`}`);
          for (const step of option.steps) print(`  ${step[lang]}`);
        }
      }
      exit(advice.recommended === undefined ? 1 : 0);
    });
}

async function questionOf(flags: AdviseFlags): Promise<Question> {
  const { account } = flags;
  if (account !== 'corporate' && account !== 'personal') throw bad('--account', 'corporate, personal');
  const answers: Record<string, Record<string, string>> = {};
  for (const answer of flags.answer) {
    const [, template, question, value] = /^(\w+)\.(\w+)=(.+)$/.exec(answer) ?? [];
    if (template === undefined) throw bad('--answer', 'pos.credit=0.55%');
    answers[template] = { ...answers[template], [question!]: value! };
  }
  const own = flags.plan === undefined ? [] : await loadPlans(flags.plan, calendarNames([]));
  return {
    volume: { amount: flags.volume, currency: flags.currency },
    ticket: { amount: flags.ticket, currency: flags.currency },
    mix: mixOf(flags.mix),
    account,
    answers,
    own: own.map((plan) => ({ id: [plan.channel, plan.account, plan.from].filter(Boolean).join(' '), plan })),
  };
}

function mixOf(text: string): Partial<Record<Card, string>> {
  const shares = text.split(',').map((part): [Card, string] => {
    const [name, share] = part.trim().split('=');
    const card = CARDS.find((c) => c === name);
    if (card === undefined || share === undefined) throw bad('--mix', 'debit=30,credit=50,wallet=20');
    return [card, share];
  });
  return Object.fromEntries(shares);
}

const bad = (option: string, reason: string): DaozhangError =>
  new DaozhangError('usage.bad_option', { option, reason });
