/** Documents of the book: those that were fetched, brought or written, which bills are to come, and the bytes of each. */
import { z } from 'zod';
import { addDocument, setAccount } from '../../actions/documents.ts';
import { DaozhangError } from '../../base/errors.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as documents from '../contract/documents.ts';
import * as shape from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const MOST = 200;
const MOST_DOCUMENT = 4_294_967_296;

export function documentRoutes(api: Api, on: Serving): void {
  const params = z.object({ id: shape.id });

  api.get(
    '/v1/channels/:id/bills',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listBills',
        summary: 'The bill calendar of an account, newest first',
        description: '`gone_at`: after this the channel no longer gives the bill.',
        tags: ['documents'],
        params,
        response: { 200: shape.page(shape.billDay), 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const known = await tx.maybe('select from accounts where tenant_id = $1 and id = $2 and livemode = $3', [
          tx.tenantId,
          params.id,
          caller.livemode,
        ]);
        if (known === undefined) return notFound();
        const rows = await tx.rows<{
          kind: string;
          covers_on: Temporal.PlainDate;
          state: string;
          attempts: number;
          last_error: string | null;
          document_id: string | null;
          lines: bigint | null;
          ready_at: Temporal.Instant;
          gone_at: Temporal.Instant;
        }>(
          `select kind, covers_on, state, attempts, last_error, document_id, lines, ready_at, gone_at from bill_days
            where tenant_id = $1 and account_id = $2 order by covers_on desc, kind limit ${MOST}`,
          [tx.tenantId, params.id],
        );
        return {
          items: rows.map((r) =>
            dropEmpty({
              kind: r.kind,
              covers_on: r.covers_on.toString(),
              state: r.state,
              attempts: r.attempts,
              last_error: r.last_error ?? undefined,
              document_id: r.document_id ?? undefined,
              lines: r.lines?.toString(),
              ready_at: r.ready_at.toString(),
              gone_at: r.gone_at.toString(),
            }),
          ),
        };
      });
    },
  );

  api.get(
    '/v1/documents',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listDocuments',
        summary: 'Documents, newest first',
        tags: ['documents'],
        querystring: z.strictObject({ origin: z.enum(['channel', 'upload', 'book']).optional(), ...shape.paging }),
        response: { 200: shape.page(documents.document) },
      },
    },
    async ({ caller, query }) => {
      const [at, id] = fromCursor(query.after) ?? [];
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await tx.rows<DocumentRow>(
          `${SELECT} where d.tenant_id = $1 and d.livemode = $2 and ($3::text is null or d.origin = $3)
              and ($4::timestamptz is null or (d.received_at, d.id) < ($4::timestamptz, $5::uuid))
            order by d.received_at desc, d.id desc limit $6`,
          [tx.tenantId, caller.livemode, query.origin ?? null, at ?? null, id ?? null, query.limit],
        );
        const last = rows.length < query.limit ? undefined : rows.at(-1)!;
        return dropEmpty({
          items: rows.map(documentView),
          next: last === undefined ? undefined : cursor(last.received_at.toString(), last.id),
        });
      });
    },
  );

  api.get(
    '/v1/documents/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDocument',
        summary: 'One document',
        tags: ['documents'],
        params,
        response: { 200: documents.document, 404: shape.problem },
      },
    },
    async ({ caller, params }) => documentView(await documentOf(on, caller, params.id)),
  );

  api.get(
    '/v1/documents/:id/raw',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDocumentBytes',
        summary: 'A document byte for byte',
        description: 'Its hash is looked at before it is shown; `x-daozhang-sha256` carries it.',
        tags: ['documents'],
        params,
        response: {
          200: { description: 'The bytes', content: { 'application/octet-stream': { schema: z.string() } } },
          404: shape.problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      const row = await documentOf(on, caller, params.id);
      return await sendBytes(on, caller, reply, row);
    },
  );

  api.patch(
    '/v1/documents/:id',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'changeDocument',
        summary: 'Say whose bill a brought document is',
        tags: ['documents'],
        params,
        body: documents.changeDocument,
        response: { 200: documents.document, 404: shape.problem, 409: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      if (body.account_id !== null) await mustBeTheirs(on, caller, body.account_id);
      await documentOf(on, caller, params.id);
      await on.book.tenant(caller.tenantId, (tx) => setAccount(tx, params.id, body.account_id));
      return documentView(await documentOf(on, caller, params.id));
    },
  );
}

