/** The counter's other needs: one search box, what came in lately, shifts. */
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import type { TenantTx } from '../../db/pool.ts';
import { asked } from '../../people/phrase.ts';
import { search } from '../../people/search.ts';
import {
  type Counter,
  closeShift,
  currentShift,
  openShift,
  recentlyCaptured,
  type Shift,
  totalsOf,
} from '../../people/shifts.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/claims.ts';
import { moment, page, payment, problem, text } from '../contract.ts';
import { cursor, dropEmpty, fromCursor } from '../manners.ts';
import { paymentsWith } from '../read.ts';
import type { Api, Serving } from '../server.ts';
import { zoneOf } from './claims.ts';

const RECENT_HOURS = 2;

export function counterRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/search',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'search',
        summary: 'One box: a number or its last characters (four or more), an amount, a time, or these together',
        description:
          'Such as `2345`, `¥128.00`, `128.00 CNY`, `今天 14点`, `yesterday 18:00`, `11-21 18:02`. Ranked, with the reasons. `after` pages through what an amount or a time finds.',
        tags: ['payments'],
        querystring: z.strictObject({
          q: text(2_000, 1),
          timezone: text(64, 1).default('Asia/Shanghai'),
          currency: z
            .string()
            .regex(/^[A-Z]{3}$/)
            .default('CNY')
            .describe('Of amounts that name none'),
          limit: z.coerce.number().int().min(1).max(50).default(20),
          after: z.string().max(200).optional(),
        }),
        response: { 200: page(shape.searchHit), 400: problem },
      },
    },
    async ({ caller, query }) => {
      const wanted = asked(query.q, on.pace.now(), zoneOf(query.timezone), query.currency);
      if (wanted.values.length === 0 && wanted.amount === undefined && wanted.span === undefined)
        throw new DaozhangError('search.nothing', { q: query.q.slice(0, 80) });
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const hits = await search(tx, caller.livemode, wanted, { after: fromCursor(query.after), limit: query.limit });
        const payments = await paymentsWith(
          tx,
          on,
          'p.livemode = $2 and p.id = any($3)',
          [caller.livemode, hits.map((h) => h.id)],
          '',
        );
        const byId = new Map(payments.map((p) => [p.id, p]));
        const last = hits.length === query.limit && wanted.values.length === 0 ? hits.at(-1) : undefined;
        return dropEmpty({
          items: hits.flatMap((h) => {
            const one = byId.get(h.id);
            return one === undefined ? [] : [{ payment: one, score: h.score, why: [...h.why] }];
          }),
          next: last === undefined ? undefined : cursor(last.at.toString(), last.id),
        });
      });
    },
  );

  api.get(
    '/v1/counter/recent',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listRecent',
        summary: 'Money that came in lately, newest first',
        description: 'Of the last two hours unless `since` says otherwise. Live: the stream of events (`payment.*`).',
        tags: ['counter'],
        querystring: z.strictObject({
          ...shape.place.shape,
          since: moment.optional(),
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
        response: { 200: page(payment) },
      },
    },
    async ({ caller, query }) => {
      const since =
        query.since === undefined
          ? on.pace.now().subtract({ hours: RECENT_HOURS })
          : Temporal.Instant.from(query.since);
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const ids = await recentlyCaptured(tx, counterOf(caller, query), since, query.limit);
        return { items: await paymentsWith(tx, on, 'p.id = any($2)', [ids], 'order by p.captured_at desc, p.id desc') };
      });
    },
  );

  api.get(
    '/v1/shifts/current',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getShift',
        summary: 'The shift that is open at a place, with what it came to so far; `null` where none is',
        tags: ['counter'],
        querystring: shape.place,
        response: { 200: shape.openedShift },
      },
    },
    async ({ caller, query }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const at = counterOf(caller, query);
        const open = await currentShift(tx, at);
        return { shift: open === undefined ? null : await shiftView(tx, at, open, on.pace.now()) };
      });
    },
  );

  for (const [path, operationId, summary, act] of [
    ['/v1/shifts/open', 'openShift', 'Open a shift', openShift],
    ['/v1/shifts/close', 'closeShift', 'Close the shift with its totals', closeShift],
  ] as const)
    api.post(
      path,
      {
        config: { scope: 'act', idempotent: true },
        schema: {
          operationId,
          summary,
          tags: ['counter'],
          body: shape.place,
          response: { 200: shape.shift, 409: problem },
        },
      },
      async ({ caller, body }) => {
        return await on.book.tenant(caller.tenantId, async (tx) => {
          const at = counterOf(caller, body);
          const now = on.pace.now();
          return await shiftView(tx, at, await act(tx, at, actorOf(caller), now), now);
        });
      },
    );
}

const counterOf = (caller: Caller, at: Readonly<{ store: string; terminal: string }>): Counter => ({
  livemode: caller.livemode,
  store: at.store,
  terminal: at.terminal,
});

async function shiftView(
  tx: TenantTx,
  at: Counter,
  s: Shift,
  now: Temporal.Instant,
): Promise<z.output<typeof shape.shift>> {
  const totals = s.totals ?? (await totalsOf(tx, at, s.opened_at, now));
  return dropEmpty({
    id: s.id,
    store: s.store,
    terminal: s.terminal,
    opened_at: s.opened_at.toString(),
    opened_by: s.opened_by,
    closed_at: s.closed_at?.toString(),
    closed_by: s.closed_by ?? undefined,
    totals: { ...totals, channels: [...totals.channels] },
  });
}
