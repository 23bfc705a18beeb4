/** The committed OpenAPI document is what the server says of itself, and a reader can rely on it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { openapiPage, PAGE } from '../../scripts/openapi.ts';

type Operation = Readonly<{
  operationId?: string;
  summary?: string;
  tags?: readonly string[];
  security?: readonly object[];
  requestBody?: object;
  parameters?: ReadonlyArray<Readonly<{ name: string; in: string; required?: boolean }>>;
  responses: Readonly<Record<string, Readonly<{ description: string; content?: Readonly<Record<string, object>> }>>>;
}>;
type Document = Readonly<{
  openapi: string;
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, object>> }>;
}>;

let page: string;
let document: Document;
let operations: ReadonlyArray<Readonly<{ name: string; path: string; operation: Operation }>>;
before(async () => {
  page = await openapiPage();
  document = JSON.parse(page);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
});

test('docs/reference/openapi.json is what the server says; else run: node scripts/openapi.ts', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), page);
});

test('it is OpenAPI 3.1 and every $ref leads somewhere', () => {
  assert.match(document.openapi, /^3\.1\./);
  const refs = [...page.matchAll(/"\$ref": "([^"]+)"/g)].map((m) => m[1]!);
  assert.ok(refs.length > 20);
  for (const ref of new Set(refs)) {
    const found = ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
    assert.ok(found !== undefined, ref);
  }
  for (const name of Object.keys(document.components.schemas))
    assert.ok(refs.includes(`#/components/schemas/${name}`), `nothing names ${name}`);
});

test('every route says what it does, what it answers and what it refuses', () => {
  assert.ok(operations.length > 30);
  for (const { name, path, operation } of operations) {
    assert.ok((operation.summary ?? '').length > 5, `${name}: summary`);
    assert.ok((operation.tags ?? []).length === 1, `${name}: tag`);
    const statuses = Object.keys(operation.responses);
    assert.ok(
      statuses.some((s) => s.startsWith('2')),
      `${name}: what it answers`,
    );
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      assert.ok(description !== '', `${name}: ${status}`);
      if (/^[45]\d\d$/.test(status))
        assert.deepEqual(Object.keys(content ?? {}), ['application/problem+json'], `${name}: ${status}`);
    }
    if (operation.security === undefined)
      for (const status of ['401', '403', '429', '503']) assert.ok(statuses.includes(status), `${name}: ${status}`);
    if (operation.security === undefined && path.includes('{')) assert.ok(statuses.includes('404'), `${name}: 404`);
    if (operation.requestBody !== undefined) assert.ok(statuses.includes('400'), `${name}: 400`);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
    const told = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name);
    assert.deepEqual(told, named, `${name}: its path's parameters`);
  }
});

test('operation ids are there, unique and names that a client can have', () => {
  const ids = operations.map(({ operation }) => operation.operationId ?? '');
  assert.deepEqual([...new Set(ids)].length, ids.length);
  for (const id of ids) assert.match(id, /^[a-z][a-zA-Z]+$/);
});
