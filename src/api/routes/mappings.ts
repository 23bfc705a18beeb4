/** Mappings that people saved: how their own tables are read, here and in every reconciliation. */
import { z } from 'zod';
import { endMapping, type MappingRow, mappingsOfSide, saveMapping } from '../../actions/mappings.ts';
import { mappingFields } from '../../reconcile/saved.ts';
import { actorOf } from '../auth.ts';
import * as documents from '../contract/documents.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

export function mappingRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/mappings',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listMappings',
        summary: 'Saved mappings, the newest first: in this order they are tried',
        description: '`document` is the file that the command line takes.',
        tags: ['mappings'],
        response: { 200: shape.page(documents.mapping) },
      },
    },
    async ({ caller }) =>
      await on.book.tenant(caller.tenantId, async (tx) => ({
        items: (await mappingsOfSide(tx, caller.livemode)).map(mappingView),
      })),
  );

  api.post(
    '/v1/mappings',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'saveMapping',
        summary: 'Save how a table is read',
        description:
          'A name’s next version; the one that holds where it says the same. Documents that have its columns are read by it from then on, here and in reconciliations.',
        tags: ['mappings'],
        body: documents.newMapping,
        response: { 201: documents.mapping, 409: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, body }, reply) => {
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const id = await saveMapping(tx, caller.livemode, { ...body, by: actorOf(caller) });
        return (await mappingsOfSide(tx, caller.livemode)).find((m) => m.id === id)!;
      });
      return await reply.status(201).send(mappingView(made));
    },
  );

  api.post(
    '/v1/mappings/:id/end',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'endMapping',
        summary: 'Read nothing by this mapping any more',
        tags: ['mappings'],
        params: z.object({ id: shape.id }),
        response: { 204: z.null(), 404: shape.problem },
      },
    },
    async ({ caller, params }, reply) => {
      const ended = await on.book.tenant(caller.tenantId, (tx) =>
        endMapping(tx, caller.livemode, params.id, actorOf(caller)),
      );
      if (!ended) notFound();
      return await reply.status(204).send(null);
    },
  );
}

const mappingView = (row: MappingRow): z.output<typeof documents.mapping> =>
  dropEmpty({
    id: row.id,
    name: row.name,
    version: row.version,
    kind: row.kind,
    fields: mappingFields(row.kind, row.document),
    document: row.document,
    made_by: row.made_by,
    made_by_name: row.by_name ?? undefined,
    made_at: row.made_at.toString(),
  });
