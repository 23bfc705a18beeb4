/** The command line's own keys, written by the first `serve` beside its data and read by whatever asks the server. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the command line uses on this machine: 0600 beside the data. */
type LocalKeys = Readonly<{ url: string; test: string; live: string }>;
const keysFile = (folder: string): string => join(folder, 'cli.json');

export function localKeys(data: string): LocalKeys | undefined {
  const file = keysFile(resolve(data));
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

export function keepLocalKeys(folder: string, keys: LocalKeys): void {
  writeFileSync(keysFile(folder), `${JSON.stringify(keys, null, 1)}\n`, { mode: 0o600 });
  chmodSync(keysFile(folder), 0o600);
}
