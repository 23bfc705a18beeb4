/**
 * A verdict in words, for three people: the cashier with the customer in front (one line), the agent on the telephone (up to three
 * sentences that may be read out), the accountant (one line); and what would prove us wrong. No code and no jargon. Rendered on reading,
 * never stored; `docs/reference/wording.md` shows all of them on one page.
 *
 * Places: {amount} what the verdict is about, {channel}, {at} when it was paid, {due} when it is expected and {look} when we look again, as
 * clauses of their own. May not: decide anything.
 */
import type { Text } from '../base/lang.ts';
import type { Release, VerdictCode } from './catalogue.ts';

export type Direction = 'in' | 'out';

export type Says = Readonly<{
  /** At most 20 Chinese characters or 60 letters with an amount of the size a counter sees. By what may be done with the goods. */
  cashier: Readonly<Partial<Record<Release, Text>>>;
  agent: Text;
  /** Where it is another for what may be done with the goods. */
  agentFor?: Readonly<Partial<Record<Release, Text>>>;
  accountant: Text;
  /** What would prove it wrong. */
  provesWrong: Text;
}>;

/** Where only a notification says it and the amount asks for more, or who claims it is in doubt: the same line whatever the verdict. */
const CONFIRMING: Text = { zh: '正在核实 {amount},请稍候', en: 'Checking {amount} with the channel. One moment.' };
const PAID: Text = { zh: '已付 {amount},可以交货', en: 'Paid {amount}. Hand over.' };
const ROAD = { yes: PAID, ask: CONFIRMING } as const;
const CONFIRMS = {
  ask: {
    zh: '您付的 {amount},我们正在向{channel}核实。请稍候,不用再付。',
    en: 'We are confirming your payment of {amount} with {channel}. One moment, please; you need not pay again.',
  },
} as const;

const TAKEN_BACK: Text = {
  zh: '渠道撤销这笔,或它的完整账单里没有这笔。',
  en: 'The channel takes it back, or its complete bill does not have it.',
};

