/**
 * The trading day as a folder that `daozhang reconcile` reads: the documents, the configuration beside them, the truth, and a
 * page that says what is in it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALIPAY } from './chain.ts';
import { type Day, truthOf } from './day.ts';
import type { Document } from './documents/domain.ts';
import { utf8 } from './documents/text.ts';

/** Every file of the folder, documents first. */
export function dayFolder(day: Day): readonly Document[] {
  const text = (name: string, content: string): Document => ({ name, bytes: utf8(content) });
  return [
    ...day.documents,
    text('daozhang.yaml', CONFIG),
    text('plans.yaml', PLANS),
    { name: LAKALA_FORMATS, bytes: readFileSync(join(import.meta.dirname, '..', 'examples', LAKALA_FORMATS)) },
    text('expected.json', `${JSON.stringify(truthOf(day.truth), undefined, 2)}\n`),
    text('README.md', readme(day)),
  ];
}

const LAKALA_FORMATS = 'lakala.formats.yaml';

const CONFIG = `timezone: Asia/Shanghai
plans: plans.yaml
formats: [${LAKALA_FORMATS}]
`;

const PLANS = `# 结算方案:约定的费率与到账日。字段说明见 docs/reference/plans.md。
# What was agreed with each channel. Fields: docs/reference/plans.md.
plans:
  - channel: wechatpay
    fee: { rate: 0.60% }

  # 有账务明细的支付宝账户:当日进余额。 The Alipay account with its ledger: in the balance the same day.
  - channel: alipay
    account: ${ALIPAY.tea}
    settle: { cycle: D+0 }
    fee: { rate: 0.60% }

  - channel: alipay
    fee: { rate: 0.60% }

  - channel: lakala
    fee: { rate: 0.50% }

  # 银联清算日 23:00 日切。 UnionPay's day closes at 23:00.
  - channel: unionpay
    settle: { cycle: T+1, calendar: CN, cutoff: 23:00 }
    fee: { rate: 0.50% }
`;

/** What each document is, in both languages. */
const CONTENTS: ReadonlyArray<readonly [file: RegExp, zh: string, en: string]> = [
  [/^orders\//, '订单表:三家门店', 'order book of three stores'],
  [/101All/, '微信支付交易账单,门店 01', 'WeChat Pay trade bill, store 01'],
  [
    /101Fundflow/,
    '微信支付资金账单,门店 01:每笔入账、手续费、提现',
    'its fund flow: each movement, fees, the withdrawal',
  ],
  [/102All/, '微信支付交易账单,门店 02', 'WeChat Pay trade bill, store 02'],
  [/103All/, '微信支付交易账单,门店 03(gzip)', 'WeChat Pay trade bill, store 03 (gzip)'],
  [
    /7801.*trade/,
    '支付宝业务账单,门店 01、02(明细与汇总)',
    'Alipay business bill, stores 01 and 02 (detail and summary)',
  ],
  [/7801.*sign/, '支付宝账务明细,同一账户', "that account's ledger"],
  [/7802.*trade/, '支付宝业务账单,门店 03', 'Alipay business bill, store 03'],
  [
    /^lakala/,
    '拉卡拉对账单:独立刷卡终端,与订单没有共同单号',
    'Lakala bill: stand-alone terminals that share no number with the orders',
  ],
  [/^unionpay/, '银联对账文件 ZM(交易)与 ZME(差错)', 'UnionPay files ZM (transactions) and ZME (errors)'],
  [/camt053/, '银行对账单 camt.053:微信支付、拉卡拉入账', 'bank statement camt.053: WeChat Pay and Lakala pay in here'],
  [/bank\/.*csv$/, '银行流水 CSV:支付宝、银联入账', "another bank's CSV: Alipay and UnionPay pay in here"],
];

function readme(day: Day): string {
  const contents = day.documents.map(({ name }) => {
    const [, zh, en] = CONTENTS.find(([pattern]) => pattern.test(name))!;
    return `| \`${name}\` | ${zh} | ${en} |`;
  });
  const { breaks, open, ambiguous } = truthOf(day.truth);
  return `# 一个交易日 · One trading day

三家门店(两家茶铺、一家车站便利店)在 ${day.on} 这一天的全部单据,约 ${day.payments} 笔付款;银行流水到次日。
全部是生成的,没有真实的商户、顾客或账号。

Everything three shops have on paper about ${day.on}: some ${day.payments} payments, with the bank statements up to the day after.
All of it is generated; no merchant, customer or account is real.

\`\`\`
daozhang reconcile examples/day
\`\`\`

| 文件 file | | |
|---|---|---|
${contents.join('\n')}
| \`daozhang.yaml\`, \`plans.yaml\`, \`lakala.formats.yaml\` | 配置:时区、约定的费率与到账日、拉卡拉账单的列 | configuration: zone, agreed rates and dates, the columns of Lakala's bill |
| \`expected.json\` | 真相:埋下的每一个问题 | the truth: every trouble that was planted |

## 该看什么

埋了 ${breaks.length} 个差错、${open.length} 个待办、${ambiguous.length} 组无法判断的配对,其余每一分钱都对得上。核对结果应与 \`expected.json\` 完全一致,不多也不少。

- 订单与账单:有订单没收款、收了款没订单、多付少付、通知丢失、关单后付款、重复支付、撤销、退款不符、拒付、日切。
- 同一台独立终端在同一分钟有两笔 37.60 元的订单,只收到一笔:系统列出候选,不替您猜。
- 门店 03 有六笔按 1.00% 收了手续费,约定是 0.60%。
- 支付宝账务明细缺一笔、少记一笔;微信资金账单有一笔前一天的款今天才放行。
- 门店 02 的微信结算款没有到账;支付宝一笔到账后被退汇;银联少结 36.50 元;拉卡拉两个商户号合成一笔到账,另有一笔说不清来历。

## What to look for

${breaks.length} breaks, ${open.length} open items and ${ambiguous.length} ambiguous set are planted; every other cent agrees. The result must equal \`expected.json\`: nothing missing, nothing extra.

- Orders and bills: paid only in the book, paid only at the channel, too little, too much, notification lost, paid after close, paid twice, reversed, refunds that differ, a dispute, the day cut.
- One stand-alone terminal had two orders of 37.60 in the same minute and took one payment: the candidates are listed, none is guessed.
- Six payments of store 03 were charged 1.00 % where 0.60 % was agreed.
- Alipay's ledger lacks one payment and booked another short; WeChat's fund flow released one of the day before.
- WeChat never paid store 02; an Alipay payout came back; UnionPay paid 36.50 too little; Lakala paid two merchant numbers in one sum, and another sum nobody can explain.

\`node sim/make-day.ts\` writes this folder again, byte for byte.
`;
}
