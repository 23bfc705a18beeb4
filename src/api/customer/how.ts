/**
 * How to find a payment in each app, for anybody: where its details are, which number to show, what “successful” proves and what it does
 * not, how money that came back looks. Facts as of November 2026 in our own words; apps rename their buttons, so each page says that too.
 */
import type { Text } from '../../base/lang.ts';

export type App = 'wechat' | 'alipay' | 'unionpay' | 'bank-card' | 'paypal';
/** A line of the drawing; `mark` is the number in its circle, `code` draws a barcode under it. */
type Row = Readonly<{ label: Text; value: Text; mark?: 1 | 2 | 3 | 4; code?: true }>;
export type How = Readonly<{
  name: Text;
  steps: readonly Text[];
  rows: readonly Row[];
  /** What the numbered places are, in their order. */
  marks: readonly [status: Text, payee: Text, time: Text, number: Text];
  show: Text;
  proves: Text;
  notProves: Text;
  back: readonly Text[];
}>;

const same = (text: string): Text => ({ zh: text, en: text });
const SHOP: Text = { zh: '示例小店', en: 'Sample Shop' };
const TIME = same('2026-11-22 14:03:01');

const STATUS_MARK: Text = { zh: '状态:成功、处理中,还是已退款', en: 'The status: successful, in progress or refunded' };
const PAYEE_MARK: Text = {
  zh: '收款方:是不是这家商户。是个人名字,就是付给了个人',
  en: 'The payee: is it this shop? A person’s name means that a person was paid',
};
const TIME_MARK: Text = { zh: '付款时间:是不是这一次', en: 'The time: is it this purchase?' };
const NOT_PROVES: Text = {
  zh: '它不说明钱付给了谁、付的是哪张订单,也不说明后来有没有退回。图片可以改,旧图可以再用,所以商户看渠道的记录,不看图片。',
  en: 'It does not say who was paid, for which order, or whether the money came back later. Pictures can be changed and shown again, so a shop goes by its channel’s records and not by a picture.',
};
const UNDONE: Text = {
  zh: '没有付成的款:银行可能先扣后退。退回的钱在账单或账户明细里是单独的一笔,金额相同,方向相反。',
  en: 'A payment that did not go through: the bank may take the money first and give it back. It comes back as an entry of its own with the same amount.',
};