export const SAYS = {
  received: {
    cashier: { ...ROAD, yes: { zh: '已到账 {amount},可以交货', en: '{amount} has arrived. Hand over.' } },
    agent: {
      zh: '您{at}付的 {amount} 已经到了商户的银行账户。不用再付,也不用再做什么。',
      en: 'Your payment of {amount} at {at} has reached the shop’s bank account. You need not pay again or do anything.',
    },
    agentFor: CONFIRMS,
    accountant: {
      zh: '{channel} {amount} 已到账,含在银行流水的一笔入账里;无需处理。',
      en: '{channel} {amount} has arrived, inside a sum on the bank statement. Nothing to do.',
    },
    provesWrong: {
      zh: '银行冲回这笔入账,或付款人事后拒付。',
      en: 'The bank takes the credit back, or the payer disputes the payment.',
    },
  },
  on_its_way: {
    cashier: ROAD,
    agent: {
      zh: '您{at}付的 {amount},{channel}已经收到。您可以取货,不用再付。',
      en: '{channel} has your payment of {amount} from {at}. You can take the goods and need not pay again.',
    },
    agentFor: CONFIRMS,
    accountant: {
      zh: '{channel}已收 {amount},{due};到时再查。',
      en: '{channel} holds {amount}, {due}. Checked again then.',
    },
    provesWrong: TAKEN_BACK,
  },
  late: {
    cashier: ROAD,
    agent: {
      zh: '您{at}付的 {amount} 已经付成,可以取货。{channel}还没有把钱转给商户,由商户去追问,与您无关。',
      en: 'Your payment of {amount} at {at} is complete and you can take the goods. {channel} has not passed it on to the shop yet; that is for the shop to pursue.',
    },
    agentFor: CONFIRMS,
    accountant: {
      zh: '{channel} {amount} {due},至今没有入账凭据;请向{channel}查问。',
      en: '{channel} {amount}: {due}, and nothing shows that it arrived. Ask {channel} where it is.',
    },
    provesWrong: {
      zh: '银行流水里有这笔钱,只是并在别的入账里或记在别的账户。',
      en: 'The bank has the money after all, inside another credit or on another account.',
    },
  },
  unrecorded: {
    cashier: {
      yes: { zh: '已付 {amount},正在补单,可交货', en: 'Paid {amount}; our system is catching up. Hand over.' },
      ask: CONFIRMING,
    },
    agent: {
      zh: '您{at}付的 {amount},{channel}已经收到,只是商户的系统还没有记上。我们正在补记,您不用再付。',
      en: '{channel} has your payment of {amount} from {at}; only the shop’s system does not show it yet. We are putting that right; please do not pay again.',
    },
    agentFor: CONFIRMS,
    accountant: {
      zh: '{channel}已收 {amount},本店系统未记;正在补记,请核对所属订单。',
      en: '{channel} has {amount} that the shop’s system has not recorded. It is being recorded; check the order it belongs to.',
    },
    provesWrong: TAKEN_BACK,
  },
  pending: {
    cashier: { ask: { zh: '渠道处理中,先别交货,{look}', en: 'In progress. Keep the goods; {look}.' } },
    agent: {
      zh: '您付的 {amount},{channel}还在处理,尚无结果。请不要重复付款;{look},一有结果就告诉您。',
      en: '{channel} is still working on your payment of {amount}. Please do not pay again. {look}; we will tell you as soon as it is decided.',
    },
    accountant: { zh: '{channel} {amount} 处理中,{look}。', en: '{channel} {amount} is in progress; {look}.' },
    provesWrong: { zh: '渠道答复已付,或答复未付。', en: 'The channel answers that it is paid, or that it is not.' },
  },
  unpaid: {
    cashier: { no: { zh: '没有收到付款,不要交货', en: 'Not paid. Do not hand over.' } },
    agent: {
      zh: '{channel}没有 {amount} 的付款。如果银行已经扣款,钱会自动退回。请打开付款详情核对收款方和单号,或重新付款。',
      en: '{channel} has no payment of {amount}. If your bank took the money, it comes back by itself. Please check payee and number in the payment’s details, or pay again.',
    },
    accountant: {
      zh: '{channel}没有 {amount} 的付款;请重新收款或关闭订单。',
      en: '{channel} has no payment of {amount}. Collect again or close the order.',
    },
    provesWrong: {
      zh: '渠道稍后通知已付,或它的账单里有这笔。',
      en: 'The channel reports it paid later, or its bill has it.',
    },
  },
  paid_elsewhere: {
    cashier: { no: { zh: '钱付给了别处,不要交货', en: 'Paid to someone else. Do not hand over.' } },
    agent: {
      zh: '您的 {amount} 已付出,但收款的不是本店。请在付款详情里查看收款方,联系对方退款,再向本店付款。',
      en: 'Your payment of {amount} went through, but not to this shop. Please ask the payee named in the payment’s details for it back, then pay here.',
    },
    accountant: {
      zh: '{amount} 付给了别的收款方,本店没有这笔;请检查收款码。',
      en: '{amount} went to another payee; the shop has no such payment. Check the codes on display.',
    },
    provesWrong: { zh: '渠道在本店名下查到这笔付款。', en: 'The channel finds the payment under this shop.' },
  },
  paid_after_close: {
    cashier: {
      yes: { zh: '关单后付款 {amount},可以交货', en: 'Paid {amount} after closing. Hand over.' },
      ask: { zh: '关单后付款 {amount},请问店长', en: 'Paid {amount} after the order closed. Ask the manager.' },
      no: { zh: '关单后付款 {amount},将退款', en: 'Paid {amount} after closing: to be refunded.' },
    },
    agent: {
      zh: '您{at}付的 {amount} 已经收到,但那时订单已经关闭。商户会恢复订单或退款,您不用再付。',
      en: 'Your payment of {amount} came at {at}, after the order had been closed. The shop will reopen the order or refund you; please do not pay again.',
    },
    accountant: {
      zh: '{channel} {amount} 在关单后付成;请恢复订单,或退款。',
      en: '{channel} {amount} was paid after the order was closed. Reopen it or refund.',
    },
    provesWrong: {
      zh: '订单其实没有关闭,或渠道撤销这笔。',
      en: 'The order was not closed after all, or the channel takes the payment back.',
    },
  },
  duplicate: {
    cashier: {
      yes: { zh: '重复付款 {amount},只交一次货', en: 'Paid twice ({amount}). Hand over once.' },
      ask: { zh: '重复付款 {amount},请问店长', en: 'Paid twice ({amount}). Ask the manager.' },
      no: { zh: '重复付款 {amount},不再交货', en: 'Paid twice ({amount}). Do not hand over again.' },
    },
    agent: {
      zh: '这张订单付了两次,多付的是{at}的这笔 {amount}。商户会退给您,您不用做什么。',
      en: 'This order was paid twice; the second payment is {amount} at {at}. The shop will refund it; you need not do anything.',
    },
    accountant: {
      zh: '同一订单收到第二笔 {amount};请退还多付的一笔。',
      en: 'A second {amount} for one order. Refund the surplus payment.',
    },
    provesWrong: { zh: '两笔其实属于两张订单。', en: 'The two belong to two orders.' },
  },
  underpaid: {
    cashier: { ask: { zh: '少付 {amount},请补收', en: '{amount} short. Collect the difference.' } },
    agent: {
      zh: '您{at}付的钱比订单少 {amount}。请补付差额,或请商户确认是否有优惠。',
      en: 'Your payment at {at} is {amount} less than the order. Please pay the difference, or ask the shop whether a discount applies.',
    },
    accountant: {
      zh: '{channel}实收比订单少 {amount};请补收,或补记优惠。',
      en: '{channel} holds {amount} less than the order. Collect it or book the discount.',
    },
    provesWrong: {
      zh: '差额是优惠券,或另有一笔付款。',
      en: 'The difference is a coupon, or another payment covers it.',
    },
  },
  overpaid: {
    cashier: {
      yes: { zh: '多付 {amount},可交货并退差额', en: '{amount} too much. Hand over, refund the rest.' },
      ask: { zh: '多付 {amount},请问店长', en: '{amount} too much. Ask the manager.' },
      no: { zh: '多付 {amount},先退差额', en: '{amount} too much. Refund it first.' },
    },
    agent: {
      zh: '您{at}付的钱比订单多 {amount}。商户会退还多付的部分,您不用做什么。',
      en: 'Your payment at {at} is {amount} more than the order. The shop will refund the rest; you need not do anything.',
    },
    accountant: {
      zh: '{channel}实收比订单多 {amount};请退还差额。',
      en: '{channel} holds {amount} more than the order. Refund the difference.',
    },
    provesWrong: {
      zh: '订单金额后来改过,或这笔属于别的订单。',
      en: 'The order’s amount was changed, or the payment belongs to another order.',
    },
  },
  held: {
    cashier: ROAD,
    agent: {
      zh: '您{at}付的 {amount} 已经付成,可以取货。{channel}暂时冻结的是商户的款项,与您无关。',
      en: 'Your payment of {amount} at {at} is complete and you can take the goods. What {channel} is holding back concerns the shop only.',
    },
    agentFor: CONFIRMS,
    accountant: {
      zh: '{channel}冻结了 {amount};请按它的要求补交材料,或等待解冻,{due}。',
      en: '{channel} is holding {amount} back. Send what it asks for, or wait until it is released, {due}.',
    },
    provesWrong: {
      zh: '渠道通知解冻,或银行流水已有这笔。',
      en: 'The channel releases it, or the bank already has it.',
    },
  },
  payout_returned: {
    cashier: ROAD,
    agent: {
      zh: '您{at}付的 {amount} 已经付成,可以取货。商户的银行账户有误,由商户更正,与您无关。',
      en: 'Your payment of {amount} at {at} is complete and you can take the goods. The shop’s own bank details need correcting; that does not concern you.',
    },
    agentFor: CONFIRMS,
    accountant: {
      zh: '银行退回了{channel}的出款,其中有 {amount};请更正结算账户,再请渠道重新出款。',
      en: 'The bank returned {channel}’s payout with {amount} in it. Correct the account and have it paid out again.',
    },
    provesWrong: { zh: '银行流水里有重新出款的入账。', en: 'The bank shows the payout made again.' },
  },
  short_settled: {
    // The amount is what is missing, and that is nothing for the counter.
    cashier: {
      yes: { zh: '已付款,可以交货', en: 'Paid. Hand over.' },
      ask: { zh: '正在核实付款,请稍候', en: 'Checking the payment with the channel. One moment.' },
    },
    agent: {
      zh: '您{at}付的钱已经付成,可以取货。{channel}少结算给商户的部分由商户追索,与您无关。',
      en: 'Your payment at {at} is complete and you can take the goods. What {channel} still owes the shop is for the shop to claim.',
    },
    agentFor: {
      ask: {
        zh: '您{at}的付款,我们正在向{channel}核实。请稍候,不用再付。',
        en: 'We are confirming your payment at {at} with {channel}. One moment, please; you need not pay again.',
      },
    },
    accountant: {
      zh: '{channel}少结算 {amount};请按合同核对手续费,追索差额。',
      en: '{channel} settled {amount} too little. Check the fees against the contract and claim the difference.',
    },
    provesWrong: {
      zh: '差额在别的批次里,或手续费约定已变。',
      en: 'The difference came with another payout, or the agreed fee has changed.',
    },
  },
  reversed: {
    cashier: { no: { zh: '付款已被撤销,请重新收款', en: 'The payment was taken back. Collect again.' } },
    agent: {
      zh: '您{at}付的 {amount} 后来被{channel}撤销,钱会回到您的账户。如果还要买,请重新付款。',
      en: '{channel} undid your payment of {amount} from {at}; the money goes back to you. If you still want the goods, please pay again.',
    },
    accountant: {
      zh: '{channel}撤销了 {amount};请把订单改为未付,重新收款。',
      en: '{channel} took {amount} back. Mark the order unpaid and collect again.',
    },
    provesWrong: { zh: '渠道查询仍说已付。', en: 'The channel still says paid when asked.' },
  },
  refunded: {
    cashier: { no: { zh: '已退款 {amount},不要交货', en: '{amount} was refunded. Do not hand over.' } },
    agent: {
      zh: '您{at}付的 {amount},{channel}已经退回。钱按原路返回,退到银行卡可能要几个工作日;没有收到请告诉我们。',
      en: '{channel} refunded your payment of {amount} from {at} the way it was paid. On a card it can take some working days to show; tell us if it does not.',
    },
    accountant: {
      zh: '{channel} {amount} 已退款;请核对退款是否入账。',
      en: '{channel} gave {amount} back. Check that the refund is booked.',
    },
    provesWrong: { zh: '渠道说退款被银行退回。', en: 'The channel says that the bank refused the refund.' },
  },
  charged_back: {
    cashier: { no: { zh: '付款人已拒付,不要交货', en: 'The payer disputed it. Do not hand over.' } },
    agent: {
      zh: '{amount} 因付款人提出争议已被扣回。请不要再交付商品;如有签收凭证,请交给商户,由商户提交{channel}。',
      en: '{amount} was taken back because the payer disputed it. Please hand nothing over, and give the shop any proof of delivery to send to {channel}.',
    },
    accountant: {
      zh: '{channel}因拒付扣回 {amount};请在期限前提交交付凭证。',
      en: '{channel} took {amount} back for a dispute. Send proof of delivery before its deadline.',
    },
    provesWrong: { zh: '渠道判商户胜诉,钱退回。', en: 'The dispute is won and the money comes back.' },
  },
  fake_receipt: {
    cashier: { no: { zh: '凭证不实,不要交货', en: 'This receipt is not genuine. Do not hand over.' } },
    agent: {
      zh: '所示的 {amount} 付款,在{channel}查不到。请顾客打开自己的账单核对,或重新付款;不要与顾客争执。',
      en: '{channel} has no payment of {amount} behind what is shown. Ask the customer to open their own bill or to pay again; do not argue.',
    },
    accountant: {
      zh: '出示的 {amount} 凭证与{channel}的记录不符;请保留图片与单号。',
      en: 'The receipt shown for {amount} contradicts {channel}’s records. Keep picture and number.',
    },
    provesWrong: { zh: '渠道用这个单号查到付款。', en: 'The channel finds a payment under this number.' },
  },
  reused_receipt: {
    cashier: { no: { zh: '凭证已用过,不要交货', en: 'This receipt was used before. Do not hand over.' } },
    agent: {
      zh: '{amount} 的付款是真的,但已经用在另一张订单上。请核对日期和单号,这一单需要另行付款。',
      en: 'The payment of {amount} is genuine, but it has already paid another order. Please check its date and number; this order needs its own payment.',
    },
    accountant: {
      zh: '{amount} 的凭证已对应另一张订单;请不要再记收款。',
      en: 'The receipt for {amount} belongs to another order. Do not book it again.',
    },
    provesWrong: { zh: '另一张订单其实没有用这笔。', en: 'The other order was not paid by it after all.' },
  },
  unknown: {
    cashier: {
      yes: PAID,
      ask: { zh: '还不能确定,先别交货', en: 'Not certain yet. Do not hand over yet.' },
    },
    agent: {
      zh: '{amount} 是否付成还不能确定,我们正在向{channel}核实。请不要重复付款;{look},查清就告诉您。',
      en: 'We cannot be sure of {amount} yet and are asking {channel}. Please do not pay again. {look}; we will tell you as soon as it is known.',
    },
    agentFor: {
      yes: {
        zh: '您{at}付的 {amount} 已经付成,可以取货。商户还在等银行的流水,与您无关。',
        en: 'Your payment of {amount} at {at} is complete and you can take the goods. The shop is still waiting for its bank statement; that does not concern you.',
      },
    },
    accountant: {
      zh: '{channel} {amount} 尚不清楚,缺少凭据;请补齐单据,或等待渠道答复。',
      en: '{channel} {amount}: not known yet, evidence is missing. Add the document or wait for the channel’s answer.',
    },
    provesWrong: { zh: '渠道答复,或缺少的单据到齐。', en: 'The channel answers, or the missing document comes.' },
  },
} as const satisfies Record<VerdictCode, Says>;

