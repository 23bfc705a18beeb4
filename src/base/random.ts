/** Seeded randomness for generators and drills: same seed, same numbers, on every machine. And `spread`, which is none of it. */
import { randomInt } from 'node:crypto';

export type Random = Readonly<{
  /** Uniform integer in [0, below). */
  below(below: number): number;
  /** True with probability `perMille`/1000. */
  chance(perMille: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Decimal digits as a string of that length; leading zeros occur. */
  digits(length: number): string;
}>;

/** xoshiro128** seeded by splitmix32 (Blackman and Vigna, 2018). */
export function seeded(seed: number): Random {
  let mix = seed >>> 0;
  const next32 = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const s = Uint32Array.of(next32(), next32(), next32(), next32());
  const rotl = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0;
  const step = (): number => {
    const result = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = (s[1]! << 9) >>> 0;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11);
    return result;
  };
  const below = (n: number): number => {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let x = step();
    while (x >= limit) x = step();
    return x % n;
  };
  return Object.freeze({
    below,
    chance: (perMille: number) => below(1000) < perMille,
    pick: <T>(list: readonly T[]): T => list[below(list.length)]!,
    digits: (length: number) => Array.from({ length }, () => below(10)).join(''),
  });
}

/** In [0, 1), different in every process: so that what fails together is not tried again together. */
export const spread = (): number => randomInt(2 ** 32) / 2 ** 32;
