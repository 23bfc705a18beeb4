/** A plan in sentences, as a person would say it: when money comes, what it costs, what is held back, where it goes. Pure. */
import type { Text } from '../base/lang.ts';
import { decimalText, groupedText, type Money, scaledText } from '../base/money.ts';
import type { Card, Fee, Lag, Plan, Rate, Settle } from './plan.ts';

export const planWords = (plan: Plan): readonly Text[] =>
  [
    settleWords(plan.settle),
    plan.fee === undefined
      ? { zh: '没有约定手续费:只列示,不核对', en: 'no fee agreed: fees are shown, not judged' }
      : feeWords(plan.fee),
    monthlyWords(plan),
    plan.minPayout && {
      zh: `满 ${shown(plan.minPayout)} 才打款,不满则并入下一批`,
      en: `paid out from ${shown(plan.minPayout)} on; less waits for the next batch`,
    },
    plan.holds?.reserve && {
      zh: `每笔留存 ${percent(plan.holds.reserve.ppm)} 作保证金,${plan.holds.reserve.days} 天后付`,
      en: `${percent(plan.holds.reserve.ppm)} of each payment is kept for ${plan.holds.reserve.days} days`,
    },
    plan.holds?.freezeDays !== undefined && {
      zh: `待分账的钱最长冻结 ${plan.holds.freezeDays} 天`,
      en: `money to be shared is frozen for ${plan.holds.freezeDays} days at most`,
    },
    plan.payout === 'manual' && {
      zh: '结算后留在渠道,由您提现',
      en: 'what is settled stays at the channel until you draw it',
    },
    accountWords(plan),
  ].filter((said): said is Text => typeof said === 'object');

const percent = (ppm: number): string => `${scaledText(BigInt(ppm), 4).replace(/(\.\d\d)(\d*?)0+$/, '$1$2')} %`;
const shown = ({ minor, currency }: Money): string => `${groupedText(minor, currency)} ${currency}`;

function lagWords(lag: Lag): Text {
  if (lag.cycle === 'D')
    return lag.days === 0
      ? { zh: '当天', en: 'the same day' }
      : { zh: `${lag.days} 个自然日后`, en: lag.days === 1 ? 'the next day' : `${lag.days} days later` };
  const which: Text =
    lag.calendar === 'CN'
      ? { zh: '工作日', en: 'working day' }
      : { zh: `工作日(${lag.calendar} 日历)`, en: `working day (${lag.calendar})` };
  if (lag.days === 0) return { zh: `当天,休息日顺延到下一个${which.zh}`, en: `the same day, or the next ${which.en}` };
  return lag.days === 1
    ? { zh: `下一个${which.zh}`, en: `the next ${which.en}` }
    : { zh: `第 ${lag.days} 个${which.zh}`, en: `${lag.days} ${which.en.replace('day', 'days')} later` };
}

const DAYS: readonly Text[] = [
  { zh: '周一', en: 'Monday' },
  { zh: '周二', en: 'Tuesday' },
  { zh: '周三', en: 'Wednesday' },
  { zh: '周四', en: 'Thursday' },
  { zh: '周五', en: 'Friday' },
  { zh: '周六', en: 'Saturday' },
  { zh: '周日', en: 'Sunday' },
];
const dayOfMonth = (day: number): Text =>
  day === 31 ? { zh: '月末', en: 'the last day' } : { zh: `${day} 日`, en: `the ${day}.` };

function settleWords(settle: Settle): Text {
  if (settle.cycle === 'stated')
    return { zh: '到账日期以渠道自己的报告为准', en: 'the channel’s own report says when money comes' };
  const cut: Text =
    settle.cutoff === '24:00'
      ? { zh: '', en: '' }
      : { zh: `;${settle.cutoff} 起算次日`, en: `; from ${settle.cutoff} on a payment is of the next day` };
  const free: Text =
    settle.freeDays === 'next'
      ? { zh: ';休息日并入下一个工作日', en: '; a free day is a part of the next working day' }
      : { zh: '', en: '' };
  if ('after' in settle) {
    const closes = settle.closes.map((day) => (settle.cycle === 'weekly' ? DAYS[day - 1]! : dayOfMonth(day)));
    const after = lagWords(settle.after);
    return {
      zh: `${settle.cycle === 'weekly' ? '每周' : '每月'}${closes.map((c) => c.zh).join('、')}结账,${after.zh}到账${cut.zh}${free.zh}`,
      en: `closes every ${settle.cycle === 'weekly' ? 'week' : 'month'} on ${closes.map((c) => c.en).join(', ')}, at your bank ${after.en}${cut.en}${free.en}`,
    };
  }
  const lag = lagWords(settle);
  return {
    zh: `${settle.cycle}+${settle.days}:${lag.zh}到账${cut.zh}${free.zh}`,
    en: `${settle.cycle}+${settle.days}: at your bank ${lag.en}${cut.en}${free.en}`,
  };
}

