/** The overview, in one call. */
import { z } from 'zod';
import { STATIONS } from '../../actions/stations.ts';
import { moneyView } from '../../actions/view.ts';
import { CHINA } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import type { Truth } from '../../watch/figures.ts';
import type { Glance } from '../../watch/glance.ts';
import { type Overview, overviewOf, type Sum } from '../../watch/overview.ts';
import { overview } from '../contract/overview.ts';
import { dropEmpty } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const MOST_DAYS = 90;

export function overviewRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/overview',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getOverview',
        summary: 'Where the money is right now',
        description:
          'Of the payments of the last `days` days of business, in one currency: the commonest unless one is named.',
        tags: ['payments'],
        querystring: z.strictObject({
          days: z.coerce.number().int().min(1).max(MOST_DAYS).default(30),
          currency: z
            .string()
            .regex(/^[A-Z]{3}$/)
            .optional(),
        }),
        response: { 200: overview },
      },
    },
    async ({ caller, query }) => {
      const { livemode } = caller;
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const found = await overviewOf(tx, on, { livemode, days: query.days, currency: query.currency });
        return shown(found, found.currencies.length === 0 && (await isEmpty(tx, livemode)));
      });
    },
  );
}

async function isEmpty(tx: TenantTx, livemode: boolean): Promise<boolean> {
  const { some } = await tx.one<{ some: boolean }>(
    `select exists (select from payments where tenant_id = $1 and livemode = $2)
         or exists (select from documents where tenant_id = $1 and livemode = $2) as some`,
    [tx.tenantId, livemode],
  );
  return !some;
}

function shown(found: Overview, is_empty: boolean): z.output<typeof overview> {
  const sum = ({ payments, minor }: Sum) => ({ payments: Number(payments), amount: moneyView(minor, found.currency)! });
  const today = found.asOf.toZonedDateTimeISO(CHINA).toPlainDate().toString();
  const { atRisk, late, repaired, truth } = found;
  const byVerdict = ({ code, ...of }: Overview['atRisk']['parts'][number]) => ({ verdict: code, ...sum(of) });
  return {
    as_of: found.asOf.toString(),
    days: found.days,
    from: found.from.toString(),
    currency: found.currency,
    currencies: found.currencies.map((c) => ({ currency: c.currency, payments: Number(c.payments) })),
    is_empty,
    stations: found.stations.map(({ station, ages, parts, ...of }) =>
      dropEmpty({
        ...{ station, title: STATIONS[station], ...sum(of), parts: parts.map(byVerdict) },
        oldest_at: ages?.oldestAt.toString(),
        median_at: ages?.medianAt.toString(),
      }),
    ),
    at_risk: { ...sum(atRisk), parts: atRisk.parts.map(byVerdict) },
    late: {
      ...sum(late),
      parts: late.parts.map(({ code, accountId, custody, since, ...of }) => ({
        ...{ verdict: code, account_id: accountId, custody, since: since.toString() },
        ...sum(of),
      })),
    },
    repaired: dropEmpty({
      ...{ on: today, ...sum(repaired.today) },
      before: repaired.before === undefined ? undefined : sum(repaired.before),
    }),
    truth: dropEmpty({
      ...{ on: today, today: truthOut(truth.today) },
      before: truth.before === undefined ? undefined : truthOut(truth.before),
    }),
    channels: found.channels.map(glanceOut),
    wants: found.wants.map(({ count, since, ...want }) =>
      dropEmpty({ ...want, count: Number(count), since: since?.toString() }),
    ),
  };
}

const truthOut = ({ payments, p50Ms, p95Ms, fromDocuments }: Truth) =>
  dropEmpty({
    payments: Number(payments),
    from_documents: Number(fromDocuments),
    p50_ms: whole(p50Ms),
    p95_ms: whole(p95Ms),
  });

const glanceOut = (g: Glance): z.output<typeof overview>['channels'][number] =>
  dropEmpty({
    ...{ account_id: g.accountId, name: g.name, provider: g.provider, feed: g.feed, state: g.state },
    hours: g.hours.map((h) => ({ at: h.at.toString(), tried: Number(h.tried), paid: Number(h.paid) })),
    ...{ notified: Number(g.notified), asked: Number(g.asked), from_documents: Number(g.fromDocuments) },
    ...{ p50_ms: whole(g.p50Ms), p95_ms: whole(g.p95Ms) },
    batches: {
      ...{ in_time: Number(g.batches.inTime), late: Number(g.batches.late), to_come: Number(g.batches.toCome) },
    },
    last_answer_at: g.lastAnswerAt?.toString(),
    last_failure_at: g.lastFailureAt?.toString(),
    rests_until: g.restsUntil?.toString(),
  });

const whole = (ms: bigint | undefined): number | undefined => (ms === undefined ? undefined : Number(ms));
