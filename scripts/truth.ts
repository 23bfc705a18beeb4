/** Prints the time-to-truth table and writes docs/reference/time-to-truth.md. `node scripts/truth.ts` */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { page } from '../sim/truth/page.ts';

const text = page();
writeFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'time-to-truth.md'), text);
process.stdout.write(text);
