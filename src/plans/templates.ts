/**
 * The acquirers' two classic offers as plans to begin with. What an offer is made of is known; its rates are the merchant's contract: the
 * values here are those usually published (bank card 0.60 % credit, 0.50 % debit up to 20 yuan, wallets 0.38 %), and each is asked for.
 */
import type { Text } from '../base/lang.ts';
import type { Written } from './write.ts';

/** What a template asks: the answer as plans.yaml has it. `typical` stands until the contract says otherwise. */
export type Question = Readonly<{ id: string; asks: Text; typical: string }>;

export type Template = Readonly<{
  id: string;
  name: Text;
  about: Text;
  questions: readonly Question[];
  /** The terms by these answers; the fields of an entry of plans.yaml but channel, account and from. */
  terms(answers: Readonly<Record<string, string>>): Written;
}>;

export const CHECK_CONTRACT: Text = {
  en: 'typical published value, check your contract',
  zh: '常见公开费率,请以合同为准',
};

const RATES: readonly Question[] = [
  { id: 'credit', asks: { en: 'rate of credit cards', zh: '贷记卡费率' }, typical: '0.60%' },
  { id: 'debit', asks: { en: 'rate of debit cards', zh: '借记卡费率' }, typical: '0.50%' },
  {
    id: 'debitCap',
    asks: { en: 'largest fee of a debit card payment, yuan', zh: '借记卡单笔手续费封顶(元)' },
    typical: '20.00',
  },
  { id: 'wallet', asks: { en: 'rate of wallets', zh: '扫码(钱包)费率' }, typical: '0.38%' },
];

/** Three rates, so that a line which does not tell its card has no expected fee. */
const feeOf = (of: (id: string) => string): Written => ({
  rate: of('wallet'),
  rounding: 'row',
  currency: 'CNY',
  tiers: [
    { card: 'debit', rate: of('debit'), max: of('debitCap') },
    { card: 'credit', rate: of('credit') },
  ],
});

const SETTLE: Written = { cycle: 'T+1', calendar: 'CN', cutoff: '24:00', zone: 'Asia/Shanghai' };

const answered =
  (questions: readonly Question[], answers: Readonly<Record<string, string>>) =>
  (id: string): string =>
    answers[id] ?? questions.find((q) => q.id === id)!.typical;

const POS: readonly Question[] = [
  ...RATES,
  { id: 'monthlyFee', asks: { en: 'service fee of a month, yuan', zh: '每月服务费(元)' }, typical: '50.00' },
  {
    id: 'monthlyVolume',
    asks: { en: 'card volume of a month that the service fee depends on, yuan', zh: '服务费对应的月刷卡交易额(元)' },
    typical: '35000.00',
  },
  {
    id: 'when',
    asks: {
      en: 'is the service fee charged below that volume (below) or from it on (from)',
      zh: '服务费在低于该金额时收取(below),还是达到后收取(from)',
    },
    typical: 'below',
  },
];

export const TEMPLATES: readonly Template[] = [
  {
    id: 'pos',
    name: { en: 'Traditional POS', zh: '传统 POS 机' },
    about: {
      en: 'Settles to the company account. For medium and large merchants, from about 35,000 yuan of card payments a month; the service fee depends on that volume.',
      zh: '结算到对公账户。适合月刷卡 35,000 元以上的中大型商户,服务费与该交易额挂钩。',
    },
    questions: POS,
    terms(answers) {
      const of = answered(POS, answers);
      return {
        settle: SETTLE,
        fee: feeOf(of),
        monthly: {
          fee: of('monthlyFee'),
          currency: 'CNY',
          volume: of('monthlyVolume'),
          when: of('when'),
          counts: 'cards',
        },
        bankAccountKind: 'corporate',
      };
    },
  },
  {
    id: 'collector',
    name: { en: 'Small-merchant collector', zh: '收款宝' },
    about: {
      en: 'Settles to the legal person’s own account. For small shops: no volume is asked for, no service fee.',
      zh: '结算到法人个人账户。适合小微商户,不要求交易额,无月服务费。',
    },
    questions: RATES,
    terms: (answers) => ({ settle: SETTLE, fee: feeOf(answered(RATES, answers)), bankAccountKind: 'personal' }),
  },
];