/** Money going back to the customer. Codes that are not here do not occur in this direction. */
export const SAYS_OUT = {
  received: {
    cashier: { no: { zh: '退款 {amount} 已到顾客账户', en: 'The refund of {amount} has arrived.' } },
    agent: {
      zh: '{amount} 的退款{at}已退到您在{channel}的余额。请打开余额明细查看。',
      en: 'Your refund of {amount} went to your {channel} balance at {at}. Please look at the balance’s details.',
    },
    accountant: {
      zh: '{channel}已把 {amount} 退到顾客余额;无需处理。',
      en: '{channel} returned {amount} to the customer’s balance. Nothing to do.',
    },
    provesWrong: { zh: '顾客的余额明细里没有这笔。', en: 'The customer’s balance does not show it.' },
  },
  on_its_way: {
    cashier: { no: { zh: '退款 {amount} 在途', en: 'The refund of {amount} is on its way.' } },
    agent: {
      zh: '{channel}{at}已把 {amount} 退给您,{due}。到时没有收到,请告诉我们。',
      en: '{channel} sent your refund of {amount} at {at}, {due}. If it is not there by then, please tell us.',
    },
    accountant: {
      zh: '{channel}已退 {amount},{due};到时再查。',
      en: '{channel} sent the refund of {amount}, {due}. Checked again then.',
    },
    provesWrong: { zh: '渠道说退款被银行退回。', en: 'The channel says that the bank refused it.' },
  },
  late: {
    cashier: { no: { zh: '退款 {amount} 逾期,正在追查', en: 'The refund of {amount} is late. We are tracing it.' } },
    agent: {
      zh: '{amount} 的退款{due},而您还没有收到。我们正凭退款单号请{channel}追查,结果会告诉您。',
      en: 'Your refund of {amount} was {due}, and you do not have it. We are asking {channel} to trace it by its number and will tell you.',
    },
    accountant: {
      zh: '{channel}的退款 {amount} {due},顾客没有收到;请凭退款单号请渠道查证。',
      en: '{channel}’s refund of {amount}: {due}, and the customer misses it. Have the channel trace it.',
    },
    provesWrong: { zh: '顾客的银行流水里有这笔。', en: 'The customer’s bank statement has it.' },
  },
  pending: {
    cashier: { no: { zh: '退款处理中,{look}', en: 'The refund is in progress; {look}.' } },
    agent: {
      zh: '{channel}正在办理 {amount} 的退款。{look};您不用重新申请。',
      en: '{channel} is working on your refund of {amount}. {look}; you need not ask again.',
    },
    accountant: {
      zh: '{channel}退款 {amount} 处理中,{look};请不要重发。',
      en: '{channel} refund of {amount} in progress; {look}. Do not send it again.',
    },
    provesWrong: { zh: '渠道答复退款成功或失败。', en: 'The channel answers that it is done, or that it failed.' },
  },
  payout_returned: {
    cashier: { no: { zh: '退款 {amount} 被银行退回', en: 'The bank refused the refund of {amount}.' } },
    agent: {
      zh: '{amount} 的退款被您的银行退回,钱在{channel}。请告诉我们另一个收款方式。',
      en: 'Your bank refused the refund of {amount}; {channel} has the money. Please tell us another way to pay you.',
    },
    accountant: {
      zh: '退款 {amount} 被顾客的银行退回,钱在{channel};请换一种方式退给顾客。',
      en: 'The customer’s bank refused the refund of {amount}; {channel} has it. Pay the customer another way.',
    },
    provesWrong: { zh: '渠道改说退款成功。', en: 'The channel says later that it succeeded.' },
  },
  unpaid: {
    cashier: { ask: { zh: '退款没有办成,请问店长', en: 'The refund was not made. Ask the manager.' } },
    agent: {
      zh: '{channel}没有办成 {amount} 的退款,钱还在商户。商户会重新办理,请稍等。',
      en: '{channel} did not make the refund of {amount}; the shop still has the money. The shop will try again; you need not do anything.',
    },
    accountant: {
      zh: '{channel}没有办成 {amount} 的退款;请查明原因,再重新退。',
      en: '{channel} did not make the refund of {amount}. Find out why, then refund again.',
    },
    provesWrong: { zh: '渠道账单里有这笔退款。', en: 'The channel’s bill has the refund.' },
  },
  underpaid: {
    cashier: { ask: { zh: '退款少了 {amount},请问店长', en: 'The refund is {amount} short. Ask the manager.' } },
    agent: {
      zh: '您{at}的退款比应退的少 {amount}。商户会核对并补退。',
      en: 'The refund at {at} is {amount} less than it should be. The shop will check it and refund the rest.',
    },
    accountant: {
      zh: '{channel}少退 {amount};请核对后补退。',
      en: '{channel} refunded {amount} too little. Check and refund the rest.',
    },
    provesWrong: { zh: '另有一笔退款补足了差额。', en: 'Another refund covers the difference.' },
  },
  overpaid: {
    cashier: { ask: { zh: '退款多了 {amount},请问店长', en: 'The refund is {amount} too much. Ask the manager.' } },
    agent: {
      zh: '您{at}的退款比应退的多 {amount}。商户会与您联系。',
      en: 'The refund at {at} is {amount} more than it should be. The shop will contact you.',
    },
    accountant: {
      zh: '{channel}多退 {amount};请查明由谁、因何。',
      en: '{channel} refunded {amount} too much. Find out who did it and why.',
    },
    provesWrong: { zh: '应退金额后来改过。', en: 'The amount to refund was changed.' },
  },
  refunded: {
    cashier: { no: { zh: '已退款 {amount}', en: '{amount} was refunded.' } },
    agent: {
      zh: '{amount} 的退款{at}已经退回,按时限应已到账。如果没有收到,请告诉我们,我们来追查。',
      en: 'Your refund of {amount} from {at} should have arrived by now. If you do not have it, tell us and we will trace it.',
    },
    accountant: {
      zh: '{channel}已退 {amount},到账时限已过,没有人说没收到;无需处理。',
      en: '{channel} refunded {amount}; its time is past and nobody misses it. Nothing to do.',
    },
    provesWrong: { zh: '顾客说没有收到。', en: 'The customer says that it did not come.' },
  },
  unknown: {
    cashier: { ask: { zh: '退款还不能确定,正在查', en: 'The refund is not certain yet. We are asking.' } },
    agent: {
      zh: '{amount} 的退款是否办成还不能确定,我们正在向{channel}核实。{look};您不用重新申请。',
      en: 'We cannot be sure of the refund of {amount} yet and are asking {channel}. {look}; you need not ask again.',
    },
    accountant: {
      zh: '{channel}退款 {amount} 尚不清楚;请查询,不要重发。',
      en: '{channel} refund of {amount}: not known yet. Ask; do not send it again.',
    },
    provesWrong: { zh: '渠道答复,或它的账单到齐。', en: 'The channel answers, or its bill comes.' },
  },
} as const satisfies Partial<Record<VerdictCode, Says>>;

export const saysOf = (code: VerdictCode, direction: Direction): Says | undefined =>
  direction === 'in' ? SAYS[code] : (SAYS_OUT as Partial<Record<VerdictCode, Says>>)[code];
