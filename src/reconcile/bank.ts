/**
 * The third joint: batches ↔ bank credits, pure. Few items meet here (one batch a day and account), so this is plain code
 * over arrays: readable, and testable by laws. A batch and a credit are used at most once; a tie is listed, never taken.
 *
 * Passes: the batch's reference in the remittance text → exact net on the promised day → exact net within the window →
 * one credit for several batches → several credits for one batch → the only two left of a channel around a day, with a
 * difference. Cost: O(n log n) by channel and amount, 2^12 per bounded subset.
 */
import type { Text } from '../base/lang.ts';
import { type SubsetAnswer, subsetOf } from './subset.ts';

/** Days are counted as integers (days since 1970), as DuckDB gives them; the calendar has been applied before. */
export type BankBatch = Readonly<{
  id: string;
  channel: string;
  account: string;
  currency: string;
  /** Signed minor units that should reach the bank. */
  net: bigint;
  /** The promised day; absent when no plan knows. */
  dueDay?: number | undefined;
  ref?: string | undefined;
}>;

export type BankCredit = Readonly<{
  id: bigint;
  channel: string;
  currency: string;
  /** Signed minor units: a debit is negative. */
  amount: bigint;
  day: number;
  /** Remittance text, counterparty and references, as one string to search in. */
  text: string;
  /** The bank says itself that this entry undoes another. */
  undoes: boolean;
}>;

export type BankMatch = Readonly<{ pass: string; batches: readonly BankBatch[]; credits: readonly BankCredit[] }>;

type ReturnedCredit = Readonly<{
  batches: readonly BankBatch[];
  credits: readonly BankCredit[];
  backs: readonly BankCredit[];
}>;

export type BankOutcome = Readonly<{
  matched: readonly BankMatch[];
  /** Paired with a difference: Σ net − Σ credits is not zero. */
  differing: readonly BankMatch[];
  /** Credited, then sent back: no match, whatever pass had found it. Without batches when nothing explained the credit. */
  returned: readonly ReturnedCredit[];
  unclear: readonly BankMatch[];
  batchesLeft: readonly BankBatch[];
  creditsLeft: readonly BankCredit[];
}>;

export const BANK_PASSES = {
  reference: { en: "the batch's reference in the remittance text", zh: '附言中的批次号' },
  net_on_day: { en: 'net amount on the promised day', zh: '应到日的净额' },
  net_in_window: { en: 'net amount within the window', zh: '时间窗内的净额' },
  several_batches: { en: 'one credit for several batches', zh: '一笔到账对应多个批次' },
  several_credits: { en: 'several credits for one batch', zh: '多笔到账对应一个批次' },
  only_two_left: { en: 'the only two left, with a difference', zh: '仅剩的一对,金额有差' },
} as const satisfies Record<string, Text>;
type PassName = keyof typeof BANK_PASSES;

/** How many days a credit may come before the promise and still belong to it. */
const EARLY_DAYS = 1;

/** Where the window of a promise ends. Banks post on working days: what ends on a weekend ends on Monday. */
function lastDay(dueDay: number, windowDays: number): number {
  let day = dueDay + windowDays;
  // Day 0 was a Thursday, so Monday is 0 here, Saturday 5, Sunday 6.
  while ((day + 3) % 7 >= 5) day += 1;
  return day;
}

