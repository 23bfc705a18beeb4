/** Which batches are paid out together where a plan has a minimum payout. Pure. */

/** A batch in the order in which it is due: what it is worth, and the minimum that its plan asks; both in one currency's minor units. */
type Worth = Readonly<{ net: bigint; min: bigint }>;

/**
 * For each batch the index of the one it is paid with: its own, or that of the first later one with which the sum reaches the minimum.
 * Undefined: it still waits. A batch that is owed to the channel lowers what the next ones reach.
 */
export function paidWith(batches: readonly Worth[]): ReadonlyArray<number | undefined> {
  const found: Array<number | undefined> = batches.map(() => undefined);
  let waiting: number[] = [];
  let sum = 0n;
  for (const [i, { net, min }] of batches.entries()) {
    waiting.push(i);
    sum += net;
    if (sum < min) continue;
    for (const w of waiting) found[w] = i;
    waiting = [];
    sum = 0n;
  }
  return found;
}
