/** The words as people meet them: short enough for a counter, whole sentences for the telephone, no code and no jargon, in both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lang, Text } from '../base/lang.ts';
import { money } from '../base/money.ts';
import { defaultPlan } from '../plans/plan.ts';
import { type Release, VERDICTS, type VerdictCode } from './catalogue.ts';
import type { Verdict } from './judge.ts';
import { nextOf } from './next.ts';
import { say } from './say.ts';
import { type Direction, SAYS, SAYS_OUT } from './words.ts';

const PLAN = defaultPlan('wechatpay');
const NOW = Temporal.Instant.from('2026-11-20T03:00:00Z');
const MONDAY = { on: Temporal.PlainDate.from('2026-11-23'), at: Temporal.Instant.from('2026-11-23T16:00:00Z') };

type Shown = Readonly<{ direction: Direction; code: VerdictCode; release: Release }>;
const ALL: readonly Shown[] = [
  ...Object.entries(SAYS).map(([code, says]) => ['in' as const, code, says] as const),
  ...Object.entries(SAYS_OUT).map(([code, says]) => ['out' as const, code, says] as const),
].flatMap(([direction, code, says]) =>
  Object.keys(says.cashier).map((release) => ({ direction, code: code as VerdictCode, release: release as Release })),
);

/** A large amount, a day that is named, a look on another day: as long as it gets. `bare`: nothing is known that could be named. */
function spoken({ direction, code, release }: Shown, bare = false, look = NOW.add({ hours: 24 * 50 })) {
  const verdict: Verdict = {
    code,
    release,
    cause: 'none',
    reason: undefined,
    custody: 'unknown',
    confidence: 'confirmed',
    amount: bare ? undefined : money(1_234_567n, 'CNY'),
    promise: bare ? undefined : { ...MONDAY, assumed: false, rule: { en: '', zh: '' } },
    also: [],
    evidence: [],
    path: [],
  };
  const at = bare ? undefined : Temporal.Instant.from('2026-10-31T02:30:00Z');
  return say(verdict, { direction, channel: 'wechatpay', plan: PLAN, at, look: bare ? undefined : look, now: NOW });
}
const nameOf = (s: Shown): string => `${s.direction} ${s.code} ${s.release}`;
const wrong = (find: (s: Shown) => readonly string[]): readonly string[] =>
  ALL.flatMap((s) => find(s).map((what) => `${nameOf(s)}: ${what}`));
const textsOf = (s: Shown): readonly Text[] => {
  const [full, bare] = [spoken(s), spoken(s, true)];
  return [full, bare].flatMap((w) => [w.cashier, w.agent, w.accountant, w.provesWrong]);
};
const bothOf = (s: Shown): readonly string[] => textsOf(s).flatMap((t) => [t.zh, t.en]);

/** A full-width character is one, a letter half. */
const widthOf = (text: string): number => [...text].reduce((n, c) => n + (c.codePointAt(0)! > 0x2e7f ? 1 : 0.5), 0);

test('the cashier’s line: at most 20 Chinese characters, or 60 letters', () => {
  const found = wrong((s) => {
    const line = spoken(s).cashier;
    return [
      ...(widthOf(line.zh) > 20 ? [`${widthOf(line.zh)} ${line.zh}`] : []),
      ...(line.en.length > 60 ? [`${line.en.length} ${line.en}`] : []),
    ];
  });
  assert.deepEqual(found, []);
});

const sentences = (text: string, lang: Lang): number => (text.match(lang === 'zh' ? /。/g : /\.(?= |$)/g) ?? []).length;

test('the agent says up to three whole sentences; the accountant reads one line', () => {
  const found = wrong((s) =>
    [spoken(s), spoken(s, true)].flatMap((w) =>
      (['zh', 'en'] as const).flatMap((lang) => [
        ...(sentences(w.agent[lang], lang) > 3 || sentences(w.agent[lang], lang) < 1 ? [w.agent[lang]] : []),
        ...(/[.。]$/.test(w.agent[lang]) && /[.。]$/.test(w.accountant[lang]) ? [] : ['it does not end']),
        ...(w.accountant[lang].includes('\n') || widthOf(w.accountant[lang]) > 80 ? [w.accountant[lang]] : []),
      ]),
    ),
  );
  assert.deepEqual(found, []);
});

test('no place is left open', () => {
  assert.deepEqual(
    wrong((s) => bothOf(s).filter((t) => /[{}]|undefined|null|NaN/.test(t))),
    [],
  );
});

const JARGON =
  /API|HTTP|[Ww]ebhook|[Nn]otify|[Cc]allback|[Pp]ayload|[Ii]nquiry|[Tt]race|[Bb]atch|T\+\d|D\+\d|PSP|acquirer|冲正|轧差|对账文件|回调|异步|报文|接口|幂等|清分|头寸|商户号|日切/;

