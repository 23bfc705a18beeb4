/** Documents are read in processes of their own: what one takes of memory and time it takes there, its end is a kill, and it is given no secret. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { childEnv } from '../base/env.ts';

/** What `lines-child` leaves in the folder it read a document in, and takes a page from where it is there. */
export const KEPT = 'kept';

/** Runs `NAME.ts` beside this file, whose standard input is `input`. */
export function startReader(
  name: 'bill-child' | 'lines-child' | 'reconcile-child' | 'run-lines-child',
  args: readonly string[],
  more: Readonly<{ input?: string; timeoutMs?: number }> = {},
): ChildProcessByStdio<Writable, Readable, null> {
  const script = join(import.meta.dirname, `${name}${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: childEnv(),
    killSignal: 'SIGKILL',
    ...(more.timeoutMs === undefined ? {} : { timeout: more.timeoutMs }),
  });
  // One that ended before it read is told of by what it did not print.
  child.stdin.on('error', () => {});
  child.stdin.end(more.input ?? '');
  return child;
}
