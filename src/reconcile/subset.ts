/**
 * Which of a few amounts make up a sum? Bounded: at most 24 candidates, and the search stops at the second solution,
 * because two solutions are as good as none. More candidates are never cut down to 24: the second solution may lie in what
 * was cut off. Meet in the middle: O(2^12) time and memory.
 */
const MOST_CANDIDATES = 24;

export type SubsetAnswer =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'unique'; indexes: readonly number[] }>
  | Readonly<{ kind: 'several'; first: readonly number[]; second: readonly number[] }>
  | Readonly<{ kind: 'too_many' }>;

/** Subsets of at least one amount whose sum is `target`. Zero amounts are left out: they fit anywhere and prove nothing. */
export function subsetOf(amounts: readonly bigint[], target: bigint): SubsetAnswer {
  const index = amounts.map((_, i) => i).filter((i) => amounts[i] !== 0n);
  if (index.length > MOST_CANDIDATES) return { kind: 'too_many' };
  const half = index.length >> 1;
  const left = sums(amounts, index.slice(0, half));
  const bySum = new Map<bigint, number[]>();
  for (const [mask, sum] of left.entries()) {
    const masks = bySum.get(sum);
    if (!masks) bySum.set(sum, [mask]);
    else if (masks.length < 3) masks.push(mask);
  }
  const found: number[][] = [];
  const right = index.slice(half);
  for (const [mask, sum] of sums(amounts, right).entries()) {
    for (const other of bySum.get(target - sum) ?? []) {
      if (mask === 0 && other === 0) continue;
      found.push([...pick(index.slice(0, half), other), ...pick(right, mask)]);
      if (found.length === 2) return { kind: 'several', first: found[0]!, second: found[1]! };
    }
  }
  return found[0] ? { kind: 'unique', indexes: found[0] } : { kind: 'none' };
}

/** The sum of each subset, by bit mask. */
function sums(amounts: readonly bigint[], index: readonly number[]): bigint[] {
  const all: bigint[] = [0n];
  for (const i of index) for (let k = 0, n = all.length; k < n; k++) all.push(all[k]! + amounts[i]!);
  return all;
}

const pick = (index: readonly number[], mask: number): number[] => index.filter((_, bit) => (mask >> bit) & 1);
