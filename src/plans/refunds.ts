/**
 * When the money of a refund is back with the customer: data by channel and by what the customer had paid with. Channels publish
 * spans; the far end is the promise. Where nothing is published for a source of money, there is no promise.
 * Sources: the channels' refund pages, named in docs/reference/plans.md with what could be verified.
 */
import type { Lag } from './plan.ts';

export const FUNDINGS = ['balance', 'debit_card', 'credit_card', 'bank_account'] as const;
export type Funding = (typeof FUNDINGS)[number];

const AT_ONCE: Lag = { cycle: 'D', days: 0 };
const workdays = (days: number, calendar: string): Lag => ({ cycle: 'T', days, calendar });
/** 1 to 3 working days; a credit card's issuer may take up to 5. */
const WALLET = {
  balance: AT_ONCE,
  debit_card: workdays(3, 'CN'),
  credit_card: workdays(5, 'CN'),
  bank_account: workdays(3, 'CN'),
};
const CARDS_OF_CHINA = { debit_card: workdays(7, 'CN'), credit_card: workdays(10, 'CN') };
const CARDS_ABROAD = { debit_card: workdays(10, 'weekends'), credit_card: workdays(10, 'weekends') };

export const REFUNDS: Readonly<Record<string, Readonly<Partial<Record<Funding, Lag>>>>> = {
  wechatpay: WALLET,
  alipay: { ...WALLET, debit_card: workdays(7, 'CN'), credit_card: workdays(7, 'CN'), bank_account: workdays(7, 'CN') },
  lakala: { ...CARDS_OF_CHINA, balance: AT_ONCE },
  unionpay: CARDS_OF_CHINA,
  stripe: CARDS_ABROAD,
  adyen: CARDS_ABROAD,
  paypal: { ...CARDS_ABROAD, balance: AT_ONCE, bank_account: workdays(5, 'weekends') },
};
