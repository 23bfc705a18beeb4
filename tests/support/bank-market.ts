/**
 * A small market of batches and bank entries for the laws of the bank papers: what `matchBank` makes of it, told as breaks and
 * as the facts that a run would give. Days are numbers from 2026-11-01 on; amounts are fen.
 */
import { decimalText } from '../../src/base/money.ts';
import type { BankBatch, BankCredit, BankOutcome } from '../../src/reconcile/bank.ts';
import { accountKey, type BankDay, type PaperFacts, type StatedBalance } from '../../src/reconcile/papers/facts.ts';
import type { Batch, Break, Evidence, Proof, Result } from '../../src/reconcile/result.ts';
import { type FindingCode, findingOf } from '../../src/verdicts/findings.ts';

export type MarketBatch = BankBatch & Readonly<{ bankAccount?: string | undefined }>;
export type Entry = BankCredit & Readonly<{ bankAccount: string }>;
export type Market = Readonly<{
  batches: readonly MarketBatch[];
  /** An entry without a channel comes from elsewhere. */
  entries: readonly Entry[];
  accounts: ReadonlyArray<
    Readonly<{ account: string; opening: bigint; from: number; to: number; cuts: readonly number[] }>
  >;
}>;

const CNY = 'CNY';
const FIRST = Temporal.PlainDate.from('2026-11-01');
export const dayText = (day: number): string => FIRST.add({ days: day }).toString();
const amountOf = (minor: bigint) => ({ amount: decimalText(minor, CNY), currency: CNY });
const sum = (xs: readonly bigint[]): bigint => xs.reduce((a, b) => a + b, 0n);

export const batch = (
  id: string,
  net: number,
  dueDay: number | undefined,
  more: Readonly<{ account?: string; bankAccount?: string | undefined }> = {},
): MarketBatch => ({
  id,
  channel: 'wechatpay',
  account: more.account ?? '101',
  currency: CNY,
  net: BigInt(net),
  dueDay,
  ref: `#${id}`,
  bankAccount: more.bankAccount,
});

export const entryOf = (
  id: number,
  amount: number,
  day: number,
  more: Readonly<{ account?: string; channel?: boolean; undoes?: boolean }> = {},
): Entry => ({
  id: BigInt(id),
  channel: (more.channel ?? true) ? 'wechatpay' : '',
  currency: CNY,
  amount: BigInt(amount),
  day,
  text: '财付通',
  undoes: more.undoes ?? false,
  bankAccount: more.account ?? 'A',
});

/** As `reconcile/settle.ts` tells an outcome: one break for each thing that is left or differs. */
export function breaksOf(market: Market, outcome: BankOutcome): Break[] {
  const last = Math.max(0, ...market.accounts.map((a) => a.to));
  const entry = (c: BankCredit): Entry => market.entries.find((e) => e.id === c.id)!;
  let n = 0;
  const make = (finding: FindingCode, batches: readonly BankBatch[], credits: readonly BankCredit[]): Break => {
    const net = sum(batches.map((b) => b.net)) - sum(credits.map((c) => c.amount));
    const { class: name, verdict, release, cause, reason, custody } = findingOf(finding);
    const due = batches[0]?.dueDay;
    n += 1;
    return {
      id: `brk_${String(n).padStart(20, '0')}`,
      ...{ class: name, finding, joint: 'bank', verdict, release, cause, reason, custody },
      difference: amountOf(net),
      amount: amountOf(net < 0n ? -net : net),
      ours: batches.map(batchEvidence),
      theirs: credits.map((c) => entryEvidence(entry(c))),
      candidates: [],
      counts: { ours: batches.length, theirs: credits.length },
      channel: 'wechatpay',
      also: [],
      ...(due !== undefined && { promise: dayText(due) }),
      says: { zh: finding, en: finding },
      next: [],
    };
  };
  const late = (b: BankBatch): FindingCode =>
    b.dueDay === undefined ? 'bank_not_checked' : b.dueDay <= last ? 'bank_late' : 'bank_waiting';
  return [
    ...outcome.batchesLeft.map((b) => make(late(b), [b], [])),
    ...outcome.creditsLeft.map((c) => make('credit_unidentified', [], [c])),
    ...outcome.differing.map((m) => make('bank_short', m.batches, m.credits)),
    ...outcome.returned.map((r) => make('payout_returned', r.batches, [...r.credits, ...r.backs])),
    ...outcome.unclear.map((m) => make('unclear', m.batches, m.credits)),
  ];
}

