/** What each path of the simulated API does to the truth, and says. Names that a path does not know are refused, as Stripe refuses them. */
import type { SimClock } from '../../clock.ts';
import type { Market } from './market.ts';
import { balanceReport, dataEnd, REPORT } from './reports.ts';
import {
  type Charge,
  chargeSays,
  type Intent,
  intentSays,
  type Json,
  movementSays,
  newIdOf,
  type Payout,
  payoutSays,
  type Refund,
  refundSays,
  unix,
} from './truth.ts';
import { ApiError, invalid, listOf, missing, type Params, tableOf, textOf } from './wire.ts';

export type Asked = Readonly<{ method: string; path: string; params: Params; account: string | undefined }>;

type On = Readonly<{
  clock: SimClock;
  livemode: boolean;
  market: Market;
  accountId: string;
  searchLagMs: number;
  origin(): string;
  billFault(): string | undefined;
}>;

type Run = Readonly<{
  id: string;
  made: number;
  from: number;
  to: number;
  columns: readonly string[];
  parameters: Json;
  fails: boolean;
  account: string | undefined;
}>;

/** How long a report takes. */
const RUN_SECONDS = 60;

export type Routes = Readonly<{
  /** Throws `ApiError`. */
  answer(asked: Asked): Json;
  file(path: string): string | undefined;
}>;

