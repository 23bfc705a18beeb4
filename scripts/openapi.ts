/**
 * Writes `docs/reference/openapi.json`, the API as the server itself describes it: `node scripts/openapi.ts`. Members are sorted, so
 * that a change of the API is a change of its lines; `tests/api/openapi.test.ts` says when the page is old.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildServer, type Serving } from '../src/api/server.ts';

export const PAGE = join(import.meta.dirname, '..', 'docs', 'reference', 'openapi.json');

type Json = null | boolean | number | string | readonly Json[] | Readonly<{ [name: string]: Json }>;

/** The document of a server that serves nobody: describing touches neither the book nor a channel. */
export async function openapiPage(): Promise<string> {
  const api = await buildServer({} as Serving);
  await api.ready();
  const document = api.swagger() as unknown as Json;
  await api.close();
  return `${JSON.stringify(sorted(document), null, 2)}\n`;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, await openapiPage());
