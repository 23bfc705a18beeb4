/**
 * A verdict in words for the customer, who is worried and no expert: where the money is, when it comes, what they can do, what the shop does
 * next. Nobody is accused: a receipt that nothing stands behind is a payment we could not find. What is between the shop and its channel
 * (settlement, fees, holds, payouts) is not the customer's: of all of it they are told that their payment is complete.
 *
 * Places as in `words.ts`. `docs/reference/wording.md` shows all of it.
 */
import type { Text } from '../base/lang.ts';
import type { Release, Tone, VerdictCode } from './catalogue.ts';

export type Story = Readonly<{
  tone: Tone;
  /** What {amount} is: what was paid, or what the verdict is about. */
  amount: 'paid' | 'verdict';
  /** One sentence that answers. */
  title: Text;
  where: Text;
  when: Text;
  you: Text;
  shop: Text;
}>;
type ByRelease = Readonly<Partial<Record<Release, Story>>>;

const UPDATES: Text = { zh: '{look},本页会自动更新。', en: '{look}. This page updates by itself.' };
const BANK_KNOWS: Text = {
  zh: '退回的时间以您的银行为准。',
  en: 'Your bank can tell when it is back on your account.',
};
const TELLS_DAY: Text = {
  zh: '退款办理后,本页会写明到账日期。',
  en: 'Once it is sent back, this page names the day it arrives.',
};
const NOTHING: Text = { zh: '您不用做什么,也请不要再付。', en: 'You need not do anything. Please do not pay again.' };
const TRACES: Text = {
  zh: '如果没有收到,商户凭退款单号请{channel}查证。',
  en: 'If it does not come, the shop has {channel} trace it by the refund’s number.',
};

const PAID: Story = {
  tone: 'arrived',
  amount: 'paid',
  title: { zh: '您的 {amount} 已付成', en: 'Your payment of {amount} is complete' },
  where: { zh: '{channel}已收到您{at}付的 {amount}。', en: '{channel} has the {amount} you paid at {at}.' },
  when: { zh: '已经完成,不用再等。', en: 'It is done. There is nothing to wait for.' },
  you: {
    zh: '无需再次付款。如果还没有拿到商品或服务,请在下面告诉商户。',
    en: 'Please do not pay again. If you do not have your goods or service, tell the shop below.',
  },
  shop: { zh: '商户按您的订单交付。', en: 'The shop delivers what you ordered.' },
};
/** The shop's own system had missed it, and was told. */
export const REPAIRED: Story = {
  ...PAID,
  where: {
    zh: '您的付款 {amount} 已到{channel}。商户系统当时没有记到,已补单。',
    en: '{channel} has your payment of {amount}. The shop’s system had missed it and has recorded it since.',
  },
};
const CONFIRMING: Story = {
  tone: 'waiting',
  amount: 'paid',
  title: { zh: '正在核实您付的 {amount}', en: 'We are confirming your payment of {amount}' },
  where: { zh: '商户正在向{channel}核实这笔付款。', en: 'The shop is confirming it with {channel}.' },
  when: UPDATES,
  you: {
    zh: '请不要重复付款。可以在下面补充付款详情,查得更快。',
    en: 'Please do not pay again. Adding the payment’s details below helps to find it sooner.',
  },
  shop: { zh: '核实清楚,就更新本页。', en: 'As soon as it is confirmed, this page says so.' },
};
const ROAD: ByRelease = { yes: PAID, ask: CONFIRMING };

const always = (story: Story): ByRelease => ({ yes: story, ask: story, no: story });
const story = (tone: Tone, rest: Omit<Story, 'tone' | 'amount'>, amount: Story['amount'] = 'verdict'): Story => ({
  tone,
  amount,
  ...rest,
});