const CARDS: Readonly<Record<Card, Text>> = {
  debit: { zh: '借记卡', en: 'debit cards' },
  credit: { zh: '贷记卡', en: 'credit cards' },
  wallet: { zh: '扫码', en: 'wallets' },
};

function feeWords(fee: Fee): Text {
  const amount = (minor: bigint): string => decimalText(minor, fee.currency ?? '');
  const rate = (it: Rate): Text => {
    const fixed = it.fixed === undefined ? '' : ` + ${amount(it.fixed)}`;
    const zh = [it.min && `最低 ${amount(it.min)}`, it.max && `封顶 ${amount(it.max)}`].filter(Boolean).join(',');
    const en = [it.min && `at least ${amount(it.min)}`, it.max && `at most ${amount(it.max)}`]
      .filter(Boolean)
      .join(', ');
    return {
      zh: `${percent(it.ppm)}${fixed}${zh === '' ? '' : `(${zh})`}`,
      en: `${percent(it.ppm)}${fixed}${en === '' ? '' : ` (${en})`}`,
    };
  };
  const parts = (fee.tiers ?? []).map((tier): Text => {
    const from = tier.from === undefined ? undefined : amount(tier.from);
    const card = tier.card === undefined ? undefined : CARDS[tier.card];
    const r = rate(tier);
    return {
      zh: `${[card?.zh, from && `满 ${from}`].filter(Boolean).join('')} ${r.zh}`,
      en: `${[card?.en, from && `from ${from}`].filter(Boolean).join(' ')} ${r.en}`,
    };
  });
  const base = rate(fee);
  const rest: Text = parts.length === 0 ? base : { zh: `其余 ${base.zh}`, en: `else ${base.en}` };
  const all = [...parts, rest];
  const by: Text =
    fee.rounding === 'row'
      ? { zh: '', en: '' }
      : fee.rounding === 'day'
        ? { zh: ',按日合计取整', en: ', rounded once a day' }
        : { zh: ',按批合计取整', en: ', rounded once a batch' };
  const unit = fee.currency === undefined || !all.some((t) => /\d\.\d\d(?! %)/.test(t.en)) ? '' : ` ${fee.currency}`;
  return {
    zh: `手续费 ${all.map((t) => t.zh).join(',')}${unit}${by.zh}`,
    en: `fee ${all.map((t) => t.en).join(', ')}${unit}${by.en}`,
  };
}

function monthlyWords({ monthly }: Plan): Text | undefined {
  if (monthly === undefined) return undefined;
  const fee = shown(monthly.fee);
  if (monthly.volume === undefined) return { zh: `每月服务费 ${fee}`, en: `${fee} a month` };
  const volume = groupedText(monthly.volume, monthly.fee.currency);
  const what: Text =
    monthly.counts === 'cards' ? { zh: '刷卡交易额', en: 'card volume' } : { zh: '交易额', en: 'volume' };
  return monthly.when === 'from'
    ? {
        zh: `当月${what.zh}达到 ${volume} 时收服务费 ${fee}`,
        en: `${fee} in a month whose ${what.en} reaches ${volume}`,
      }
    : {
        zh: `当月${what.zh}不足 ${volume} 时收服务费 ${fee}`,
        en: `${fee} in a month whose ${what.en} is below ${volume}`,
      };
}

function accountWords({ bankAccount, bankAccountKind }: Plan): Text | undefined {
  if (bankAccount === undefined && bankAccountKind === undefined) return undefined;
  const kind: Text =
    bankAccountKind === 'personal'
      ? { zh: '法人个人账户', en: 'the legal person’s own account' }
      : bankAccountKind === 'corporate'
        ? { zh: '对公账户', en: 'the company account' }
        : { zh: '账户', en: 'account' };
  // The end is enough to know it by.
  const end = bankAccount === undefined ? '' : ` …${bankAccount.slice(-4)}`;
  return { zh: `打到${kind.zh}${end}`, en: `to ${kind.en}${end}` };
}
