/** Writes `sql/schema.sql`, the result of all migrations, from a database made for it. `node scripts/schema.ts`; a test compares. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from '../src/db/schema.ts';
import { freshBook } from '../tests/support/database.ts';

const { ownerUrl, close } = await freshBook();
writeFileSync(join(import.meta.dirname, '..', 'sql', 'schema.sql'), await schemaText(ownerUrl));
await close();