export function routesOf(on: On): Routes {
  const { market, livemode } = on;
  const runs = new Map<string, Run>();
  const now = (): number => unix(on.clock.now());
  const mine = <T extends Readonly<{ account: string | undefined }>>(all: Iterable<T>, a: Asked): T[] =>
    [...all].filter((it) => it.account === a.account).reverse();

  const intentOf = (id: string, a: Asked, param = 'intent'): Intent => {
    const it = market.intents.get(id);
    if (it === undefined || it.account !== a.account) throw missing('payment_intent', id, param);
    return it;
  };
  const payoutOf = (id: string, a: Asked): Payout => {
    const it = market.payouts.all.get(id);
    if (it === undefined || it.account !== a.account) throw missing('payout', id, 'payout');
    return it;
  };
  const payoutShown = (it: Payout): Json => payoutSays(it, livemode);
  const payOut = (a: Asked): Json => {
    only(a, 'amount currency description metadata method source_type statement_descriptor destination');
    const amount = integer(a.params, 'amount');
    const currency = textOf(a.params, 'currency');
    if (amount === undefined || currency === undefined)
      throw invalid('Missing required param: amount or currency.', 'parameter_missing', 'amount');
    return payoutShown(market.payouts.byHand(amount, currency, a.account));
  };
  /** Of a payout alone: what the balance does beside that is the report's to say. */
  const transactions = (a: Asked): Json => {
    only(a, 'payout limit starting_after ending_before type');
    const it = payoutOf(textOf(a.params, 'payout') ?? '', a);
    if (it.settled === undefined)
      throw invalid('Balance transaction history can only be filtered on automatic transfers, not manual.');
    const own = market.payouts.own(it);
    return page(a, '/v1/balance_transactions', [...own, ...it.settled].map(movementSays));
  };
  const shownCharge = (c: Charge, expand: readonly string[]): Json => ({
    ...chargeSays(c, livemode),
    ...(expand.includes('refunds')
      ? {
          refunds: {
            object: 'list',
            data: c.refunds.slice(0, 10).map(refundSays),
            has_more: c.refunds.length > 10,
            url: `/v1/charges/${c.id}/refunds`,
          },
        }
      : {}),
  });
  const shown = (it: Intent, expand: readonly string[], says = intentSays(it, livemode)): Json => {
    for (const path of expand)
      if (!/^(latest_charge(\.refunds)?|payment_method)$/.test(path))
        throw invalid(`This property cannot be expanded (${path}).`);
    if (it.charge === undefined || !expand.some((path) => path.startsWith('latest_charge'))) return says;
    const inner = expand.flatMap((path) => (path.startsWith('latest_charge.') ? [path.slice(14)] : []));
    return { ...says, latest_charge: shownCharge(it.charge, inner) };
  };
  const expandOf = (a: Asked, prefix = ''): readonly string[] =>
    listOf(a.params, 'expand').map((path) => {
      if (!path.startsWith(prefix)) throw invalid(`This property cannot be expanded (${path}).`);
      return path.slice(prefix.length);
    });

  const create = (a: Asked): Json => {
    only(
      a,
      'amount currency metadata payment_method payment_method_types automatic_payment_methods capture_method confirm description return_url off_session expand',
    );
    const currency = textOf(a.params, 'currency');
    if (currency === undefined) throw invalid('Missing required param: currency.', 'parameter_missing', 'currency');
    const it = market.make({
      amount: integer(a.params, 'amount')!,
      currency: currency.toLowerCase(),
      metadata: tableOf(a.params, 'metadata'),
      captureMethod: textOf(a.params, 'capture_method') === 'manual' ? 'manual' : 'automatic',
      account: a.account,
    });
    const method = textOf(a.params, 'payment_method');
    if (textOf(a.params, 'confirm') === 'true') confirmed(it, method);
    else if (method !== undefined) it.status = 'requires_confirmation';
    return shown(it, expandOf(a));
  };
  /** By the names of the test cards. */
  const confirmed = (it: Intent, method: string | undefined): void => {
    if (method === undefined)
      throw invalid(
        'You cannot confirm this PaymentIntent because it’s missing a payment method.',
        'payment_intent_unexpected_state',
      );
    if (/declined/i.test(method)) {
      void market.decline(it);
      throw new ApiError(402, 'card_error', {
        message: 'Your card was declined.',
        code: 'card_declined',
        decline_code: 'generic_decline',
        payment_intent: intentSays(it, livemode),
      });
    }
    if (/threeDSecure|authentication/i.test(method)) void market.askBuyer(it);
    else void market.pay(it, /sepa|usBankAccount/i.test(method) ? { processingMs: 86_400_000 } : {});
  };
  const search = (a: Asked): Json => {
    only(a, 'query limit page expand');
    const wanted = clauses(textOf(a.params, 'query') ?? '');
    const behind = on.clock.now().epochMilliseconds - on.searchLagMs;
    const found = mine(market.intents.values(), a).flatMap((it) => {
      const says = market.indexed(it, behind);
      return says !== undefined && wanted.every((is) => is(says)) ? [shown(it, expandOf(a, 'data.'), says)] : [];
    });
    const limit = integer(a.params, 'limit') ?? 10;
    const from = Number(textOf(a.params, 'page') ?? 0);
    const has_more = found.length > from + limit;
    return {
      object: 'search_result',
      data: found.slice(from, from + limit),
      has_more,
      next_page: has_more ? String(from + limit) : null,
      url: '/v1/payment_intents/search',
    };
  };

  const refund = (a: Asked): Json => {
    only(a, 'payment_intent charge amount metadata reason expand');
    const id = textOf(a.params, 'payment_intent');
    const c =
      id === undefined
        ? market.charges.get(textOf(a.params, 'charge') ?? '')
        : intentOf(id, a, 'payment_intent').charge;
    if (c === undefined || c.captured === 0)
      throw invalid(`This PaymentIntent (${id}) does not have a successful charge to refund.`);
    const reason = textOf(a.params, 'reason');
    if (reason !== undefined && !/^(duplicate|fraudulent|requested_by_customer)$/.test(reason))
      throw invalid(
        'Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer',
        undefined,
        'reason',
      );
    const amount = integer(a.params, 'amount') ?? c.captured;
    return refundSays(
      market.giveBack(c, amount, {
        metadata: tableOf(a.params, 'metadata'),
        ...(reason === undefined ? {} : { reason }),
      }),
    );
  };
  const refundOf = (id: string, a: Asked): Refund => {
    const r = market.refunds.get(id);
    if (r === undefined || r.charge.intent.account !== a.account) throw missing('refund', id, 'id');
    return r;
  };
  const refunds = (a: Asked): Json => {
    only(a, 'payment_intent charge created limit starting_after ending_before expand');
    const id = textOf(a.params, 'payment_intent');
    if (id !== undefined) intentOf(id, a, 'payment_intent');
    const all = [...market.refunds.values()]
      .reverse()
      .filter(({ charge }) => charge.intent.account === a.account && (id === undefined || charge.intent.id === id));
    return page(a, '/v1/refunds', all.map(refundSays));
  };
  const events = (a: Asked): Json => {
    only(a, 'types type created limit starting_after ending_before delivery_success expand');
    const types = [...listOf(a.params, 'types'), ...(textOf(a.params, 'type') ?? '').split(' ').filter(Boolean)];
    if (types.length > 20) throw invalid('You may pass at most 20 types.', undefined, 'types');
    const { gte = '0', lt = 'Infinity' } = tableOf(a.params, 'created');
    // Whose they are is told by who asks.
    const all = mine(market.events, a)
      .filter(
        (e) => (types.length === 0 || types.includes(e.type)) && e.created >= Number(gte) && e.created < Number(lt),
      )
      .filter((e) => e.created > now() - 30 * 86_400);
    return page(
      a,
      '/v1/events',
      all.map(({ body: { account, ...body } }) => body),
    );
  };

  const runSays = (run: Run): Json => {
    const isOver = now() >= run.made + RUN_SECONDS;
    const isDone = isOver && !run.fails;
    const file = `file_${run.id.slice(4)}`;
    return {
      id: run.id,
      object: 'reporting.report_run',
      created: run.made,
      error: isOver && run.fails ? 'An unexpected error occurred.' : null,
      livemode,
      parameters: run.parameters,
      report_type: REPORT,
      result: isDone
        ? {
            id: file,
            object: 'file',
            created: run.made,
            filename: `${run.id}.csv`,
            purpose: 'finance_report_run',
            type: 'csv',
            url: `${on.origin()}/v1/files/${file}/contents`,
          }
        : null,
      status: isDone ? 'succeeded' : isOver ? 'failed' : 'pending',
      succeeded_at: isDone ? run.made + RUN_SECONDS : null,
    };
  };
  const run = (a: Asked): Json => {
    only(a, 'report_type parameters expand');
    if (textOf(a.params, 'report_type') !== REPORT)
      throw invalid('Unrecognized report type.', undefined, 'report_type');
    const { parameters } = a.params;
    if (typeof parameters !== 'object')
      throw invalid('Missing required param: parameters.', 'parameter_missing', 'parameters');
    const [from, to] = [integer(parameters, 'interval_start')!, integer(parameters, 'interval_end')!];
    if (to > dataEnd(now()))
      throw invalid(
        `interval_end must be at most ${dataEnd(now())}: data are not available yet.`,
        undefined,
        'parameters[interval_end]',
      );
    const columns = listOf(parameters, 'columns');
    const made: Run = {
      id: newIdOf('frr').replace('frr_3', 'frr_1'),
      made: now(),
      from,
      to,
      columns,
      parameters: {
        interval_start: from,
        interval_end: to,
        timezone: textOf(parameters, 'timezone') ?? 'Etc/UTC',
        columns,
      },
      fails: on.billFault() === 'bill_missing',
      account: a.account,
    };
    runs.set(made.id, made);
    return runSays(made);
  };
  const runOf = (id: string): Run => {
    const known = runs.get(id);
    if (known === undefined) throw missing('reporting report run', id, 'report_run');
    return known;
  };
  const reportType = (): Json => {
    const late = on.billFault() === 'bill_late' ? 86_400 : 0;
    return {
      id: REPORT,
      object: 'reporting.report_type',
      data_available_end: dataEnd(now()) - late,
      data_available_start: 1_672_531_200,
      default_columns: null,
      livemode,
      name: 'Itemized balance change from activity',
      updated: now(),
      version: 3,
    };
  };

  const table: ReadonlyArray<readonly [method: string, path: RegExp, (a: Asked, id: string) => Json]> = [
    ['POST', /^\/v1\/payment_intents$/, create],
    ['GET', /^\/v1\/payment_intents\/search$/, search],
    [
      'GET',
      /^\/v1\/payment_intents$/,
      (a) =>
        page(
          a,
          '/v1/payment_intents',
          mine(market.intents.values(), a).map((it) => shown(it, expandOf(a, 'data.'))),
        ),
    ],
    ['GET', /^\/v1\/payment_intents\/([^/]+)$/, (a, id) => shown(intentOf(id, a), expandOf(a))],
    [
      'POST',
      /^\/v1\/payment_intents\/([^/]+)\/confirm$/,
      (a, id) => {
        const it = intentOf(id, a);
        confirmed(
          it,
          textOf(a.params, 'payment_method') ?? (it.status === 'requires_confirmation' ? 'pm_card_visa' : undefined),
        );
        return shown(it, expandOf(a));
      },
    ],
    [
      'POST',
      /^\/v1\/payment_intents\/([^/]+)\/capture$/,
      (a, id) => {
        const it = intentOf(id, a);
        void market.capture(it);
        return shown(it, expandOf(a));
      },
    ],
    [
      'POST',
      /^\/v1\/payment_intents\/([^/]+)\/cancel$/,
      (a, id) => {
        only(a, 'cancellation_reason expand');
        const it = intentOf(id, a);
        void market.cancel(it, textOf(a.params, 'cancellation_reason') ?? null);
        return shown(it, expandOf(a));
      },
    ],
    ['POST', /^\/v1\/refunds$/, refund],
    ['GET', /^\/v1\/refunds$/, refunds],
    ['GET', /^\/v1\/refunds\/([^/]+)$/, (a, id) => refundSays(refundOf(id, a))],
    ['GET', /^\/v1\/events$/, events],
    ['GET', /^\/v1\/payouts$/, (a) => page(a, '/v1/payouts', mine(market.payouts.all.values(), a).map(payoutShown))],
    ['POST', /^\/v1\/payouts$/, payOut],
    ['GET', /^\/v1\/payouts\/([^/]+)$/, (a, id) => payoutShown(payoutOf(id, a))],
    [
      'POST',
      /^\/v1\/payouts\/([^/]+)\/cancel$/,
      (a, id) => {
        const it = payoutOf(id, a);
        void market.payouts.cancel(it);
        return payoutShown(it);
      },
    ],
    ['GET', /^\/v1\/balance_transactions$/, transactions],
    [
      'GET',
      /^\/v1\/account$/,
      (a) => ({
        id: a.account ?? on.accountId,
        object: 'account',
        country: 'HK',
        default_currency: 'hkd',
        charges_enabled: true,
        payouts_enabled: true,
      }),
    ],
    ['GET', /^\/v1\/reporting\/report_types\/balance_change_from_activity\.itemized\.3$/, reportType],
    ['POST', /^\/v1\/reporting\/report_runs$/, run],
    ['GET', /^\/v1\/reporting\/report_runs\/([^/]+)$/, (_, id) => runSays(runOf(id))],
  ];

  return {
    answer(asked) {
      for (const [method, path, does] of table) {
        const [whole, id = ''] = path.exec(asked.path) ?? [];
        if (whole !== undefined && method === asked.method) return does(asked, id);
      }
      throw new ApiError(404, 'invalid_request_error', {
        message: `Unrecognized request URL (${asked.method}: ${asked.path}).`,
      });
    },
    file(path) {
      const [, id] = /^\/v1\/files\/file_(\w+)\/contents$/.exec(path) ?? [];
      const known = id === undefined ? undefined : runs.get(`frr_${id}`);
      if (known === undefined) return undefined;
      const charges = [...market.charges.values()].filter((c) => c.intent.account === known.account);
      return balanceReport(charges, known);
    },
  };
}

