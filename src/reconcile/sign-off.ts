/**
 * The sign-off: who stands for a result, and when they said so (`sign-off.json`). It holds the hash of the `result.json` beside it,
 * so it is for that result and no other; the result itself knows no wall clock.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { microsOf, stamp } from '../base/time.ts';
import type { Signed } from './report/html.ts';
import { printable } from './report/width.ts';

export const SIGN_OFF = 'sign-off.json';
const SCHEMA = 'daozhang.sign-off/1';
const LONGEST_NAME = 100;

/** A person's name as it will be shown. Throws `usage.bad_option` when it is nobody's. */
export function signerOf(name: string): string {
  const who = printable(name.trim());
  if (who !== '' && who.length <= LONGEST_NAME) return who;
  const reason = `a name of at most ${LONGEST_NAME} characters / 姓名,最多 ${LONGEST_NAME} 个字符`;
  throw new DaozhangError('usage.bad_option', { option: '--sign', reason });
}

export const signedNow = (who: string, zone: string): Signed => ({ who, when: stamp(microsOf(clock.now()), zone) });

export const signOffJson = ({ who, when }: Signed, resultSha256: string): string =>
  `${JSON.stringify({ schema: SCHEMA, who, when, result: { file: 'result.json', sha256: resultSha256 } }, null, 1)}\n`;

/** Who signed this very result in an earlier run: the same result keeps its signature, any other loses it. */
export async function earlierSignOff(folder: string, resultSha256: string): Promise<Signed | undefined> {
  try {
    const { schema, who, when, result } = JSON.parse(await readFile(join(folder, SIGN_OFF), 'utf8'));
    const ours = schema === SCHEMA && typeof who === 'string' && typeof when === 'string';
    return ours && result?.sha256 === resultSha256 ? { who, when } : undefined;
  } catch {
    // None, or none that can be read: nobody has signed.
    return undefined;
  }
}