export function matchBank(
  batches: readonly BankBatch[],
  credits: readonly BankCredit[],
  windowDays: number,
): BankOutcome {
  const byId = (a: BankBatch, b: BankBatch): number => (a.id < b.id ? -1 : 1);
  const openBatches = new Map(
    batches
      .filter((b) => b.net !== 0n)
      .sort(byId)
      .map((b) => [b.id, b]),
  );
  const { standing, returns } = findReturns([...credits].sort(byDay));
  const openCredits = new Map(standing.map((c) => [c.id, c]));
  const matched: BankMatch[] = [];
  const differing: BankMatch[] = [];
  const unclear: BankMatch[] = [];
  const take: Take = (into, pass, bs, cs) => {
    into.push({ pass, batches: bs, credits: cs });
    for (const b of bs) openBatches.delete(b.id);
    for (const c of cs) openCredits.delete(c.id);
  };
  const near = (b: BankBatch, c: BankCredit): boolean =>
    b.channel === c.channel &&
    b.currency === c.currency &&
    (b.dueDay === undefined || (c.day >= b.dueDay - EARLY_DAYS && c.day <= lastDay(b.dueDay, windowDays)));
  const onDay = (b: BankBatch, c: BankCredit): boolean => near(b, c) && b.dueDay === c.day;

  // What stayed in the account goes before what was sent back: a payout that bounced and was paid again is paid.
  for (const stayed of [true, false]) {
    const pool = () => [...openCredits.values()].filter((c) => !stayed || !returns.has(c.id));
    for (const b of [...openBatches.values()]) {
      if (!b.ref || b.ref.length < 4) continue;
      const named = pool().filter((c) => c.currency === b.currency && mentions(c.text, b.ref!));
      if (named.length === 1) take(named[0]!.amount === b.net ? matched : differing, 'reference', [b], named);
    }
    for (const [pass, fits] of [
      ['net_on_day', onDay],
      ['net_in_window', near],
    ] as const) {
      for (const island of islands(openBatches.values(), pool(), (b, c) => fits(b, c) && b.net === c.amount)) {
        const alone = island.batches.length === 1 && island.credits.length === 1;
        if (alone) take(matched, pass, island.batches, island.credits);
        else if (sameThing(island)) pairOff(island, pass, take, matched);
        // A tie on the day may be none within the window, where the neighbouring day's batch and credit stand too.
        else if (pass === 'net_in_window') take(unclear, pass, island.batches, island.credits);
      }
    }
  }
  const batchSums = [...openCredits.values()].map((c): Proposal => {
    const around = [...openBatches.values()].filter((b) => near(b, c));
    return {
      credits: [c],
      batches: around,
      answer: subsetOf(
        around.map((b) => b.net),
        c.amount,
      ),
      many: 'batches',
    };
  });
  takeProposals('several_batches', batchSums, take, matched, unclear);
  const creditSums = [...openBatches.values()].map((b): Proposal => {
    const around = [...openCredits.values()].filter((c) => near(b, c));
    return {
      batches: [b],
      credits: around,
      answer: subsetOf(
        around.map((c) => c.amount),
        b.net,
      ),
      many: 'credits',
    };
  });
  takeProposals('several_credits', creditSums, take, matched, unclear);
  for (const island of islands(
    openBatches.values(),
    openCredits.values(),
    // What came before the promised day and is another sum pays for an earlier one.
    (b, c) => near(b, c) && (b.dueDay === undefined || c.day >= b.dueDay) && comparable(b.net, c.amount),
  )) {
    if (island.batches.length === 1 && island.credits.length === 1) {
      take(differing, 'only_two_left', island.batches, island.credits);
    }
  }
  const returned: ReturnedCredit[] = [];
  const keep = (match: BankMatch): boolean => {
    const backs = match.credits.flatMap((c) => returns.get(c.id) ?? []);
    if (backs.length > 0) returned.push({ batches: match.batches, credits: match.credits, backs });
    return backs.length === 0;
  };
  return {
    matched: matched.filter(keep),
    differing: differing.filter(keep),
    unclear: unclear.filter(keep),
    batchesLeft: [...openBatches.values()],
    creditsLeft: [...openCredits.values()].filter((c) => keep({ pass: '', batches: [], credits: [c] })),
    returned,
  };
}

/** One item and the subset of the other side that makes its sum. */
type Proposal = Readonly<{
  batches: readonly BankBatch[];
  credits: readonly BankCredit[];
  answer: SubsetAnswer;
  many: 'batches' | 'credits';
}>;
type Take = (into: BankMatch[], pass: string, batches: readonly BankBatch[], credits: readonly BankCredit[]) => void;

/**
 * A sum is taken when it can be made in one way and nobody else needs its parts; what competes for the same parts is unclear.
 * Where there are too many candidates nobody can say what is needed: it may be any of them, so none of them is free.
 */
