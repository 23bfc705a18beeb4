/** `docs/reference/wording.md`: every verdict as people hear it, on one page, with the amounts and dates of one sample payment. */
import type { Text } from '../src/base/lang.ts';
import { money } from '../src/base/money.ts';
import { defaultPlan } from '../src/plans/plan.ts';
import { type Release, VERDICTS, type VerdictCode } from '../src/verdicts/catalogue.ts';
import { type Told, tellCustomer } from '../src/verdicts/customer.ts';
import type { Verdict } from '../src/verdicts/judge.ts';
import { type Next, nextOf, OWNERS, STEPS } from '../src/verdicts/next.ts';
import { type Spoken, say } from '../src/verdicts/say.ts';
import { type Direction, SAYS, SAYS_OUT } from '../src/verdicts/words.ts';

const at = (iso: string): Temporal.Instant => Temporal.Instant.from(iso);
const PAID_AT = at('2026-11-20T10:30:00+08:00');
const PLAN = defaultPlan('wechatpay');
/** Where the day is past: read a week later. */
const PAST: ReadonlySet<VerdictCode> = new Set([
  'received',
  'late',
  'charged_back',
  'payout_returned',
  'short_settled',
]);
const RELEASES: readonly Release[] = ['yes', 'ask', 'no'];
const GOODS: Readonly<Record<Release, Text>> = {
  yes: { en: 'hand over', zh: '可以交货' },
  ask: { en: 'ask first', zh: '先问清楚' },
  no: { en: 'do not hand over', zh: '不要交货' },
};

function spoken(direction: Direction, code: VerdictCode, release: Release): Spoken & Readonly<{ customer: Told }> {
  const now = at(PAST.has(code) ? '2026-11-27T09:00:00+08:00' : '2026-11-20T11:00:00+08:00');
  const verdict: Verdict = {
    code,
    release,
    cause: 'none',
    reason: undefined,
    custody: 'unknown',
    confidence: 'confirmed',
    amount: money(128_000n, 'CNY'),
    promise: {
      on: Temporal.PlainDate.from('2026-11-23'),
      at: at('2026-11-24T00:00:00+08:00'),
      assumed: false,
      rule: { en: '', zh: '' },
    },
    also: [],
    evidence: [],
    path: [],
  };
  const around = {
    direction,
    channel: 'wechatpay',
    plan: PLAN,
    at: PAID_AT,
    look: now.add({ minutes: 5 }),
    now,
  } as const;
  return { ...say(verdict, around), customer: tellCustomer(verdict, around, verdict.amount)! };
}

const row = (who: string, text: Text): string => `| ${who} | ${text.zh} | ${text.en} |`;
/** The page's sentence and its four paragraphs, as one. */
const customerText = ({ title, where, when, you, shop }: Told): Text => ({
  zh: `**${title.zh}** ${where.zh}${when.zh}${you.zh}${shop.zh}`,
  en: `**${title.en}** ${where.en} ${when.en} ${you.en} ${shop.en}`,
});
const stepRow = ({ step, owner }: Next): string => row(`next · ${OWNERS[owner].zh} ${OWNERS[owner].en}`, STEPS[step]);

function verdictLines(direction: Direction, code: VerdictCode, releases: readonly Release[]): readonly string[] {
  const first = spoken(direction, code, releases[0]!);
  const agents = [...new Map(releases.map((r) => [spoken(direction, code, r).agent.zh, r])).values()];
  const customers = [...new Map(releases.map((r) => [spoken(direction, code, r).customer.title.zh, r])).values()];
  return [
    `### \`${code}\` ${VERDICTS[code].title.zh} · ${VERDICTS[code].title.en}`,
    '',
    '| to whom | 中文 | English |',
    '|---|---|---|',
    ...releases.map((r) =>
      row(
        direction === 'in' ? `cashier · ${GOODS[r].zh} ${GOODS[r].en}` : 'cashier',
        spoken(direction, code, r).cashier,
      ),
    ),
    ...agents.map((r) =>
      row(agents.length === 1 ? 'agent' : `agent · ${GOODS[r].zh} ${GOODS[r].en}`, spoken(direction, code, r).agent),
    ),
    ...customers.map((r) =>
      row(
        customers.length === 1 ? 'customer' : `customer · ${GOODS[r].zh} ${GOODS[r].en}`,
        customerText(spoken(direction, code, r).customer),
      ),
    ),
    row('accountant', first.accountant),
    row('would prove it wrong', first.provesWrong),
    ...nextOf({ code, release: releases[0]!, path: [] }, direction).map(stepRow),
    '',
  ];
}

const section = (direction: Direction, says: typeof SAYS | typeof SAYS_OUT): readonly string[] =>
  Object.entries(says).flatMap(([code, { cashier }]) =>
    verdictLines(
      direction,
      code as VerdictCode,
      RELEASES.filter((r) => r in cashier),
    ),
  );

export const wordingPage = (made: string): string =>
  [
    '# Wording 用语',
    '',
    made,
    '',
    'A payment of ¥1,280.00 by WeChat Pay, Friday 2026-11-20 10:30, as each verdict tells it to four people. The words are rendered on reading and never',
    'stored; `src/verdicts/words.ts` and, for the customer, `customer-words.ts` have them, and their tests hold them to their lengths.',
    '以一笔 2026-11-20(周五)10:30 的微信支付 ¥1,280.00 为例,列出每个结论对四种人的说法。文字在读取时生成,从不存储。',
    '',
    '## Money coming in 收款',
    '',
    ...section('in', SAYS),
    '## Money going back 退款',
    '',
    ...section('out', SAYS_OUT),
  ].join('\n');
