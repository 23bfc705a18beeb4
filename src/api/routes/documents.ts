/** Documents of the book: which bills are there, which are to come, and their bytes. */
import { z } from 'zod';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const MOST = 200;

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
        summary: 'The newest documents',
        tags: ['documents'],
        response: { 200: shape.page(shape.document) },
      },
    },
    async ({ caller }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await tx.rows<DocumentRow>(
          `select ${COLUMNS} from documents d join accounts a on a.tenant_id = $1 and a.id = d.account_id
            where d.tenant_id = $1 and a.livemode = $2 order by d.received_at desc, d.id desc limit ${MOST}`,
          [tx.tenantId, caller.livemode],
        );
        return { items: rows.map(documentView) };
      });
    },
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
      const row = await on.book.tenant(caller.tenantId, (tx) =>
        tx.maybe<DocumentRow>(
          `select ${COLUMNS} from documents d join accounts a on a.tenant_id = $1 and a.id = d.account_id
            where d.tenant_id = $1 and d.id = $2 and a.livemode = $3`,
          [tx.tenantId, params.id, caller.livemode],
        ),
      );
      if (row === undefined) return notFound();
      const hash = row.sha256.toString('hex');
      return await reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', `attachment; filename="${row.name.replace(/[^\w.-]/g, '_')}"`)
        .header('x-content-type-options', 'nosniff')
        .header('x-daozhang-sha256', hash)
        .serializer((body: unknown) => body as string)
        .send(on.archive.get(caller.tenantId, hash) as unknown as string);
    },
  );
}

type DocumentRow = Readonly<{
  id: string;
  account_id: string;
  kind: string;
  covers_on: Temporal.PlainDate | null;
  name: string;
  sha256: Buffer;
  size: bigint;
  received_at: Temporal.Instant;
}>;
const COLUMNS = 'd.id, d.account_id, d.kind, d.covers_on, d.name, d.sha256, d.size, d.received_at';

const documentView = (row: DocumentRow): z.output<typeof shape.document> =>
  dropEmpty({
    id: row.id,
    account_id: row.account_id,
    kind: row.kind,
    covers_on: row.covers_on?.toString(),
    name: row.name,
    sha256: row.sha256.toString('hex'),
    size: row.size.toString(),
    received_at: row.received_at.toString(),
  });