function takeProposals(
  pass: PassName,
  proposals: readonly Proposal[],
  take: Take,
  matched: BankMatch[],
  unclear: BankMatch[],
): void {
  const crowded = proposals.filter(({ answer }) => answer.kind === 'too_many');
  const contested = new Set(crowded.flatMap((p) => [...p.batches, ...p.credits]));
  const parts = proposals.flatMap(({ answer, many, ...sides }) => {
    if (answer.kind !== 'unique' && answer.kind !== 'several') return [];
    const indexes = answer.kind === 'unique' ? answer.indexes : [...new Set([...answer.first, ...answer.second])];
    const chosen =
      many === 'batches'
        ? { batches: indexes.map((i) => sides.batches[i]!), credits: sides.credits }
        : { batches: sides.batches, credits: indexes.map((i) => sides.credits[i]!) };
    const free = ![...chosen.batches, ...chosen.credits].some((part) => contested.has(part));
    return [{ ...chosen, sure: answer.kind === 'unique' && free }];
  });
  const groups: { batches: Set<BankBatch>; credits: Set<BankCredit>; sure: boolean }[] = [];
  for (const part of parts) {
    const touching = groups.filter(
      (g) => part.batches.some((b) => g.batches.has(b)) || part.credits.some((c) => g.credits.has(c)),
    );
    const all = [part, ...touching];
    for (const g of touching) groups.splice(groups.indexOf(g), 1);
    groups.push({
      batches: new Set(all.flatMap((g) => [...g.batches])),
      credits: new Set(all.flatMap((g) => [...g.credits])),
      sure: part.sure && touching.length === 0,
    });
  }
  for (const g of groups) take(g.sure ? matched : unclear, pass, [...g.batches], [...g.credits]);
}

const byDay = (a: BankCredit, b: BankCredit): number => a.day - b.day || (a.id < b.id ? -1 : 1);

/** A reference counts only as a whole word: `B12` is not in `B123`. */
function mentions(text: string, ref: string): boolean {
  for (let i = text.indexOf(ref); i !== -1; i = text.indexOf(ref, i + 1)) {
    if (!/[\p{L}\p{N}]/u.test(text[i - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[i + ref.length] ?? ' ')) return true;
  }
  return false;
}

/** Same sign and less than a fifth apart: a short payment of this batch rather than a payment of something else. */
function comparable(net: bigint, amount: bigint): boolean {
  const size = (x: bigint) => (x < 0n ? -x : x);
  return net > 0n === amount > 0n && size(net - amount) * 5n <= size(net);
}

type Island = { batches: BankBatch[]; credits: BankCredit[] };

/** Connected components of the `fits` relation that have both sides. */
function islands(
  batches: Iterable<BankBatch>,
  credits: Iterable<BankCredit>,
  fits: (b: BankBatch, c: BankCredit) => boolean,
): Island[] {
  const lake = new Map<string, BankCredit[]>();
  for (const c of credits) {
    const key = `${c.channel}/${c.currency}`;
    const list = lake.get(key);
    if (list) list.push(c);
    else lake.set(key, [c]);
  }
  const home = new Map<BankCredit, Island>();
  const found = new Set<Island>();
  for (const b of batches) {
    let island: Island = { batches: [b], credits: [] };
    for (const c of lake.get(`${b.channel}/${b.currency}`) ?? []) {
      if (!fits(b, c)) continue;
      const other = home.get(c);
      if (other === island) continue;
      if (other) {
        other.batches.push(...island.batches);
        other.credits.push(...island.credits);
        for (const moved of island.credits) home.set(moved, other);
        found.delete(island);
        island = other;
      } else {
        island.credits.push(c);
        home.set(c, island);
      }
    }
    if (island.credits.length > 0) found.add(island);
  }
  return [...found];
}

/** Batches of one account and amount are interchangeable when each has its credit: which is which moves no money. */
function sameThing(island: Island): boolean {
  const [first] = island.batches;
  return island.batches.length === island.credits.length && island.batches.every((b) => b.account === first!.account);
}

function pairOff(island: Island, pass: PassName, take: Take, matched: BankMatch[]): void {
  const batches = [...island.batches].sort((a, b) => (a.dueDay ?? 0) - (b.dueDay ?? 0) || (a.id < b.id ? -1 : 1));
  const credits = [...island.credits].sort(byDay);
  batches.forEach((b, i) => {
    take(matched, pass, [b], [credits[i]!]);
  });
}

const RETURN_DAYS = 10;

/** A debit that sends a credit back: same channel and size, later, and either the bank says so or the text does. */
function findReturns(credits: readonly BankCredit[]): { standing: BankCredit[]; returns: Map<bigint, BankCredit> } {
  const returns = new Map<bigint, BankCredit>();
  const backs = new Set<bigint>();
  for (const back of credits) {
    if (back.amount >= 0n || !(back.undoes || /退|RETURN|REVERS/i.test(back.text))) continue;
    const credit = credits.find(
      (c) =>
        c.amount === -back.amount &&
        c.channel === back.channel &&
        c.currency === back.currency &&
        c.day <= back.day &&
        back.day - c.day <= RETURN_DAYS &&
        !returns.has(c.id),
    );
    if (!credit) continue;
    returns.set(credit.id, back);
    backs.add(back.id);
  }
  return { standing: credits.filter((c) => !backs.has(c.id)), returns };
}
