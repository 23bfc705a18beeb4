/**
 * What a search says of itself, before or instead of the story of a payment. Places: {ref} what was asked, {count} payments or
 * documents, {days} they cover, {numbers} whole numbers a tail belongs to, {amount} {time} {window} of a search by amount.
 */
import type { Text } from '../base/lang.ts';

export const SEARCHES = {
  none: {
    en: 'No document names “{ref}”: {count} documents were searched, {days}.',
    zh: '{count} 份单据里都没有“{ref}”({days})。',
  },
  none_covered: {
    en: 'The complete bill of {channels} has no payment of {amount} within {window} minutes of {time}.',
    zh: '{channels}的完整账单里,{time} 前后 {window} 分钟内没有 {amount} 的付款。',
  },
  none_open: {
    en: 'Nothing of {amount} within {window} minutes of {time}; no complete channel bill covers that time, so nothing is ruled out.',
    zh: '{time} 前后 {window} 分钟内没有 {amount} 的记录;该时间没有完整的渠道账单,不能排除。',
  },
  none_next: {
    en: 'Check the number, or give amount and time; add the documents that may have it, also the bill the customer’s wallet exports.',
    zh: '核对单号,或改用金额加时间;补充可能含有它的单据,包括顾客从钱包导出的账单。',
  },
  none_covered_next: {
    en: 'If the customer’s phone shows success, another code or another channel was paid: add the bill their wallet exports, and your other channels’ bills.',
    zh: '若顾客手机显示成功,多半扫了别的码或走了别的渠道:加入其导出的钱包账单和您其他渠道的账单再查。',
  },
  tail: {
    en: 'No number is “{ref}”; it is only the end of {numbers}.',
    zh: '没有单号是“{ref}”,它只是 {numbers} 的末尾。',
  },
  tail_next: {
    en: 'Compare the whole number with the one on the customer’s phone; hand over only when it is the same.',
    zh: '与顾客手机上的完整单号逐位核对,完全一致才可交货。',
  },
  account: {
    en: '“{ref}” is a merchant number of {channel}, not the number of a payment; payments of {days} under it: {count}.',
    zh: '“{ref}”是{channel}的商户号,不是某笔付款的单号:{days} 有 {count} 笔付款。',
  },
  bank_account: {
    en: '“{ref}” is a bank account, not the number of a payment; entries of {days} in its statement: {count}.',
    zh: '“{ref}”是银行账号,不是某笔付款的单号:{days} 的流水有 {count} 笔。',
  },
  account_batch: { en: '{net} for {on}: {state}.', zh: '{on} 的 {net}:{state}。' },
  account_next: {
    en: 'Name one payment by a number of its own, or give its amount and time.',
    zh: '请用某一笔自己的单号,或用金额加时间再查。',
  },
  several: {
    en: '{count} payments fit “{ref}”; none is taken.',
    zh: '有 {count} 笔付款与“{ref}”相符,未作认定。',
  },
  several_place: {
    en: '{count} payments of {amount} lie within {window} minutes of {time}; none is taken, the nearest comes first.',
    zh: '{time} 前后 {window} 分钟内有 {count} 笔 {amount} 的付款,未作认定,最近的排在前面。',
  },
  several_next: {
    en: 'Name one of them by a number of its own.',
    zh: '请用其中一笔自己的单号再查。',
  },
  batch: {
    en: '“{ref}” names {net} of {channel} for {on}, {state}: {count} payments.',
    zh: '“{ref}”是{channel} {on} 的 {net}({state}),共 {count} 笔付款。',
  },
} as const satisfies Record<string, Text>;
