/** `daozhang refunds`: money given back at our asking: the list, one with its story, a new one. */
import { Command, Option } from 'commander';
import { REFUND_REASONS } from '../actions/refund-book.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Lang, Text } from '../base/lang.ts';
import { type Asking, asking } from './asking.ts';
import { DATA } from './serve.ts';

type Money = Readonly<{ amount: string; currency: string }>;
type Refund = Readonly<{
  id: string;
  payment_ref: string;
  amount: Money;
  state_says: Text;
  reason_says: Text;
  code?: string;
  detail?: string;
  remedy?: Text;
  made_at: string;
  made_by: Readonly<{ name: string }>;
  approval?: Readonly<{ state: string; needs: number; agreed: number; expires_at: string }>;
}>;
type Story = Readonly<{
  refund: Refund;
  steps: ReadonlyArray<Readonly<{ at: string; says: Text; by?: Readonly<{ name: string }>; note?: string }>>;
}>;
type Flags = Readonly<{ data: string; live?: boolean; json?: boolean }>;
type Say = (en: string, zh: string) => string;
type Making = (lang: Lang, say: Say, exit: (code: number) => void) => Command;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export function refundsCommand(lang: Lang, exit: (code: number) => void): Command {
  const say: Say = (en, zh) => (lang === 'zh' ? zh : en);
  const refunds = new Command('refunds').description(
    say('money given back: asked for, agreed to, followed to its end', '退款:申请、审批与结果'),
  );
  for (const command of [list, show, make]) refunds.addCommand(command(lang, say, exit));
  return refunds;
}

const asked = (name: string, say: Say, about: string): Command =>
  new Command(name)
    .description(about)
    .option('--data <folder>', say('the data folder of the server', '服务的数据文件夹'), DATA)
    .option('--live', say('the live side instead of the test side', '正式环境(默认测试环境)'))
    .option('--json', say('as JSON', '以 JSON 输出'));

const lineOf = (r: Refund, lang: Lang): string =>
  [
    r.made_at.slice(0, 19),
    `${r.amount.amount} ${r.amount.currency}`.padStart(16),
    r.state_says[lang],
    r.approval === undefined ? '—' : `${r.approval.agreed}/${r.approval.needs}`,
    r.payment_ref,
    r.reason_says[lang],
    r.id,
  ].join('  ');

const list: Making = (lang, say, exit) =>
  asked('list', say, say('the newest', '最近的退款'))
    .option('--state <state>', say('open, or one of its states', 'open(未了结)或某一状态'))
    .action(async (flags: Flags & { state?: string }) => {
      const query = new URLSearchParams({ limit: '200', ...(flags.state === undefined ? {} : { state: flags.state }) });
      const { items } = await asking(flags, lang).ask<{ items: readonly Refund[] }>('GET', `/v1/refunds?${query}`);
      if (flags.json === true) print(JSON.stringify(items, null, 1));
      else if (items.length === 0) print(say('none', '没有退款'));
      else for (const r of items) print(lineOf(r, lang));
      exit(0);
    });

const show: Making = (lang, say, exit) =>
  asked('show', say, say('one of them and its story', '一笔退款及其经过'))
    .argument('<refund>', say('its id', '退款编号'))
    .action(async (id: string, flags: Flags) => {
      const story = await asking(flags, lang).ask<Story>('GET', `/v1/refunds/${encodeURIComponent(id)}`);
      if (flags.json === true) print(JSON.stringify(story, null, 1));
      else {
        const { refund, steps } = story;
        print(lineOf(refund, lang));
        for (const s of steps)
          print(`  ${[s.at.slice(0, 19), s.says[lang], s.by?.name, s.note].filter(Boolean).join('  ')}`);
        if (refund.remedy !== undefined) print(refund.remedy[lang]);
      }
      exit(0);
    });

const make: Making = (lang, say, exit) =>
  asked('make', say, say('ask that money be given back', '申请退款'))
    .argument('<payment>', say('the payment’s number', '支付单号'))
    .addOption(
      new Option('--reason <reason>', say('why', '原因')).choices(Object.keys(REFUND_REASONS)).makeOptionMandatory(),
    )
    .option('--amount <amount>', say('all that is left, where it is not said', '默认全部可退金额'))
    .option('--currency <currency>', say('its currency', '币种'), 'CNY')
    .option('--note <text>', say('for whoever agrees', '给审批人的说明'))
    .option(
      '--key <key>',
      say(
        'of a command whose answer was lost: asks again, gives nothing back twice',
        '答复丢失的那条命令的 key:再问一次,不重复退款',
      ),
    )
    .action(async (ref: string, flags: Flags & Wanted) => {
      const on = asking(flags, lang);
      const made = await askOnce(on, await paymentOf(on, ref), flags);
      print(flags.json === true ? JSON.stringify(made, null, 1) : lineOf(made, lang));
      exit(0);
    });

type Wanted = Readonly<{ reason: string; amount?: string; currency: string; note?: string; key?: string }>;

/** Each run has a key of its own; where nobody can know whether it was heard, the key is told, for the same request again. */
async function askOnce(on: Asking, paymentId: string, flags: Wanted): Promise<Refund> {
  const key = flags.key ?? newId();
  const lost = (reason: string, cause?: unknown): DaozhangError =>
    new DaozhangError('refund.answer_lost', { reason, key }, cause);
  const body = {
    amount: flags.amount === undefined ? undefined : { amount: flags.amount, currency: flags.currency },
    reason: flags.reason,
    note: flags.note,
  };
  const made = await on
    .ask<Partial<Refund>>('POST', `/v1/payments/${paymentId}/refunds`, body, key)
    .catch((error: unknown) => {
      if (error instanceof DaozhangError && isUnheard(error))
        throw lost(String(error.params.reason ?? error.params.says), error);
      throw error;
    });
  if (made.id === undefined) throw lost('—');
  return made as Refund;
}

const isUnheard = ({ code, params }: DaozhangError): boolean =>
  code === 'serve.not_reached' ||
  (code === 'serve.refused' && (Number(params.status) >= 500 || params.code === 'api.key_in_flight'));

/** Money does not go back by a number that two payments have. */
async function paymentOf(on: Asking, ref: string): Promise<string> {
  type Found = Readonly<{ items: ReadonlyArray<Readonly<{ id: string; payment_ref: string }>>; payout?: object }>;
  const { items: all, payout } = await on.ask<Found>('GET', `/v1/payments/search?${new URLSearchParams({ ref })}`);
  // A payout's number is nobody's payment.
  const items = payout === undefined ? all : [];
  const named = items.filter((p) => p.payment_ref === ref);
  const found = named.length > 0 ? named : items;
  if (found.length !== 1)
    throw new DaozhangError('refund.which', {
      ref,
      count: found.length,
      refs: found.map((p) => p.payment_ref).join(', '),
    });
  return found[0]!.id;
}
