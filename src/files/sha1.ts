/**
 * SHA-1 of documents as their channel told it. WeChat Pay's bill API answers `{"hash_type": "SHA1", "hash_value": …, "download_url":
 * …}`; the hash is over the bill as text, that is, unpacked. People keep the answer beside the bill (`bill.csv.json`, `bill.json`) or
 * the hash alone (`bill.csv.sha1`); such a file is recognised by its content and is no document itself.
 */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import type { Check } from './format.ts';

/** An answer of the API has a few hundred bytes. */
const LARGEST_SIDE = 16 * 1024;
const HEX = /^[0-9a-f]{40}$/i;

export const isSha1 = (text: string): boolean => HEX.test(text);

export type Known = Readonly<{
  /** The files that are documents. */
  documents: readonly string[];
  /** Document → SHA-1 in small letters of what it unpacks to. */
  sha1: ReadonlyMap<string, string>;
}>;

/** Takes the side files out of a list. `given` (absolute path → SHA-1) goes before what lies beside a file, and must be of the list. */
export async function knownHashes(
  files: readonly string[],
  given: ReadonlyMap<string, string> = new Map(),
): Promise<Known> {
  const sides = new Set<string>();
  const sha1 = new Map<string, string>();
  for (const file of files) {
    for (const side of sidesOf(file)) {
      const told = await toldIn(side);
      if (told === undefined) continue;
      sides.add(resolve(side));
      if (!sha1.has(file)) sha1.set(file, told);
    }
    const own = given.get(resolve(file));
    if (own !== undefined) sha1.set(file, own.toLowerCase());
  }
  const listed = new Set(files.map((file) => resolve(file)));
  const stray = [...given.keys()].find((path) => !listed.has(path));
  if (stray !== undefined) {
    const reason = `${stray} is none of the documents / ${stray} 不在单据之中`;
    throw new DaozhangError('usage.bad_option', { option: '--sha1', reason });
  }
  return { documents: files.filter((file) => !sides.has(resolve(file))), sha1 };
}

/** Where the hash of a file may lie: beside it under its name, its name unpacked, or its name alone. */
function sidesOf(file: string): string[] {
  const unpacked = file.replace(/\.(gz|zip)$/i, '');
  const names = new Set([file, unpacked, unpacked.replace(/\.(csv|txt)$/i, '')]);
  return [...names].flatMap((name) => [`${name}.sha1`, `${name}.json`]).filter((side) => side !== file);
}

/** The hash a side file tells; nothing when it is none. A `.sha1` may be as `sha1sum` writes it, with the name behind. */
async function toldIn(path: string): Promise<string | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile() || info.size > LARGEST_SIDE) return undefined;
  const text = await readFile(path, 'utf8');
  const told = path.endsWith('.sha1') ? /^\s*(\S+)/.exec(text)?.[1] : answered(text);
  return told !== undefined && isSha1(told) ? told.toLowerCase() : undefined;
}

function answered(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null || !('hash_type' in answer) || !('hash_value' in answer))
      return undefined;
    return answer.hash_type === 'SHA1' && typeof answer.hash_value === 'string' ? answer.hash_value : undefined;
  } catch {
    return undefined;
  }
}

/** What was told against what was read, as a control figure. */
export const sha1Check = (expected: string, actual: string): Check => ({
  name: { en: 'the SHA-1 told with it', zh: '随附的 SHA-1' },
  expected,
  actual,
  ok: expected === actual,
});