export const TO_CUSTOMER: Readonly<Record<VerdictCode, ByRelease>> = {
  received: ROAD,
  on_its_way: ROAD,
  late: ROAD,
  held: ROAD,
  payout_returned: ROAD,
  short_settled: ROAD,
  unrecorded: {
    yes: story('found', {
      title: { zh: '您的 {amount} 已付成,正在补单', en: 'Your payment of {amount} is complete and being recorded' },
      where: {
        zh: '您的付款 {amount} 已到{channel},商户系统还没有记到。',
        en: '{channel} has your payment of {amount}; only the shop’s system does not show it yet.',
      },
      when: { zh: '正在补单,记好后本页会自动更新。', en: 'It is being recorded now. This page updates by itself.' },
      you: { zh: '无需再次付款。', en: 'Please do not pay again.' },
      shop: { zh: '商户把这笔付款补记到您的订单。', en: 'The shop adds the payment to your order.' },
    }),
    ask: CONFIRMING,
  },
  pending: always(
    story('waiting', {
      title: { zh: '{channel}还在处理您的 {amount}', en: '{channel} is still working on your {amount}' },
      where: {
        zh: '钱可能已从您的账户扣出,{channel}还没有确认。',
        en: 'It may have left your account; {channel} has not confirmed it yet.',
      },
      when: UPDATES,
      you: {
        zh: '请不要重复付款。如果最后没有付成,扣出的钱会退回您的账户。',
        en: 'Please do not pay again. If it does not go through, what was taken goes back to your account.',
      },
      shop: { zh: '商户会一直查到有结果。', en: 'The shop keeps asking until it is decided.' },
    }),
  ),
  unpaid: always(
    story('no', {
      title: { zh: '没有查到您的 {amount} 付款', en: 'We could not find a payment of {amount}' },
      where: {
        zh: '{channel}没有这笔付款。如果银行已经扣款,没有付成的钱会退回原账户。',
        en: '{channel} has no such payment. If your bank took the money, it goes back to the account it left.',
      },
      when: BANK_KNOWS,
      you: {
        zh: '请打开付款详情,核对收款方、金额和单号。还要买,可以重新付款。',
        en: 'Open the payment’s details and compare payee, amount and number. To buy, you can pay again.',
      },
      shop: {
        zh: '您补充付款详情后,商户会再查一次。',
        en: 'When you add the payment’s details, the shop looks again.',
      },
    }),
  ),
  paid_elsewhere: always(
    story('no', {
      title: { zh: '您付的 {amount} 不在这张订单上', en: 'Your {amount} was not paid for this order' },
      where: {
        zh: '钱已付出,但收款方或订单不是这一笔。',
        en: 'The money went out, but to another payee or for another order.',
      },
      when: { zh: '能否退回、何时退回,由实际收款方决定。', en: 'Whoever received it decides when it comes back.' },
      you: {
        zh: '请在付款详情里查看收款方,联系对方退款,再付这张订单。',
        en: 'See who was paid in the payment’s details, ask them for it back, then pay this order.',
      },
      shop: { zh: '商户可以帮您核对收款方。', en: 'The shop can help you compare the payee.' },
    }),
  ),
  paid_after_close: always(
    story('found', {
      title: { zh: '您的 {amount} 已收到,订单当时已关闭', en: 'Your {amount} came after the order had closed' },
      where: { zh: '钱在{channel},没有丢。', en: '{channel} has the money. It is not lost.' },
      when: { zh: '商户处理后,本页会自动更新。', en: 'When the shop has decided, this page updates by itself.' },
      you: NOTHING,
      shop: { zh: '商户恢复您的订单,或把钱退给您。', en: 'The shop reopens your order or pays you back.' },
    }),
  ),
  duplicate: always(
    story('found', {
      title: { zh: '同一张订单付了两次,多付 {amount}', en: 'This order was paid twice: {amount} too much' },
      where: { zh: '两笔都已到{channel}。', en: '{channel} has both payments.' },
      when: TELLS_DAY,
      you: NOTHING,
      shop: { zh: '商户把多付的一笔退给您。', en: 'The shop pays the second one back to you.' },
    }),
  ),
  underpaid: always(
    story('late', {
      title: { zh: '您付的钱比订单少 {amount}', en: 'Your payment is {amount} less than the order' },
      where: { zh: '您{at}付的钱已到{channel}。', en: '{channel} has what you paid at {at}.' },
      when: {
        zh: '补付差额或确认优惠后就完成。',
        en: 'It is complete once the rest is paid or a discount is confirmed.',
      },
      you: {
        zh: '请补付差额。如果用了优惠,请告诉商户。',
        en: 'Please pay the rest. If you used a discount, tell the shop.',
      },
      shop: { zh: '商户核对金额和优惠。', en: 'The shop checks the amount and any discount.' },
    }),
  ),
  overpaid: always(
    story('found', {
      title: { zh: '您多付了 {amount}', en: 'You paid {amount} too much' },
      where: { zh: '您{at}付的钱已到{channel}。', en: '{channel} has what you paid at {at}.' },
      when: TELLS_DAY,
      you: NOTHING,
      shop: { zh: '商户把多付的部分退给您。', en: 'The shop pays the surplus back to you.' },
    }),
  ),
  reversed: always(
    story('no', {
      title: { zh: '您的 {amount} 没有付成,钱退回给您', en: 'Your {amount} was undone and goes back to you' },
      where: {
        zh: '{channel}撤销了您{at}的付款,钱退回付款的账户。',
        en: '{channel} undid your payment of {at}; the money goes back to the account you paid from.',
      },
      when: BANK_KNOWS,
      you: {
        zh: '还要买,请重新付款。退回的钱没有收到,请在下面告诉商户。',
        en: 'To buy, please pay again. If the money does not come back, tell the shop below.',
      },
      shop: { zh: '商户可以帮您向{channel}查问。', en: 'The shop can ask {channel} for you.' },
    }),
  ),
  refunded: always(
    story('arrived', {
      title: { zh: '{amount} 已退给您', en: '{amount} was paid back to you' },
      where: { zh: '{channel}已按付款的原路退回。', en: '{channel} sent it back the way you paid.' },
      when: { zh: '退到银行卡可能要几个工作日。', en: 'On a card it can take some working days to show.' },
      you: { zh: '没有收到,请在下面告诉商户。', en: 'If it does not come, tell the shop below.' },
      shop: TRACES,
    }),
  ),
  charged_back: always(
    story('waiting', {
      title: { zh: '{amount} 的付款有争议', en: 'The payment of {amount} is in dispute' },
      where: {
        zh: '付款人提出了争议,钱由{channel}扣回。',
        en: 'The payer raised a dispute; {channel} took the money back.',
      },
      when: { zh: '由付款人的银行或{channel}裁定。', en: 'The payer’s bank or {channel} decides.' },
      you: {
        zh: '如果争议不是您提出的,请联系您的银行。',
        en: 'If it was not you who raised it, please ask your bank.',
      },
      shop: { zh: '商户会向{channel}说明情况。', en: 'The shop explains the sale to {channel}.' },
    }),
  ),
  fake_receipt: always(
    story('waiting', {
      title: { zh: '没有查到这笔付款', en: 'We could not find this payment' },
      where: {
        zh: '{channel}没有与所示 {amount} 相符的付款。',
        en: '{channel} has no payment that fits the {amount} that was shown.',
      },
      when: {
        zh: '您补充付款详情后,马上再查。',
        en: 'When you add the payment’s details, we look again at once.',
      },
      you: {
        zh: '请在付款 App 的账单里找到这笔付款,核对日期、收款方和单号,再发给商户。',
        en: 'Find the payment in your app’s own bill, compare date, payee and number, and send us its details.',
      },
      shop: { zh: '商户收到后再查一次。', en: 'The shop looks again with what you send.' },
    }),
  ),
  reused_receipt: always(
    story('waiting', {
      title: { zh: '这笔付款对应另一张订单', en: 'This payment belongs to another order' },
      where: {
        zh: '查到了您出示的付款,它付的是另一张订单。',
        en: 'We found the payment that you show; it paid another order.',
      },
      when: { zh: '核对清楚后,本页会自动更新。', en: 'Once that is compared, this page updates by itself.' },
      you: {
        zh: '请核对付款详情里的日期和单号。这一单可能还没有付款。',
        en: 'Please compare its date and number. This order may still have to be paid.',
      },
      shop: { zh: '有疑问,商户可以帮您核对。', en: 'If you are in doubt, the shop compares it with you.' },
    }),
  ),
  unknown: {
    yes: PAID,
    ask: story('waiting', {
      title: { zh: '正在查您的 {amount}', en: 'We are looking for your {amount}' },
      where: {
        zh: '还不能确定,商户正在向{channel}核实。',
        en: 'It is not certain yet. The shop is asking {channel}.',
      },
      when: UPDATES,
      you: {
        zh: '请不要重复付款。可以在下面补充付款详情,查得更快。',
        en: 'Please do not pay again. Adding the payment’s details below helps to find it sooner.',
      },
      shop: { zh: '查清就更新本页。', en: 'As soon as it is known, this page says so.' },
    }),
  },
};

