/**
 * What is read in a document: which format, which lines with their bytes, which rows cannot be read and why; and how a table nobody knows
 * yet would be read by a mapping. Reads in a process of its own; keeps no more than how it was read.
 */
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { readDocument, readRejects } from '../../actions/documents.ts';
import { pageOfDocument } from '../../actions/kept-lines.ts';
import { savedOfSide } from '../../actions/mappings.ts';
import { type KeptPart, keepReading } from '../../actions/readings.ts';
import { DaozhangError } from '../../base/errors.ts';
import { isZone } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { mappingFile, type Saved } from '../../reconcile/saved.ts';
import type { Cells } from '../../sources/cells.ts';
import type { Lines, Part, RefusedPart, Tried } from '../../sources/lines-child.ts';
import type { Caller } from '../auth.ts';
import * as documents from '../contract/documents.ts';
import * as shape from '../contract.ts';
import { dropEmpty } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';
import { documentOf } from './documents.ts';

const FIRST_LINES = 50;
const MOST_ALIKE = 20;

export function readingRoutes(api: Api, on: Serving): void {
  const params = z.object({ id: shape.id });
  const timezone = z
    .string()
    .min(1)
    .max(64)
    .default('Asia/Shanghai')
    .refine(isZone, 'not a time zone such as Asia/Shanghai');

  const saved = (caller: Caller): Promise<readonly Saved[]> =>
    on.book.tenant(caller.tenantId, (tx) => savedOfSide(tx, caller.livemode));
  const fileOf = async (caller: Caller, id: string): Promise<Readonly<{ name: string; sha256: string }>> => {
    const row = await documentOf(on, caller, id);
    return { name: row.name, sha256: row.sha256.toString('hex') };
  };

  api.get(
    '/v1/documents/:id/lines',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listLines',
        summary: 'What is read in a document, line by line, with its bytes',
        description:
          'How each document in it is read, which rows cannot be, and the lines as evidence. The first page reads the whole file; where that is large the next ones, within an hour, read no more than they show.',
        tags: ['documents'],
        params,
        querystring: z.strictObject({
          timezone,
          after: z
            .string()
            .regex(/^(-1|\d{1,15})$/)
            .default('-1'),
          limit: shape.paging.limit,
        }),
        response: { 200: documents.documentLines, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, query }) => {
      const file = await fileOf(caller, params.id);
      const page = { zone: query.timezone, after: query.after, limit: query.limit, mappings: await saved(caller) };
      return (await pageOfDocument(on.archive, caller.tenantId, file, page)) as unknown as z.output<
        typeof documents.documentLines
      >;
    },
  );

  api.get(
    '/v1/documents/:id/reading',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReading',
        summary: 'What a document is, and how it is read',
        description:
          'Of each document in the file: its format, days, account, sums, what agrees, what cannot be read and why; the first lines with their bytes; other documents that say the same days. What cannot be read is told beside what can. The list of documents shows the last one.',
        tags: ['documents'],
        params,
        querystring: z.strictObject({ timezone }),
        response: { 200: documents.reading, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, query }) => {
      const file = await fileOf(caller, params.id);
      const want = { kind: 'look', after: '-1', limit: FIRST_LINES } as const;
      const ask = { zone: query.timezone, mappings: await saved(caller), want };
      const { parts, items } = await readDocument<Lines>(on.archive, caller.tenantId, file, ask);
      return await on.book.tenant(caller.tenantId, async (tx) => {
        await keepReading(tx, caller.livemode, params.id, parts.map(partKept));
        const accountId = await accountOf(tx, caller.livemode, parts);
        const alike = await alikeOf(tx, caller.livemode, params.id);
        return dropEmpty({ parts, items, account_id: accountId, alike }) as unknown as z.output<
          typeof documents.reading
        >;
      });
    },
  );

  api.get(
    '/v1/documents/:id/rejects.csv',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getRejects',
        summary: 'Every row that cannot be read, as a table for spreadsheets',
        description: 'UTF-8 with a byte order mark, in the language you ask for. No cell of it runs as a formula.',
        tags: ['documents'],
        params,
        querystring: z.strictObject({ timezone }),
        response: {
          200: { description: 'The table', content: { 'text/csv': { schema: z.string() } } },
          404: shape.problem,
          422: shape.problem,
        },
      },
    },
    async (request, reply) => {
      const { caller, params, query } = request;
      const file = await fileOf(caller, params.id);
      const name = `${file.name.replace(/\.[^.]*$/, '')}-rejected.csv`;
      const want = { kind: 'rejects', lang: langFor(request) } as const;
      const ask = { zone: query.timezone, mappings: await saved(caller), want };
      await readRejects(on.archive, caller.tenantId, file, ask, async (table) => {
        const attached = `attachment; filename="rejected.csv"; filename*=UTF-8''${encodeURIComponent(name)}`;
        const headed = reply.header('content-type', 'text/csv; charset=utf-8').header('content-disposition', attached);
        (headed as unknown as Readonly<{ send(stream: unknown): void }>).send(table);
        await finished(table).catch(() => {});
      });
      return reply;
    },
  );

  api.get(
    '/v1/documents/:id/cells',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getCells',
        summary: 'The first rows of a table as cells, for whoever says how it is read',
        tags: ['mappings'],
        params,
        querystring: z.strictObject({
          part: z.coerce.number().int().min(0).max(999).default(0),
          encoding: z.string().max(20).optional(),
        }),
        response: { 200: documents.cells, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, query }) => {
      const file = await fileOf(caller, params.id);
      const want = { kind: 'cells', ...query } as const;
      const { shownIn, ...said } = await readDocument<Cells>(on.archive, caller.tenantId, file, {
        zone: 'Asia/Shanghai',
        mappings: [],
        want,
      });
      return { ...said, shown_in: shownIn } as unknown as z.output<typeof documents.cells>;
    },
  );

  api.post(
    '/v1/documents/:id/try',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'tryMapping',
        summary: 'How a document would be read by a mapping; nothing is kept',
        description: 'Of a long text its beginning is read.',
        tags: ['mappings'],
        params,
        body: documents.tryMapping,
        response: { 200: documents.tried, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      const file = await fileOf(caller, params.id);
      if (!isZone(body.timezone)) throw new DaozhangError('api.bad_request', { reason: 'timezone' });
      const name = '?';
      const mapping = { kind: body.kind, name, version: 0, document: mappingFile(body.kind, name, body.fields) };
      const want = { kind: 'try', part: body.part, mapping, limit: FIRST_LINES } as const;
      const ask = { zone: body.timezone, mappings: [], want };
      const { parts, items, isWhole } = await readDocument<Tried>(on.archive, caller.tenantId, file, ask);
      return { parts, items, whole: isWhole } as unknown as z.output<typeof documents.tried>;
    },
  );
}

