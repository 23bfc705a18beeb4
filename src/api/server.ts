/**
 * The HTTP API: doors, manners and wiring; what each route does stands in `routes/`. Every body and parameter is checked by its zod shape,
 * every error is a problem document, every route but the open ones knows its caller before it does anything.
 */
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Asking } from '../actions/inquire.ts';
import type { Archive } from '../base/archive.ts';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Lang } from '../base/lang.ts';
import { tokenHash } from '../base/secret.ts';
import type { Vault } from '../base/vault.ts';
import type { Policies } from '../channels/policies.ts';
import type { Barcodes } from '../people/barcodes.ts';
import type { Inbox } from '../sources/inbox.ts';
import type { Metrics } from '../watch/metrics.ts';
import { appRoutes, type WebApp } from './app.ts';
import { type Caller, callerOf, need, type Scope } from './auth.ts';
import { description } from './describe.ts';
import { idempotency } from './idempotency.ts';
import { strictJson } from './json.ts';
import { refuseConnection, sendProblem } from './problem.ts';
import { adminRoutes } from './routes/admin.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { breakRoutes } from './routes/breaks.ts';
import { caseRoutes } from './routes/cases.ts';
import { channelRoutes } from './routes/channels.ts';
import { claimRoutes, imageRoute } from './routes/claims.ts';
import { counterRoutes } from './routes/counter.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { demoRoutes } from './routes/demo.ts';
import { documentRoutes, uploadRoute } from './routes/documents.ts';
import { eventRoutes } from './routes/events.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { ledgerOpenRoutes } from './routes/ledger-open.ts';
import { ledgerWorkRoutes } from './routes/ledger-work.ts';
import { mappingRoutes } from './routes/mappings.ts';
import { meRoutes } from './routes/me.ts';
import { memberRoutes } from './routes/members.ts';
import { messageRoutes } from './routes/messages.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { openRoutes } from './routes/open.ts';
import { orderRoutes } from './routes/orders.ts';
import { overviewRoutes } from './routes/overview.ts';
import { paymentRoutes } from './routes/payments.ts';
import { planRoutes } from './routes/plans.ts';
import { policyRoutes } from './routes/policy.ts';
import { readingRoutes } from './routes/readings.ts';
import { reconciledRoutes } from './routes/reconciled.ts';
import { reconciliationRoutes } from './routes/reconciliations.ts';
import { refundRoutes } from './routes/refunds.ts';
import { statusLinkRoutes, statusPictureRoute, statusRoutes } from './routes/status.ts';
import { codePictureRoute, terminalRoutes } from './routes/terminals.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler of a route that is not open. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** No caller is needed. */
    open?: boolean;
    /** What the caller must be allowed to do; every route that is not open names it. */
    scope?: Scope;
    /** Its body may take as long as it comes: a document, not a message. */
    long?: boolean;
    /** The answer is stored under the Idempotency-Key; never for one that shows a secret. */
    idempotent?: boolean;
  }
}

export type Api = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  ZodTypeProvider
>;

/** The simulated street, where an administrator of its tenant may start it from the app. */
export type Demo = Readonly<{
  tenantId: string;
  state(): 'off' | 'starting' | 'on';
  /** Does nothing where it has begun. */
  start(lang: Lang): void;
}>;

export type Serving = Asking &
  Readonly<{
    vault: Vault;
    policies: Policies;
    archive: Archive;
    inbox: Inbox;
    barcodes: Barcodes;
    metrics: Metrics;
    /** Where the world reaches us, without a trailing slash: notification addresses begin with it. */
    publicUrl(): string;
    version: string;
    /** CIDR ranges of proxies whose X-Forwarded-For is believed. */
    trustProxy?: readonly string[] | undefined;
    /** Takes a line a request, and a line an error; without it nothing is logged. */
    log?: ((line: string) => void) | undefined;
    /** A request is there as a whole within this, or its connection is closed. */
    requestTimeoutMs?: number | undefined;
    /** The web app, where it is served too. */
    app?: WebApp | undefined;
    demo?: Demo | undefined;
    /** An error that is ours, with all it carries. */
    told(error: unknown): void;
  }>;

/** Of any request but an upload. */
export const MOST_BODY = 1_048_576;
const REQUESTS_A_MINUTE = 6_000;
const REQUEST_MS = 10_000;
/** The longest that any body may take; what stands still is closed after `connectionTimeout`. */
const LONGEST_MS = 1_800_000;

