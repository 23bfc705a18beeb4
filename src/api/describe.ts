/**
 * The OpenAPI document: made of the routes' own shapes, so that it cannot say what the door does not check. What every route may refuse
 * is added here once; routes name only the refusals of their own. `docs/reference/openapi.json` is this document (`scripts/openapi.ts`).
 */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySchema, RouteOptions } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { problem } from './contract.ts';

const REFUSALS: Readonly<Record<string, string>> = {
  400: 'The request cannot be read',
  401: 'No key, or none of ours',
  403: 'The key lacks the scope',
  404: 'Not there, or not for this key',
  409: 'It is there with other facts, or just now being changed',
  413: 'The body is too large',
  415: 'The body is of another content type',
  422: 'It can be read and does not hold',
  429: 'Too many requests',
  503: 'The database does not answer now: try again after Retry-After',
};

/** The version of the API, not of the program: paths begin with it. */
export const API_VERSION = '1';

/** A format says it shorter than its pattern. */
const zodToJsonConfig = {
  override: ({ jsonSchema }: { jsonSchema: { format?: string | undefined; pattern?: string | undefined } }) => {
    if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  },
};
const transform = createJsonSchemaTransform({ zodToJsonConfig });
const transformObject = createJsonSchemaTransformObject({ zodToJsonConfig });

export const description: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Daozhang',
      version: API_VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'The phone says “payment successful”: where is the money? Amounts are decimal text with their currency; a key is test or live and sees only that side. Errors are problem documents (RFC 9457) whose `code` never changes.',
    },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{ key: [] }],
  },
  transform: ({ schema, route, ...more }) =>
    transform({ ...more, route, schema: withRefusals(schema, route) } as Parameters<typeof transform>[0]),
  transformObject: (document) => onlyUsed(transformObject(document) as Document),
};

type Document = Readonly<{ components: Readonly<{ schemas: Readonly<Record<string, object>> }> }>;

/** Each shape is registered twice, as it is taken and as it is given; what no route names is left out. */
function onlyUsed(document: Document): Document {
  const text = JSON.stringify(document);
  const schemas = Object.entries(document.components.schemas).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  );
  const kept = { ...document, components: { ...document.components, schemas: Object.fromEntries(schemas) } };
  return schemas.length === Object.keys(document.components.schemas).length ? kept : onlyUsed(kept);
}

function withRefusals(schema: FastifySchema, route: RouteOptions): FastifySchema {
  if (schema === undefined || schema.hide === true) return schema;
  const { open, scope } = route.config ?? {};
  const own = Object.entries((schema.response ?? {}) as Record<string, object>);
  const statuses = new Set(own.map(([status]) => status).filter((s) => s in REFUSALS));
  if (open !== true) for (const s of ['401', '403', '429', '503']) statuses.add(s);
  if ([schema.params, schema.querystring, schema.body].some((s) => s !== undefined)) statuses.add('400');
  if (schema.body !== undefined) for (const s of ['413', '415']) statuses.add(s);
  const refusals = [...statuses].map((s) => [
    s,
    { description: REFUSALS[s], content: { 'application/problem+json': { schema: problem } } },
  ]);
  return {
    ...schema,
    ...(scope === undefined ? {} : { description: [schema.description, `Scope: ${scope}.`].filter(Boolean).join(' ') }),
    response: Object.fromEntries([...own.map(([status, shape]) => [status, told(status, shape)]), ...refusals]),
  };
}

const ANSWERS: Readonly<Record<string, string>> = { 200: 'As asked', 201: 'Made' };
const told = (status: string, shape: object): object =>
  'content' in shape || !(status in ANSWERS)
    ? shape
    : { description: ANSWERS[status], content: { 'application/json': { schema: shape } } };