test('no code, no jargon, no shouting', () => {
  const found = wrong((s) =>
    bothOf(s).filter(
      (t) =>
        // “Have the channel trace it” is what is done with a lost refund.
        JARGON.test(t.replace(/\btrace it\b|\btracing it\b/g, '')) ||
        /[A-Z]{2,}|_/.test(t.replaceAll('WeChat Pay', '')) ||
        Object.keys(VERDICTS).some((code) => code.includes('_') && t.includes(code)) ||
        /[!！…]/.test(t),
    ),
  );
  assert.deepEqual(found, []);
});

test('signs as the rest of the program sets them', () => {
  const found = wrong((s) => {
    const zh = textsOf(s).map((t) => t.zh);
    const en = textsOf(s).map((t) => t.en);
    return [
      ...zh.filter((t) => /[，；：?？]|[一-鿿]\.|\s$| {2}|[,;。] |[一-鿿] [一-鿿]|\d:\d\d[一-鿿]/.test(t)),
      ...en.filter((t) => /[一-鿿，。；]|\s$| {2}| [,.;]|'/.test(t) || !/^[A-Z¥]/.test(t)),
      // A comma between two whole sentences.
      ...en.filter((t) => /, (you need not|we tell|we will) /.test(t)),
    ];
  });
  assert.deepEqual(found, []);
});

/** Who; how much, or what stands for it; what happens next. */
const WHO = {
  zh: /微信支付|商户|本店|银行|顾客|我们|渠道|付款人|收款方|订单/,
  en: /WeChat Pay|shop|bank|customer|payee|payer|channel|order|\b[Ww]e\b/,
};
const HOW_MUCH = { zh: /¥12,345\.67|这笔钱|付款|付的钱/, en: /¥12,345\.67|this amount|payment/ };
const NEXT = {
  zh: /不用|不要|请|可以|会|正在|再查|无需|到时|由商户/,
  en: /need not|please|Please|can|will|are (asking|putting|looking)|[Cc]heck|[Nn]othing to do|Ask|Add|Collect|Refund|Reopen|Correct|Claim|Send|Mark|Keep|Do not|Pay|Find|Have/,
};

test('agent and accountant name who, how much, and what happens next', () => {
  const found = wrong((s) => {
    const w = spoken(s);
    return [w.agent, w.accountant].flatMap((t) =>
      (['zh', 'en'] as const).flatMap((lang) => [
        ...(WHO[lang].test(t[lang]) ? [] : [`nobody: ${t[lang]}`]),
        ...(HOW_MUCH[lang].test(t[lang]) ? [] : [`no amount: ${t[lang]}`]),
        ...(NEXT[lang].test(t[lang]) ? [] : [`nothing next: ${t[lang]}`]),
      ]),
    );
  });
  assert.deepEqual(found, []);
});

test('whoever is told to wait is not told to take the goods, and the other way round', () => {
  const found = wrong((s) => {
    if (s.direction === 'out') return [];
    const { agent, cashier } = spoken(s);
    const takes = /可以取货|take the goods/.test(agent.zh + agent.en);
    const gives = /交货/.test(cashier.zh) && !/不要交货|先别交货|不再交货/.test(cashier.zh);
    return [
      ...(takes && s.release !== 'yes' ? [agent.zh] : []),
      ...(gives !== (s.release === 'yes') && !(s.release === 'yes' && s.code === 'duplicate') ? [cashier.zh] : []),
    ];
  });
  assert.deepEqual(found, []);
});

test('what the merchant may choose has a line for each choice, and every verdict has its words and its next step', () => {
  for (const code of ['paid_after_close', 'overpaid', 'duplicate'] as const)
    assert.deepEqual(Object.keys(SAYS[code].cashier).sort(), ['ask', 'no', 'yes']);
  // Whoever claims a payment may be in doubt although the payment is not (`receipt.ts`).
  for (const [code, { cashier }] of Object.entries(SAYS)) assert.ok(!('yes' in cashier) || 'ask' in cashier, code);
  assert.deepEqual(Object.keys(SAYS), Object.keys(VERDICTS));
  const idle = ALL.filter((s) => nextOf({ ...s, path: [] }, s.direction).length === 0).map(nameOf);
  assert.deepEqual(idle, ['out received no', 'out refunded no']);
});

test('a look on the first day of a year is not told with the year, and one that is past is happening', () => {
  const turn: Shown = { direction: 'in', code: 'pending', release: 'ask' };
  assert.deepEqual(spoken(turn, false, Temporal.Instant.from('2027-01-01T03:05:00Z')).cashier, {
    zh: '渠道处理中,先别交货,1月1日 11:05 再查',
    en: 'In progress. Keep the goods; next check 11:05 on 1 Jan.',
  });
  assert.equal(spoken(turn, false, NOW).cashier.zh, '渠道处理中,先别交货,我们正在查');
});