function only({ params }: Asked, names: string): void {
  const unknown = Object.keys(params).find((name) => !names.split(' ').includes(name));
  if (unknown !== undefined) throw invalid(`Received unknown parameter: ${unknown}`, 'parameter_unknown', unknown);
}

function integer(params: Params, name: string): number | undefined {
  const text = textOf(params, name);
  if (text === undefined) return undefined;
  if (!/^-?\d{1,12}$/.test(text)) throw invalid(`Invalid integer: ${text}`, 'parameter_invalid_integer', name);
  return Number(text);
}

/** Newest first; a cursor is an object's id. */
function page({ params }: Asked, url: string, all: readonly Json[]): Json {
  const limit = integer(params, 'limit') ?? 10;
  if (limit < 1 || limit > 100)
    throw invalid('This value must be between 1 and 100.', 'parameter_invalid_integer', 'limit');
  const at = (name: string): number | undefined => {
    const id = textOf(params, name);
    if (id === undefined) return undefined;
    const found = all.findIndex((it) => it.id === id);
    if (found === -1) throw missing('object', id, name);
    return found;
  };
  const [after, before] = [at('starting_after'), at('ending_before')];
  const start = before === undefined ? (after ?? -1) + 1 : Math.max(0, before - limit);
  const end = before ?? start + limit;
  return {
    object: 'list',
    data: all.slice(start, end),
    has_more: before === undefined ? end < all.length : start > 0,
    url,
  };
}

/** `metadata['order_id']:'A1' AND status:'succeeded'`. */
function clauses(query: string): ReadonlyArray<(says: Json) => boolean> {
  return query.split(' AND ').map((clause) => {
    const [, field, key, raw = ''] =
      /^(metadata|status|currency|amount)(?:\['((?:[^'\\]|\\.)+)'\])?:'?((?:[^'\\]|\\.)*)'?$/.exec(clause.trim()) ?? [];
    if (field === undefined) throw invalid(`We were unable to parse your search query: ${query}`);
    const plain = (text: string): string => text.replace(/\\(.)/g, '$1');
    const wanted = plain(raw).toLowerCase();
    return (says) => {
      const value = field === 'metadata' ? (says.metadata as Record<string, string>)[plain(key ?? '')] : says[field];
      return value !== undefined && String(value).toLowerCase() === wanted;
    };
  });
}
