/** Writes `docs/reference/openapi.json`, what `GET /openapi.json` answers. `node scripts/openapi.ts`; a test compares. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiText } from '../tests/support/openapi.ts';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'openapi.json'), await openApiText());