const isRead = (part: Part | RefusedPart): part is Part => !('refused' in part);
const partKept = (part: Part | RefusedPart): KeptPart => (isRead(part) ? { read: part } : part);

/** The one account whose merchant number the document carries; none where it carries several. */
async function accountOf(
  tx: TenantTx,
  livemode: boolean,
  parts: readonly (Part | RefusedPart)[],
): Promise<string | undefined> {
  const said = new Map(
    parts
      .filter(isRead)
      .filter((p) => p.channel !== undefined && p.account !== undefined && p.role !== 'order' && p.role !== 'bank')
      .map((p) => [`${p.channel} ${p.account}`, p] as const),
  );
  const [part] = said.values();
  if (part === undefined || said.size > 1) return undefined;
  const rows = await tx.rows<{ id: string }>(
    `select id from accounts where tenant_id = $1 and livemode = $2 and provider = $3
        and coalesce(nullif(sub_merchant_no, ''), merchant_no) = $4 limit 2`,
    [tx.tenantId, livemode, part.channel, part.account],
  );
  return rows.length === 1 ? rows[0]!.id : undefined;
}

type Alike = z.output<typeof documents.reading>['alike'];

/** The same format, account and days with other bytes: a corrected bill, or the same days exported once more. */
async function alikeOf(tx: TenantTx, livemode: boolean, documentId: string): Promise<Alike> {
  const rows = await tx.rows<{ part: number; id: string; name: string; received_at: Temporal.Instant; lines: bigint }>(
    `select m.part, d.id, d.name, d.received_at, o.lines
       from readings m
       join readings o on o.tenant_id = $1 and o.livemode = $2 and o.format = m.format and o.from_on = m.from_on and o.to_on = m.to_on
        and o.account = m.account and o.document_id <> m.document_id
       join documents d on d.tenant_id = $1 and d.id = o.document_id and d.origin <> 'book'
       join documents me on me.tenant_id = $1 and me.id = m.document_id and me.sha256 <> d.sha256
      where m.tenant_id = $1 and m.document_id = $3 order by d.received_at desc, d.id desc limit ${MOST_ALIKE}`,
    [tx.tenantId, livemode, documentId],
  );
  return rows.map((r) => ({ ...r, received_at: r.received_at.toString(), lines: r.lines.toString() }));
}
