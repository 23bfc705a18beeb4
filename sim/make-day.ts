/** Writes the trading day into a folder: `node sim/make-day.ts [folder]`, by default examples/day. Files are overwritten. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tradingDay } from './day.ts';
import { dayFolder } from './folder.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'examples', 'day');
for (const { name, bytes } of dayFolder(tradingDay())) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
console.log(folder);
