/** The folder of the program: a clone's root or the installed package's, wherever the built files lie in it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT: string = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (folder === dirname(folder)) throw new Error('package.json is missing');
  return rootAbove(dirname(folder));
}

export const version = (): string => JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
