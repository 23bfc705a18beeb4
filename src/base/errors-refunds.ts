/** The errors of giving back, and of agreeing to it. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const REFUND_ERRORS = {
  'refund.not_paid': {
    exit: 2,
    says: {
      en: 'the channel holds nothing of this payment that could be given back',
      zh: '渠道未持有该笔支付的款项,无可退金额',
    },
    remedy: {
      en: 'Ask the channel again; where it was taken back, the money is with the customer already.',
      zh: '请再次查询渠道;若已撤销,款项已在顾客处。',
    },
  },
  'refund.unclear': {
    exit: 2,
    says: { en: 'the sources contradict each other about this payment', zh: '该笔支付的来源说法互相矛盾' },
    remedy: {
      en: 'Ask the channel again; give back once it is clear what was paid.',
      zh: '请再次查询渠道,待金额明确后再退款。',
    },
  },
  'refund.wrong_currency': {
    exit: 2,
    says: { en: 'it was paid in {currency}', zh: '该笔支付的币种为 {currency}' },
    remedy: { en: 'Give back in the same currency.', zh: '请以相同币种退款。' },
  },
  'refund.nothing': {
    exit: 2,
    says: { en: 'an amount of nothing gives nothing back', zh: '退款金额必须大于零' },
    remedy: { en: 'Name an amount, or leave it out for all that is left.', zh: '请填写金额;不填则退全部可退金额。' },
  },
  'refund.too_much': {
    exit: 2,
    says: {
      en: '{amount} is more than is left to give back: {left} {currency}',
      zh: '{amount} 超过可退余额 {left} {currency}',
    },
    remedy: {
      en: 'What is asked for, under way, refunded at the channel or charged back counts. Ask for no more than is left.',
      zh: '已申请、处理中、渠道已退或被拒付的金额均已计入。请不要超过可退余额。',
    },
  },
  'refund.too_old': {
    exit: 2,
    says: { en: 'it was paid more than {days} days ago', zh: '付款已超过 {days} 天' },
    remedy: {
      en: 'The policy (refund_days) or the channel does not give back that late: pay the customer another way.',
      zh: '处理政策(refund_days)或渠道不支持超期退款:请以其他方式退还顾客。',
    },
  },
  'refund.too_many': {
    exit: 2,
    says: {
      en: 'the channel gives a payment back in at most {parts} parts',
      zh: '该渠道每笔支付最多分 {parts} 次退款',
    },
    remedy: { en: 'Give the rest back another way.', zh: '剩余金额请以其他方式退还。' },
  },
  'refund.over_daily': {
    exit: 2,
    says: {
      en: 'this account gives back at most {most} {currency} a day; today {left} is left',
      zh: '该账户每日最多退款 {most} {currency},今日剩余 {left}',
    },
    remedy: {
      en: 'Wait for tomorrow, or have an administrator raise refund_daily in the policy.',
      zh: '请明日再退,或请管理员在处理政策中调高 refund_daily。',
    },
  },
  'refund.no_call': {
    exit: 2,
    says: { en: 'this channel takes no refunds from here: {reason}', zh: '无法由本系统向该渠道发起退款:{reason}' },
    remedy: { en: 'Give it back in the channel’s own console.', zh: '请在渠道商户平台退款。' },
  },
  'refund.paused': {
    exit: 2,
    says: { en: 'the channel account is paused', zh: '渠道账户已暂停' },
    remedy: { en: 'Make it active first.', zh: '请先启用该账户。' },
  },
  'refund.changed': {
    exit: 2,
    says: { en: 'meanwhile another refund of this payment was asked for', zh: '在此期间该笔支付有了另一笔退款申请' },
    remedy: { en: 'Read it again, then decide.', zh: '请重新查看后再决定。' },
  },
  'refund.wrong_step': {
    exit: 2,
    says: {
      en: 'it is “{state}”: it can be cancelled only before it is sent',
      zh: '退款状态为“{state}”:仅在发送前可以取消',
    },
    remedy: {
      en: 'What was sent to the channel is the channel’s to answer.',
      zh: '已发送到渠道的退款,以渠道答复为准。',
    },
  },
  'refund.which': {
    exit: 2,
    says: { en: '“{ref}” is the number of {count} payments: {refs}', zh: '“{ref}”对应 {count} 笔支付:{refs}' },
    remedy: { en: 'Name the payment by its own number.', zh: '请使用该笔支付自己的单号。' },
  },
  'refund.answer_lost': {
    exit: 2,
    says: {
      en: 'no answer came ({reason}): the refund may have been asked for, or not',
      zh: '没有收到答复({reason}):退款可能已经申请,也可能没有',
    },
    remedy: {
      en: 'Run the same command with --key {key} within 24 hours: it asks again, and nothing is given back twice.',
      zh: '请在 24 小时内用同一条命令加上 --key {key} 重试:只会再问一次,不会重复退款。',
    },
  },
  'approval.own': {
    exit: 2,
    says: { en: 'who asked for it does not agree to it', zh: '申请人不能自己审批' },
    remedy: {
      en: 'Another person with the right to approve does. Up to which amount one person is enough stands in the policy (refund_alone).',
      zh: '请由另一位有审批权限的成员处理。多少金额以内一人即可,见处理政策(refund_alone)。',
    },
  },
  'approval.changed': {
    exit: 2,
    says: { en: 'this is not what was asked for any more', zh: '审批内容与申请时不一致' },
    remedy: { en: 'Read it again, then decide on what stands there now.', zh: '请重新查看,以当前内容为准再审批。' },
  },
  'approval.decided': {
    exit: 2,
    says: { en: 'it is decided already: {state}', zh: '已有结果:{state}' },
    remedy: { en: 'Ask for it again where it is still wanted.', zh: '如仍需要,请重新申请。' },
  },
  'approval.twice': {
    exit: 2,
    says: { en: 'you have agreed to it already; it needs another person', zh: '您已审批过;还需另一位成员审批' },
    remedy: { en: 'Wait for the other person.', zh: '请等待另一位成员。' },
  },
} as const satisfies Record<string, Entry>;
