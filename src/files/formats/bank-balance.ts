/**
 * The balance that a bank writes behind each row, checked against the amounts: per account and currency, each balance is the
 * one before plus what moved. It shows any amount, sign or row that was changed, added or taken out, except the amount of the
 * oldest row, before which no balance stands.
 *
 * Statements run forwards or backwards in time, and some run backwards by day but forwards within the day. So both directions
 * are followed, and beside them the chain in no order at all: every balance left behind by one row is taken up by another,
 * but for the opening and the closing one. Cost: O(rows); memory O(1) in an ordered file, else the rows out of order.
 *
 * A chain that breaks refuses the document. One case is held instead, because people pass on lists they have filtered or
 * shortened: at least three rows and more than half do not follow, which no single change does, and turning all signs round
 * does not mend it. Then the rows are taken, the balance is rejected (so no run that uses it is clean), and a note says so.
 */
import type { Text } from '../../base/lang.ts';
import { decimalText } from '../../base/money.ts';
import type { Balance, Check, Rejected } from '../format.ts';

export type Moved = Readonly<{
  account: string;
  currency: string;
  row: number;
  at: number;
  on: Temporal.PlainDate;
  amount: bigint;
  /** The balance after the movement. */
  after: bigint;
}>;

type Break = { row: number; at: number; stated: bigint; computed: bigint };
/** One way through the file: how many rows do not follow the one before, and the first of them. */
type Way = { broken: number; first: Break | undefined };
/** A control figure that does not agree though no single change explains it. */
export type Doubt = Readonly<{ rejected: Rejected; note: Text }>;

type Chain = {
  first: Moved;
  last: Moved;
  rows: number;
  forwards: Way;
  backwards: Way;
  /** As they would be if every sign were the other one. */
  turned: { forwards: number; backwards: number };
  /** Balance → how often left behind minus how often taken up. */
  loose: Map<bigint, number>;
};

export type BalanceWatch = Readonly<{
  see(moved: Moved): void;
  /** `strict` when rows were rejected, which count too: then nothing is held. */
  result(strict: boolean): { checks: Check[]; balances: Balance[]; doubts: Doubt[] };
}>;

/** `column` is the source's name of the balance, for messages. */
export function watchBalance(column: () => string): BalanceWatch {
  const chains = new Map<string, Chain>();
  return {
    see: (moved) => {
      const place = `${moved.account}|${moved.currency}`;
      const chain = chains.get(place);
      if (chain) follow(chain, moved);
      else chains.set(place, newChain(moved));
      const { loose } = chains.get(place)!;
      count(loose, moved.after, 1);
      count(loose, moved.after - moved.amount, -1);
    },
    result: (strict) => {
      const checks: Check[] = [];
      const balances: Balance[] = [];
      const doubts: Doubt[] = [];
      for (const chain of chains.values()) {
        const { account, currency } = chain.first;
        const { check, facts, doubt } = judge(chain, column());
        if (doubt && !strict) doubts.push(doubt);
        else if (chain.rows > 1) checks.push(check);
        if (facts) balances.push({ account, currency, ...facts });
      }
      return { checks, balances, doubts };
    },
  };
}

const newChain = (moved: Moved): Chain => ({
  first: moved,
  last: moved,
  rows: 1,
  forwards: { broken: 0, first: undefined },
  backwards: { broken: 0, first: undefined },
  turned: { forwards: 0, backwards: 0 },
  loose: new Map(),
});

function follow(chain: Chain, moved: Moved): void {
  const above = chain.last;
  note(chain.forwards, moved, above.after + moved.amount);
  // Backwards, this row is the earlier one: the balance above must follow from it.
  note(chain.backwards, above, moved.after + above.amount);
  if (above.after - moved.amount !== moved.after) chain.turned.forwards += 1;
  if (moved.after - above.amount !== above.after) chain.turned.backwards += 1;
  chain.last = moved;
  chain.rows += 1;
}

function note(way: Way, { row, at, after }: Moved, computed: bigint): void {
  if (computed === after) return;
  way.broken += 1;
  way.first ??= { row, at, stated: after, computed };
}

function count(loose: Map<bigint, number>, balance: bigint, by: 1 | -1): void {
  const n = (loose.get(balance) ?? 0) + by;
  if (n === 0) loose.delete(balance);
  else loose.set(balance, n);
}

type Ends = Readonly<{ opening: bigint; closing: bigint }>;
type Judged = Readonly<{ check: Check; facts?: Ends; doubt?: Doubt }>;

function judge(chain: Chain, column: string): Judged {
  const { first, last, forwards, backwards, turned, rows } = chain;
  const { account, currency } = first;
  const downwards = Temporal.PlainDate.compare(first.on, last.on) > 0;
  const text = (minor: bigint): string => decimalText(minor, currency);
  const facts =
    forwards.broken === 0 && !(downwards && backwards.broken === 0)
      ? { opening: first.after - first.amount, closing: last.after }
      : backwards.broken === 0
        ? { opening: last.after - last.amount, closing: first.after }
        : strung(chain.loose);
  if (facts) {
    const place = account === '' ? currency : `${account} ${currency}`;
    const name = { en: `running balance ${place}, ${rows} rows`, zh: `逐行余额 ${place},${rows} 行` };
    return { check: { name, expected: text(facts.closing), actual: text(facts.closing), ok: true }, facts };
  }
  const way = downwards || backwards.broken < forwards.broken ? backwards : forwards;
  const { row, at, stated, computed } = way.first!;
  const name = { en: `running balance at line ${row}`, zh: `第 ${row} 行的余额` };
  const check = { name, expected: text(stated), actual: text(computed), ok: false };
  const scattered = way.broken >= 3 && way.broken * 2 > rows - 1;
  if (!scattered || turned.forwards === 0 || turned.backwards === 0) return { check };
  return {
    check,
    doubt: {
      rejected: { row, at, column, code: 'bad_value', value: text(stated) },
      note: {
        en: `${way.broken} of ${rows - 1} balances do not follow from the rows before them: rows are missing, so the list is filtered or shortened; only what is here is taken`,
        zh: `${rows - 1} 处余额中有 ${way.broken} 处与前一行对不上:列表缺行,经过筛选或删减;只采用现有明细`,
      },
    },
  };
}

/** Opening and closing when the rows form one chain in some order. */
function strung(loose: ReadonlyMap<bigint, number>): Ends | undefined {
  if (loose.size !== 2) return undefined;
  const closing = [...loose].find(([, n]) => n === 1)?.[0];
  const opening = [...loose].find(([, n]) => n === -1)?.[0];
  return opening === undefined || closing === undefined ? undefined : { opening, closing };
}
