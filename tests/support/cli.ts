/** The program as a user starts it: through its launcher, in a folder of its own, its temporary files where a test can see them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { sha256 } from '../../src/base/ids.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const LAUNCHER = join(ROOT, 'bin', 'daozhang.mjs');
export const EXAMPLE = join(ROOT, 'examples', 'day');

export type Ended = Readonly<{ code: number | null; stdout: string; stderr: string }>;
export type Started = Readonly<{ child: ChildProcess; ended: Promise<Ended> }>;

export type Place = Readonly<{
  /** Where the program is started. */
  folder: string;
  /** Its temporary files. */
  temp: string;
  start(...args: readonly string[]): Started;
  run(...args: readonly string[]): Promise<Ended>;
  remove(): void;
}>;

export function place(more: Readonly<Record<string, string>> = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-cli-'));
  const temp = join(folder, '.temp');
  mkdirSync(temp);
  const start = (...args: readonly string[]): Started => {
    const env = { ...process.env, TMPDIR: temp, TEMP: temp, LANG: 'en', NO_COLOR: '1', ...more };
    // A group of its own, so that a signal can reach the launcher and its child at once, as a terminal's does.
    const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: folder, env, detached: true });
    const ended = new Promise<Ended>((resolve, reject) => {
      const out = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          out[name] += text;
        });
      }
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...out }));
    });
    return { child, ended };
  };
  return {
    folder,
    temp,
    start,
    run: (...args) => start(...args).ended,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file below a folder with the hash of its content; hidden ones too. */
export function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const named = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [
      relative(folder, path).replaceAll(sep, '/'),
      entry.isFile() ? sha256(readFileSync(path)) : 'folder',
    ] as const;
  });
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}