/** The body is the document itself: a scope of its own, where no body is parsed. */
export function uploadRoute(api: Api, on: Serving): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', (_, payload, done) => done(null, payload));
  api.post(
    '/v1/documents',
    {
      config: { scope: 'act', long: true },
      schema: {
        operationId: 'addDocument',
        summary: 'Bring a document',
        description:
          'The body is the document byte for byte, of any content type. The same bytes again are the document that is there, with `known`. `account_id`: it is a bill of this account, and the book learns from it when it is reconciled.',
        tags: ['documents'],
        querystring: z.strictObject({ name: shape.documentName, account_id: shape.id.optional() }),
        response: { 201: documents.document, 404: shape.problem },
      },
    },
    async (request, reply) => {
      const { caller, query, body } = request;
      const { account_id: accountId, name } = query;
      if (accountId !== undefined) await mustBeTheirs(on, caller, accountId);
      const side = { tenantId: caller.tenantId, livemode: caller.livemode };
      const by = { accountId, origin: 'upload', kind: 'upload', name, addedBy: actorOf(caller) } as const;
      const kept = await addDocument(on, side, by, bounded(body as AsyncIterable<Uint8Array> | undefined));
      const view = documentView(await documentOf(on, caller, kept.id));
      return await reply.status(201).send(kept.isKnown ? { ...view, known: true } : view);
    },
  );
}

async function* bounded(chunks: AsyncIterable<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks ?? []) {
    size += chunk.length;
    if (size > MOST_DOCUMENT) throw new DaozhangError('api.too_large', { limit: MOST_DOCUMENT });
    yield chunk;
  }
  if (size === 0) throw new DaozhangError('api.bad_request', { reason: 'the body is empty / 请求体为空' });
}

async function mustBeTheirs(on: Serving, caller: Caller, accountId: string): Promise<void> {
  const known = await on.book.tenant(caller.tenantId, (tx) =>
    tx.maybe('select from accounts where tenant_id = $1 and id = $2 and livemode = $3', [
      tx.tenantId,
      accountId,
      caller.livemode,
    ]),
  );
  if (known === undefined) notFound();
}

export async function documentOf(on: Serving, caller: Caller, id: string): Promise<DocumentRow> {
  const row = await on.book.tenant(caller.tenantId, (tx) =>
    tx.maybe<DocumentRow>(`${SELECT} where d.tenant_id = $1 and d.id = $2 and d.livemode = $3`, [
      tx.tenantId,
      id,
      caller.livemode,
    ]),
  );
  return row ?? notFound();
}

type Kept = Readonly<{ name: string; sha256: Buffer; size: bigint }>;
type Bytes = Readonly<{ header(name: string, value: string): Bytes; send(stream: unknown): unknown }>;

/** Never as a page of ours: what is shown in a browser comes from elsewhere. */
export async function sendBytes<R>(on: Serving, caller: Caller, reply: R & Bytes, kept: Kept): Promise<R> {
  const hash = kept.sha256.toString('hex');
  const stream = await on.archive.stream(caller.tenantId, hash);
  reply
    .header('content-type', 'application/octet-stream')
    .header('content-length', kept.size.toString())
    .header(
      'content-disposition',
      `attachment; filename="${kept.name.replace(/[^\w.-]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(kept.name)}`,
    )
    .header('x-content-type-options', 'nosniff')
    .header('x-daozhang-sha256', hash)
    .send(stream);
  return reply;
}

type DocumentRow = Readonly<{
  id: string;
  account_id: string | null;
  origin: 'channel' | 'upload' | 'book';
  kind: string;
  covers_on: Temporal.PlainDate | null;
  name: string;
  sha256: Buffer;
  size: bigint;
  received_at: Temporal.Instant;
  added_by: string | null;
  by_name: string | null;
  parts: z.output<typeof documents.document>['parts'] | null;
  run_id: string | null;
}>;
/** With who brought it, how it was last read, and the last run that took it in; conditions on `d` follow. */
const SELECT = `select d.id, d.account_id, d.origin, d.kind, d.covers_on, d.name, d.sha256, d.size, d.received_at, d.added_by,
    coalesce(u.name, k.name) as by_name, p.parts, r.run_id
  from documents d
  left join users u on u.tenant_id = $1 and d.added_by = 'session:' || u.id
  left join api_keys k on k.tenant_id = $1 and d.added_by = 'key:' || k.id
  left join lateral (
    select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('member', g.member, 'format', g.format, 'title', g.title, 'role', g.role,
        'channel', g.channel, 'account', g.account, 'from', g.from_on, 'to', g.to_on, 'lines', g.lines::text,
        'rejected', g.rejected::text, 'refused', g.refused)) order by g.part) as parts
      from readings g where g.tenant_id = $1 and g.document_id = d.id and g.part < 20) p on true
  left join lateral (
    select x.reconciliation_id as run_id from reconciliation_documents x
     where x.tenant_id = $1 and x.document_id = d.id order by x.reconciliation_id desc limit 1) r on true`;

const documentView = (row: DocumentRow): z.output<typeof documents.document> =>
  dropEmpty({
    id: row.id,
    account_id: row.account_id ?? undefined,
    origin: row.origin,
    kind: row.kind,
    covers_on: row.covers_on?.toString(),
    name: row.name,
    sha256: row.sha256.toString('hex'),
    size: row.size.toString(),
    received_at: row.received_at.toString(),
    added_by: row.added_by ?? undefined,
    added_by_name: row.by_name ?? undefined,
    parts: row.parts ?? undefined,
    reconciliation_id: row.run_id ?? undefined,
  });