export const HOW: Readonly<Record<App, How>> = {
  wechat: {
    name: { zh: '微信', en: 'WeChat' },
    steps: [
      { zh: '打开微信,进入“我 › 服务 › 钱包 › 账单”。', en: 'In WeChat open Me › Services › Wallet › Transactions.' },
      { zh: '按日期和金额找到这笔付款,点开。', en: 'Find the payment by its day and amount and open it.' },
      {
        zh: '详情的最下面是“商户单号”和它的条形码。',
        en: 'At the end of the details stands the merchant order number with its barcode.',
      },
    ],
    rows: [
      { label: { zh: '当前状态', en: 'Status' }, value: { zh: '支付成功', en: 'Paid' }, mark: 1 },
      { label: { zh: '商户全称', en: 'Merchant' }, value: SHOP, mark: 2 },
      { label: { zh: '支付时间', en: 'Time' }, value: TIME, mark: 3 },
      { label: { zh: '交易单号', en: 'Transaction ID' }, value: same('4200…0561') },
      { label: { zh: '商户单号', en: 'Merchant order no.' }, value: same('20261122…7731'), mark: 4, code: true },
    ],
    marks: [
      STATUS_MARK,
      PAYEE_MARK,
      TIME_MARK,
      { zh: '商户单号:请商户扫这个条形码', en: 'The merchant order number: let the shop scan this barcode' },
    ],
    show: {
      zh: '出示“商户单号”的条形码。扫不了,就复制“商户单号”和“交易单号”发给商户。',
      en: 'Show the barcode of the merchant order number. If it cannot be scanned, copy both numbers and send them.',
    },
    proves: {
      zh: '“支付成功”说明微信已记下这笔付款。',
      en: '“Paid” says that WeChat has recorded the payment.',
    },
    notProves: NOT_PROVES,
    back: [
      {
        zh: '退款:原来那笔的状态变成“已全额退款”或“已退款”,账单里另有一笔退款,点开能看到退到哪里。',
        en: 'A refund: the payment’s status turns to refunded, wholly or in part; the refund is an entry of its own and says where the money went.',
      },
      UNDONE,
    ],
  },
  alipay: {
    name: { zh: '支付宝', en: 'Alipay' },
    steps: [
      { zh: '打开支付宝,进入“我的 › 账单”。', en: 'In Alipay open Me › Bills.' },
      { zh: '按日期和金额找到这笔付款,点开。', en: 'Find the payment by its day and amount and open it.' },
      {
        zh: '展开全部详情,找到“商家订单号”和它的条形码。',
        en: 'Unfold all details to see the merchant order number and its barcode.',
      },
    ],
    rows: [
      { label: { zh: '交易状态', en: 'Status' }, value: { zh: '交易成功', en: 'Successful' }, mark: 1 },
      { label: { zh: '收款方', en: 'Payee' }, value: SHOP, mark: 2 },
      { label: { zh: '支付时间', en: 'Time' }, value: TIME, mark: 3 },
      { label: { zh: '订单号', en: 'Order no.' }, value: same('2026112222…0561') },
      { label: { zh: '商家订单号', en: 'Merchant order no.' }, value: same('20261122…7731'), mark: 4, code: true },
    ],
    marks: [
      STATUS_MARK,
      PAYEE_MARK,
      TIME_MARK,
      { zh: '商家订单号:请商户扫这个条形码', en: 'The merchant order number: let the shop scan this barcode' },
    ],
    show: {
      zh: '出示“商家订单号”的条形码。扫不了,就复制“商家订单号”和“订单号”发给商户。',
      en: 'Show the barcode of the merchant order number. If it cannot be scanned, copy both numbers and send them.',
    },
    proves: {
      zh: '“交易成功”说明支付宝已记下这笔付款。',
      en: '“Successful” says that Alipay has recorded the payment.',
    },
    notProves: NOT_PROVES,
    back: [
      {
        zh: '退款:账单里出现“退款成功”的一笔,点开能看到退到余额还是银行卡。全部退款后,原来那笔显示“交易关闭”。',
        en: 'A refund: the bill shows an entry with the refund and where it went, balance or card. After a full refund the payment itself reads closed.',
      },
      UNDONE,
    ],
  },
  unionpay: {
    name: { zh: '云闪付', en: 'UnionPay app' },
    steps: [
      { zh: '打开云闪付,进入账单(交易记录)。', en: 'In the UnionPay app open your bill, the list of transactions.' },
      { zh: '按日期和金额找到这笔付款,点开。', en: 'Find the payment by its day and amount and open it.' },
      { zh: '在详情里找到订单编号。', en: 'Look for the order number in the details.' },
    ],
    rows: [
      { label: { zh: '交易状态', en: 'Status' }, value: { zh: '交易成功', en: 'Successful' }, mark: 1 },
      { label: { zh: '商户名称', en: 'Merchant' }, value: SHOP, mark: 2 },
      { label: { zh: '交易时间', en: 'Time' }, value: TIME, mark: 3 },
      { label: { zh: '付款卡', en: 'Card' }, value: same('**** 0123') },
      { label: { zh: '订单编号', en: 'Order no.' }, value: same('20261122…7731'), mark: 4 },
    ],
    marks: [
      STATUS_MARK,
      PAYEE_MARK,
      TIME_MARK,
      { zh: '订单编号:复制给商户', en: 'The order number: copy it for the shop' },
    ],
    show: {
      zh: '复制订单编号发给商户。刷卡或挥卡付的,再出示签购单上的参考号。',
      en: 'Copy the order number and send it. If you used the card itself, show the reference number on the slip too.',
    },
    proves: {
      zh: '“交易成功”说明银联已记下这笔付款。',
      en: '“Successful” says that UnionPay has recorded the payment.',
    },
    notProves: NOT_PROVES,
    back: [
      {
        zh: '退款或撤销:退回的钱以发卡银行的入账为准,在银行 App 的账户明细里看得到。',
        en: 'A refund or reversal: the card’s bank books it; you see it in your bank’s own app.',
      },
      UNDONE,
    ],
  },
  'bank-card': {
    name: { zh: '银行卡', en: 'Bank card' },
    steps: [
      { zh: '打开发卡银行的 App,进入这张卡的交易明细。', en: 'In your bank’s app open this card’s transactions.' },
      { zh: '按日期和金额找到这笔,点开。', en: 'Find the payment by its day and amount and open it.' },
      { zh: '在店里刷卡的,找出签购单(小票)。', en: 'If you paid in a shop, find the slip too.' },
    ],
    rows: [
      { label: { zh: '交易状态', en: 'Status' }, value: { zh: '已入账', en: 'Booked' }, mark: 1 },
      { label: { zh: '商户名称', en: 'Merchant' }, value: SHOP, mark: 2 },
      { label: { zh: '交易时间', en: 'Time' }, value: TIME, mark: 3 },
      { label: { zh: '卡号尾号', en: 'Card ends in' }, value: same('0123') },
      { label: { zh: '参考号', en: 'Reference no.' }, value: same('326140…7731'), mark: 4 },
    ],
    marks: [
      { zh: '状态:已入账,还是待入账(冻结)', en: 'The status: booked, or still pending' },
      PAYEE_MARK,
      TIME_MARK,
      { zh: '参考号:在签购单或明细里', en: 'The reference number, on the slip or in the details' },
    ],
    show: {
      zh: '告诉商户参考号、金额、时间和卡号后四位。不要给完整卡号、密码或短信验证码。',
      en: 'Tell the shop the reference number, amount, time and the card’s last four digits. Never the full number, a password or a code.',
    },
    proves: {
      zh: '扣款短信或明细说明银行从您的账户划出或冻结了这笔钱。',
      en: 'A message or an entry says that your bank took the money or set it aside.',
    },
    notProves: {
      zh: '它不说明商户已经收到。待入账的款可能没有付成,过后由银行解冻退回。',
      en: 'It does not say that the shop has it. A pending amount may never go through; the bank then sets it free again.',
    },
    back: [
      {
        zh: '退款:信用卡或借记卡的明细里多出一笔贷记,名称一般与商户相同。可能要几个工作日。',
        en: 'A refund: a credit in the card’s transactions, usually under the shop’s name. It can take some working days.',
      },
      {
        zh: '没有付成:待入账的一笔消失,或出现一笔相反的。',
        en: 'A payment that did not go through: the pending entry disappears, or its opposite appears.',
      },
    ],
  },
  paypal: {
    name: same('PayPal'),
    steps: [
      { zh: '打开 PayPal,进入“活动”(Activity)。', en: 'In PayPal open Activity.' },
      { zh: '按日期和金额找到这笔付款,点开。', en: 'Find the payment by its day and amount and open it.' },
      { zh: '在详情里找到交易号(Transaction ID)。', en: 'Look for the transaction ID in the details.' },
    ],
    rows: [
      { label: { zh: '状态', en: 'Status' }, value: { zh: '已完成', en: 'Completed' }, mark: 1 },
      { label: { zh: '收款方', en: 'Paid to' }, value: SHOP, mark: 2 },
      { label: { zh: '日期', en: 'Date' }, value: { zh: '2026年11月22日', en: '22 Nov 2026' }, mark: 3 },
      { label: { zh: '交易号', en: 'Transaction ID' }, value: same('7AB…49X'), mark: 4 },
      { label: { zh: '账单号', en: 'Invoice ID' }, value: same('20261122…7731') },
    ],
    marks: [
      { zh: '状态:已完成、待处理,还是已退款', en: 'The status: completed, pending or refunded' },
      PAYEE_MARK,
      TIME_MARK,
      { zh: '交易号:复制给商户', en: 'The transaction ID: copy it for the shop' },
    ],
    show: {
      zh: '复制交易号发给商户;有账单号(Invoice ID)也一起发。',
      en: 'Copy the transaction ID and send it, with the invoice ID where there is one.',
    },
    proves: {
      zh: '“已完成”说明 PayPal 已把钱记到收款方名下。',
      en: '“Completed” says that PayPal has credited the payee.',
    },
    notProves: {
      zh: '“待处理”(Pending)还不算付成。它也不说明付的是哪张订单,后来有没有退回或有争议。',
      en: '“Pending” is not paid yet. It also does not say for which order it was, or whether it was refunded or disputed later.',
    },
    back: [
      {
        zh: '退款:“活动”里多出一笔退款,说明退到余额还是原来的卡。退到卡要等银行入账。',
        en: 'A refund: Activity shows it and says whether it went to your balance or to the card. A card waits for its bank.',
      },
    ],
  },
};
