/** The simulated street of shops on the test side, begun from the app: what `serve --demo` does at the start. */
import { z } from 'zod';
import * as shape from '../contract.ts';
import { notFound } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';

const demo = z
  .object({
    state: z
      .enum(['absent', 'off', 'starting', 'on'])
      .describe('`absent`: this server cannot play it, as it does not listen on its own machine alone'),
  })
  .meta({ id: 'Demo' });

export function demoRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/demo',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDemo',
        summary: 'Does the simulated street of shops run?',
        tags: ['demo'],
        response: { 200: demo },
      },
    },
    async ({ caller }) => ({ state: on.demo?.tenantId === caller.tenantId ? on.demo.state() : ('absent' as const) }),
  );

  api.post(
    '/v1/demo',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'startDemo',
        summary: 'Have the simulated street of shops begin on the test side',
        description:
          'Orders, payments and faults arrive within seconds, a week of bills and statements within a minute. It ends with the server. While it runs the server may call addresses of its own machine, where the simulated channels are.',
        tags: ['demo'],
        response: { 202: demo, 404: shape.problem },
      },
    },
    async (request, reply) => {
      if (on.demo?.tenantId !== request.caller.tenantId) return notFound();
      on.demo.start(langFor(request));
      return await reply.status(202).send({ state: on.demo.state() });
    },
  );
}