/** Money going back to the customer. */
export const TO_CUSTOMER_OUT: Readonly<Partial<Record<VerdictCode, Story>>> = {
  received: story('arrived', {
    title: { zh: '退款 {amount} 已到您的余额', en: 'Your refund of {amount} has arrived' },
    where: { zh: '钱在您的{channel}余额里。', en: 'It is in your {channel} balance.' },
    when: { zh: '{at}已到账。', en: 'It arrived at {at}.' },
    you: { zh: '请打开余额明细查看。', en: 'Look at the details of your balance.' },
    shop: { zh: '商户这边已经办完。', en: 'The shop has nothing left to do.' },
  }),
  on_its_way: story('moving', {
    title: { zh: '退款 {amount} 在路上', en: 'Your refund of {amount} is on its way' },
    where: {
      zh: '{channel}{at}已退出,正退往您付款的账户。',
      en: '{channel} sent it at {at} to the account you paid from.',
    },
    when: { zh: '{due}。', en: '{due}.' },
    you: { zh: '到时没有收到,请在下面告诉商户。', en: 'If it is not there by then, tell the shop below.' },
    shop: TRACES,
  }),
  late: story('late', {
    title: { zh: '退款 {amount} 比预计的晚', en: 'Your refund of {amount} is later than expected' },
    where: { zh: '{channel}说已退出,您还没有收到。', en: '{channel} says it was sent; you do not have it yet.' },
    when: { zh: '{due},正在追查。', en: '{due}. It is being traced.' },
    you: {
      zh: '可以凭退款单号问您的银行。',
      en: 'You can ask your bank about it with the refund’s number.',
    },
    shop: {
      zh: '商户正请{channel}追查,有结果就更新本页。',
      en: 'The shop has {channel} trace it. This page tells the result.',
    },
  }),
  pending: story('waiting', {
    title: { zh: '退款 {amount} 正在办理', en: 'Your refund of {amount} is being made' },
    where: { zh: '{channel}正在办理,钱还没有退出。', en: '{channel} is working on it; it has not been sent yet.' },
    when: UPDATES,
    you: { zh: '不用重新申请。', en: 'You need not ask again.' },
    shop: { zh: '商户会一直查到有结果。', en: 'The shop keeps asking until it is decided.' },
  }),
  payout_returned: story('late', {
    title: { zh: '您的银行没有收下退款 {amount}', en: 'Your bank did not take the refund of {amount}' },
    where: { zh: '钱退回到了{channel},没有丢。', en: '{channel} has it again. It is not lost.' },
    when: { zh: '换一种方式退出后,本页会更新。', en: 'Once it is sent another way, this page updates.' },
    you: { zh: '请告诉商户另一种收款方式。', en: 'Please tell the shop another way to pay you.' },
    shop: { zh: '商户换一种方式退给您。', en: 'The shop pays you another way.' },
  }),
  unpaid: story('late', {
    title: { zh: '退款 {amount} 还没有办成', en: 'Your refund of {amount} was not made yet' },
    where: { zh: '钱还在商户这边,没有退出。', en: 'The shop’s side still has the money.' },
    when: TELLS_DAY,
    you: { zh: '不用重新申请。', en: 'You need not ask again.' },
    shop: { zh: '商户查明原因,重新退款。', en: 'The shop finds out why and refunds again.' },
  }),
  underpaid: story('late', {
    title: { zh: '退款少了 {amount}', en: 'Your refund is {amount} short' },
    where: { zh: '{channel}{at}退出了其中一部分。', en: '{channel} sent a part of it at {at}.' },
    when: TELLS_DAY,
    you: { zh: '您不用做什么。', en: 'You need not do anything.' },
    shop: { zh: '商户核对后补退。', en: 'The shop checks it and refunds the rest.' },
  }),
  overpaid: story('waiting', {
    title: { zh: '退款多了 {amount}', en: 'Your refund is {amount} too much' },
    where: { zh: '{channel}{at}退出的比应退的多。', en: '{channel} sent more at {at} than it should have.' },
    when: { zh: '商户核对后与您联系。', en: 'The shop contacts you once it is checked.' },
    you: { zh: '请等商户联系,先不要转账。', en: 'Please wait for the shop and transfer nothing yourself.' },
    shop: { zh: '商户核对金额。', en: 'The shop checks the amount.' },
  }),
  refunded: story('arrived', {
    title: { zh: '退款 {amount} 应已到账', en: 'Your refund of {amount} should be there' },
    where: { zh: '{channel}{at}已退到您付款的账户。', en: '{channel} sent it at {at} to the account you paid from.' },
    when: { zh: '按时限应已到账。', en: 'By the usual times it should have arrived.' },
    you: {
      zh: '请查看账户明细。没有收到,请在下面告诉商户。',
      en: 'Please look at your account. If it is not there, tell the shop below.',
    },
    shop: TRACES,
  }),
  unknown: story('waiting', {
    title: { zh: '正在核实退款 {amount}', en: 'We are checking your refund of {amount}' },
    where: { zh: '还不能确定,商户正在向{channel}核实。', en: 'It is not certain yet. The shop is asking {channel}.' },
    when: UPDATES,
    you: { zh: '不用重新申请。', en: 'You need not ask again.' },
    shop: { zh: '查清就更新本页。', en: 'As soon as it is known, this page says so.' },
  }),
};
