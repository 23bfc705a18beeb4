/**
 * Which kind of card a line was paid with, as far as its document tells it: once as a function, once as the same rule in DuckDB SQL over
 * `channel` and `method`. Words in the text of the method (借记, 贷记, credit …), and UnionPay's code of the kind of account, which is the
 * last word there (01 debit, 02 credit, 03 the credit card with a deposit). What is not said is not guessed.
 */
import type { Card } from './plan.ts';

const DEBIT = ['借记', '储蓄卡', 'DEBIT'];
const CREDIT = ['贷记', '信用卡', 'CREDIT'];
const WALLET = ['零钱', '余额', '花呗', 'WALLET'];

const KINDS: ReadonlyArray<readonly [Card, readonly string[]]> = [
  ['debit', DEBIT],
  ['credit', CREDIT],
  ['wallet', WALLET],
];
const UNIONPAY: ReadonlyArray<readonly [code: string, Card]> = [
  ['01', 'debit'],
  ['02', 'credit'],
  ['03', 'credit'],
];

export function cardOf(channel: string | undefined, method: string | undefined): Card | undefined {
  if (method === undefined) return undefined;
  if (channel === 'unionpay') {
    const code = UNIONPAY.find(([code]) => method === code || method.endsWith(` ${code}`));
    if (code !== undefined) return code[1];
  }
  const said = method.toUpperCase();
  const kinds = KINDS.filter(([, words]) => words.some((word) => said.includes(word)));
  return kinds.length === 1 ? kinds[0]![0] : undefined;
}

export function cardSql(channel = 'channel', method = 'method'): string {
  const codes = UNIONPAY.map(
    ([code, card]) =>
      `when ${channel} = 'unionpay' and (${method} = '${code}' or ends_with(${method}, ' ${code}')) then '${card}'`,
  );
  const says = (words: readonly string[]): string =>
    `(${words.map((w) => `contains(upper(${method}), '${w}')`).join(' or ')})`;
  const kinds = KINDS.map(([card, words]) => {
    const others = KINDS.filter(([other]) => other !== card).map(([, w]) => `not ${says(w)}`);
    return `when ${[says(words), ...others].join(' and ')} then '${card}'`;
  });
  return `case ${[...codes, ...kinds].join(' ')} end`;
}