export async function buildServer(on: Serving): Promise<Api> {
  const within = on.requestTimeoutMs ?? REQUEST_MS;
  const app = fastify({
    logger: loggerOf(on.log),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MOST_BODY,
    trustProxy: on.trustProxy === undefined || on.trustProxy.length === 0 ? false : [...on.trustProxy],
    genReqId: newId,
    requestTimeout: LONGEST_MS,
    // How often it is looked for slow ones; Node's own 30 seconds would make any limit half a minute.
    http: { requestTimeout: LONGEST_MS, headersTimeout: within, connectionsCheckingInterval: Math.ceil(within / 4) },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (_, request, reply) =>
      sendProblem(request, reply, new DaozhangError('api.bad_request', { reason: 'the address' })),
    // HEAD of a stream would never end, and HEAD of a link would spend it.
    exposeHeadRoutes: false,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  }).withTypeProvider<ZodTypeProvider>() as Api;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  strictJson(app);
  manners(app, on);

  await app.register(cookie);
  await app.register(rateLimit, {
    max: REQUESTS_A_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) =>
      request.headers.authorization === undefined
        ? request.ip
        : tokenHash(request.headers.authorization).toString('base64'),
    errorResponseBuilder: () => new DaozhangError('api.too_many', {}),
  });
  await app.register(swagger, description);

  app.decorateRequest('caller', null as unknown as Caller);
  slowBodies(app, within);
  app.addHook('onRequest', (request, _, done) => {
    const { open, scope } = request.routeOptions.config;
    if (open === true || request.is404) return done();
    callerOf(on.book, request)
      .then((caller) => {
        need(caller, scope!);
        request.caller = caller;
      })
      .then(() => done(), done);
  });
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.open !== true && config?.scope === undefined) throw new Error(`${url} names no scope and is not open`);
  });
  idempotency(app, on.book);
  app.addHook('onResponse', (request, reply, done) => {
    on.metrics.count('daozhang_http_requests_total', {
      route: request.routeOptions.url ?? 'none',
      method: request.method,
      status: String(reply.statusCode),
    });
    // Never the address asked for: it may carry a link, a notification address or somebody's order number.
    if (on.log !== undefined)
      request.log.info({
        route: request.routeOptions.url ?? 'none',
        method: request.method,
        status: reply.statusCode,
        ms: Math.trunc(reply.elapsedTime),
      });
    done();
  });

  await app.register(async (scope) => {
    const api = scope as unknown as Api;
    openRoutes(api, on);
    orderRoutes(api, on);
    policyRoutes(api, on);
    overviewRoutes(api, on);
    paymentRoutes(api, on);
    refundRoutes(api, on);
    approvalRoutes(api, on);
    channelRoutes(api, on);
    planRoutes(api, on);
    documentRoutes(api, on);
    readingRoutes(api, on);
    mappingRoutes(api, on);
    reconciledRoutes(api, on);
    reconciliationRoutes(api, on);
    breakRoutes(api, on);
    ledgerRoutes(api, on);
    ledgerWorkRoutes(api, on);
    ledgerOpenRoutes(api, on);
    terminalRoutes(api, on);
    eventRoutes(api, on);
    deliveryRoutes(api, on);
    messageRoutes(api, on);
    adminRoutes(api, on);
    memberRoutes(api, on);
    caseRoutes(api, on);
    claimRoutes(api, on);
    counterRoutes(api, on);
    demoRoutes(api, on);
    statusLinkRoutes(api, on);
    statusRoutes(api, on);
    meRoutes(api, on);
    if (on.app !== undefined) appRoutes(api, on, on.app);
  });
  // Raw bytes, for signatures: a scope of its own, where no body is parsed.
  await app.register(async (scope) => notificationRoutes(scope as unknown as Api, on));
  await app.register(async (scope) => uploadRoute(scope as unknown as Api, on));
  await app.register(async (scope) => {
    imageRoute(scope as unknown as Api, on);
    statusPictureRoute(scope as unknown as Api, on);
  });
  await app.register(async (scope) => codePictureRoute(scope as unknown as Api, on));
  return app;
}

/** A body is there as a whole in time, but for the routes that take documents. One look at all that wait costs less than a timer each. */
function slowBodies(app: Api, within: number): void {
  const since = new Map<FastifyRequest, number>();
  const late = Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  const look = setInterval(() => {
    for (const [request, at] of since) {
      if (clock.ticks() - at < within) return;
      since.delete(request);
      if (!request.raw.complete) refuseConnection(late, request.raw.socket);
    }
  }, within / 4).unref();
  app.addHook('onRequest', (request, _, done) => {
    if (request.routeOptions.config.long !== true && !request.raw.complete) since.set(request, clock.ticks());
    done();
  });
  app.addHook('onResponse', (request, _, done) => {
    since.delete(request);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    since.delete(request);
    done();
  });
  app.addHook('onClose', (_, done) => {
    clearInterval(look);
    done();
  });
}

function manners(app: Api, on: Serving): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof DaozhangError) return sendProblem(request, reply, error);
    if (hasZodFastifySchemaValidationErrors(error)) {
      const issues = error.validation.map((v) => ({
        path: `${error.validationContext ?? ''}${v.instancePath ?? ''}`,
        message: v.message ?? '',
      }));
      return sendProblem(
        request,
        reply,
        new DaozhangError('api.bad_request', { reason: issues[0]?.path ?? '' }),
        issues,
      );
    }
    const told = toldOf(error);
    if (told === undefined) on.told(error);
    return sendProblem(request, reply, told ?? error);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, new DaozhangError('api.not_found', {})));
}

function toldOf(error: FastifyError): DaozhangError | undefined {
  switch (error.statusCode) {
    case 415:
      return new DaozhangError('api.wrong_type', {});
    case 400:
      return new DaozhangError('api.bad_request', { reason: error.message });
    case 408:
      return new DaozhangError('api.timeout', {});
    case 413:
      return new DaozhangError('api.too_large', { limit: MOST_BODY });
    default:
      return undefined;
  }
}

/** Lines that carry nothing of a request but its route: no header, no address, no parameter, nothing a database error quotes. */
function loggerOf(log: Serving['log']): NonNullable<FastifyServerOptions['logger']> {
  if (log === undefined) return false;
  return {
    level: 'info',
    stream: { write: log },
    serializers: {
      req: (request) => ({ method: request.method }),
      res: (reply) => ({ status: reply.statusCode }),
      err: (error: Error & { code?: string }) => ({ type: error.name, message: '', stack: '', code: error.code }),
    },
  };
}
