/**
 * When the money of a refund is back with the customer: data by channel and by what the customer had paid with. Channels publish
 * spans; the far end is the promise. Where nothing is published for a source of money, there is no promise.
 * Sources: the channels' refund pages, named in docs/reference/plans.md with what could be verified.
 */
import type { Lag } from './plan.ts';

export const FUNDINGS = ['balance', 'debit_card', 'credit_card', 'bank_account'] as const;
export type Funding = (typeof FUNDINGS)[number];

type Ways = Readonly<Partial<Record<Funding, Lag>>>;

const AT_ONCE: Lag = { cycle: 'D', days: 0 };
const workdays = (days: number, calendar: string): Lag => ({ cycle: 'T', days, calendar });
/** WeChat's own pages: change within minutes, cards in one to three working days. */
const WECHAT: Ways = {
  balance: AT_ONCE,
  debit_card: workdays(3, 'CN'),
  credit_card: workdays(3, 'CN'),
  bank_account: workdays(3, 'CN'),
};
/** Balance at once; for a card Alipay estimates a date of the bank's with each refund. The far end is what is usually told. */
const ALIPAY: Ways = {
  balance: AT_ONCE,
  debit_card: workdays(7, 'CN'),
  credit_card: workdays(7, 'CN'),
  bank_account: workdays(7, 'CN'),
};
const CARDS_OF_CHINA: Ways = { debit_card: workdays(10, 'CN'), credit_card: workdays(10, 'CN') };
/** Card schemes: five to ten working days, of a country that is not known here. */
const CARDS: Ways = { debit_card: workdays(10, 'weekends'), credit_card: workdays(10, 'weekends') };

export const REFUNDS: Readonly<Record<string, Ways>> = {
  wechatpay: WECHAT,
  alipay: ALIPAY,
  lakala: { balance: AT_ONCE, ...CARDS_OF_CHINA },
  unionpay: CARDS_OF_CHINA,
  stripe: CARDS,
  adyen: CARDS,
  paypal: { balance: AT_ONCE, ...CARDS, bank_account: workdays(5, 'weekends') },
};