const batchEvidence = (b: BankBatch): Evidence => ({
  role: 'batch',
  file: '',
  sha256: '',
  kind: 'implied',
  money: amountOf(b.net),
  businessOn: dayText(0),
  channel: b.channel,
  account: b.account,
  refs: b.ref === undefined ? {} : { batch: b.ref },
});

const entryEvidence = (e: Entry): Evidence => ({
  role: 'bank',
  file: `${e.bankAccount}.csv`,
  sha256: e.bankAccount,
  line: Number(e.id) + 1,
  at: Number(e.id) * 10,
  length: 10,
  kind: 'payment',
  money: amountOf(e.amount),
  businessOn: dayText(e.day),
  account: e.bankAccount,
  refs: { bank_ref: `R${e.id}` },
  party: '财付通',
});

/** What a run would hand to the papers. */
export function resultOf(
  market: Market,
  outcome: BankOutcome,
  breaks: readonly Break[],
): { result: Result; facts: PaperFacts } {
  const credited = new Set(outcome.matched.flatMap((m) => m.batches.map((b) => b.id)));
  const shown = sum(market.entries.filter((e) => e.channel !== '').map((e) => e.amount));
  const net = sum(market.batches.map((b) => b.net));
  const proof: Proof = {
    ...{ joint: 'bank', currency: CNY, ours: amountOf(net), theirs: amountOf(shown) },
    ...{ difference: amountOf(net - shown), explained: {}, residual: amountOf(0n) },
    counts: { ours: {}, theirs: {} },
  };
  const isOpen = (b: Break): boolean => findingOf(b.finding).open;
  const result: Result = {
    schema: 'daozhang.reconcile/1',
    state: 'breaks',
    asOf: '2026-11-12 00:00:00+08:00',
    timezone: 'Asia/Shanghai',
    ...{ documents: [], refused: [], rejected: [], atRisk: [], notCompared: [], passes: [], flow: [], fees: [] },
    totals: { orders: 0, channelLines: 0, bankLines: 0, matched: 0, breaks: 0, open: 0, ambiguous: 0 },
    proof: [proof],
    batches: market.batches.map(
      (b): Batch => ({
        ...{ id: b.id, kind: 'implied', channel: b.channel, account: b.account, ref: b.ref! },
        ...{ businessFrom: dayText(0), businessTo: dayText(0), lines: 1 },
        ...{ gross: amountOf(b.net), refunds: amountOf(0n), fees: amountOf(0n), net: amountOf(b.net) },
        state: credited.has(b.id) ? 'credited' : 'not_checked',
        ...(b.bankAccount !== undefined && { bankAccount: b.bankAccount }),
      }),
    ),
    breaks: breaks.filter((b) => !isOpen(b) && b.class !== 'ambiguous'),
    open: breaks.filter(isOpen),
    ambiguous: breaks.filter((b) => b.class === 'ambiguous'),
  };
  return {
    result,
    facts: {
      bankCompared: true,
      balances: market.accounts.flatMap((a) => balancesOf(a, market)),
      days: daysOf(market),
      fees: [],
      unnamed: {},
    },
  };
}

/** An account's days as one statement, or as several that end on the `cuts`. */
function balancesOf({ account, opening, from, to, cuts }: Market['accounts'][number], market: Market): StatedBalance[] {
  const ends = [...cuts.filter((c) => c >= from && c < to), to];
  const at = (day: number): bigint =>
    opening + sum(market.entries.filter((e) => e.bankAccount === account && e.day <= day).map((e) => e.amount));
  return ends.map((end, i) => {
    const first = i === 0 ? from : ends[i - 1]! + 1;
    return {
      ...{ account, currency: CNY, file: `${account}-${i}.csv`, from: dayText(first), to: dayText(end) },
      opening: i === 0 ? opening : at(first - 1),
      closing: at(end),
    };
  });
}

function daysOf(market: Market): BankDay[] {
  const groups = Map.groupBy(market.entries, (e) => `${accountKey(e.bankAccount, '')}/${e.day}/${e.channel !== ''}`);
  return [...groups.values()].map((list) => ({
    account: list[0]!.bankAccount,
    currency: CNY,
    on: dayText(list[0]!.day),
    channel: list[0]!.channel !== '',
    in: sum(list.filter((e) => e.amount > 0n).map((e) => e.amount)),
    out: sum(list.filter((e) => e.amount < 0n).map((e) => e.amount)),
    entries: list.length,
  }));
}
