/**
 * Everything that serves, put together and taken apart in the right order: database → accounts → inbox → workers → API. Nothing here decides
 * anything; it only hands each part what it needs.
 */
import type { AddressInfo } from 'node:net';
import { following } from '../actions/follow.ts';
import { type Pace, realPace } from '../actions/pace.ts';
import { sumsDue } from '../actions/sums.ts';
import { senderOf } from '../actions/webhook.ts';
import { startWorkers, type Workers, type Working } from '../actions/work.ts';
import type { Archive } from '../base/archive.ts';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { type Outbound, openOutbound, type WayOut } from '../base/outbound.ts';
import { spread } from '../base/random.ts';
import { newNonce } from '../base/secret.ts';
import type { Vault } from '../base/vault.ts';
import { Accounts } from '../channels/accounts.ts';
import { ChannelSilent, type Io } from '../channels/channel.ts';
import { Policies } from '../channels/policies.ts';
import type { Book } from '../db/pool.ts';
import { claimsDue } from '../people/answer.ts';
import { openBarcodes } from '../people/barcodes.ts';
import { openInbox } from '../sources/inbox.ts';
import { recentMessages } from '../sources/recent.ts';
import { type Metrics, openMetrics } from '../watch/metrics.ts';
import type { WebApp } from './app.ts';
import { sweepRoutes } from './auth.ts';
import { type Api, buildServer, type Demo } from './server.ts';

type WireOptions = Readonly<{
  book: Book;
  vault: Vault;
  allowPrivate: readonly string[];
  /** Where documents are kept byte for byte. */
  archive: Archive;
  proxy?: WayOut | undefined;
  version: string;
  publicUrl?: string | undefined;
  trustProxy?: readonly string[] | undefined;
  log?: ((line: string) => void) | undefined;
  requestTimeoutMs?: number | undefined;
  /** Another clock for drills and tests. */
  pace?: Pace | undefined;
  told?: ((error: unknown) => void) | undefined;
  /** The web app, where it is served too. */
  app?: WebApp | undefined;
  demo?: Demo | undefined;
}>;

/** The engine without a door: what `work` runs. */
export type Engine = Readonly<{ working: Working; accounts: Accounts; metrics: Metrics; outbound: Outbound }>;

export function engineOf(options: WireOptions): Engine {
  const outbound = openOutbound(options.allowPrivate, { proxy: options.proxy });
  const metrics = openMetrics();
  const pace = options.pace ?? realPace(spread);
  const accounts = new Accounts(options.vault);
  const policies = new Policies();
  const follow = following(accounts, policies, pace);
  const answering = {
    book: options.book,
    accounts,
    policies,
    archive: options.archive,
    io: ioOf(outbound, pace),
    follow,
    pace,
    told(error: unknown) {
      metrics.count('daozhang_errors_total', { where: 'workers' });
      options.told?.(error);
    },
  };
  const working: Working = {
    ...answering,
    recent: recentMessages(),
    vault: options.vault,
    // Receivers compare with real time, whatever clock a drill runs on.
    sender: senderOf(outbound, clock.now),
    claims: () => claimsDue(answering),
    rounds: [
      resting(SUMS_MS, () => sumsDue({ book: options.book, pace })),
      resting(SWEEP_MS, () => sweepRoutes(options.book)),
    ],
  };
  return { working, accounts, metrics, outbound };
}

const SWEEP_MS = 3_600_000;
const SUMS_MS = 15_000;

/** A round that works until there is no more, then rests. */
function resting(ms: number, work: () => Promise<boolean>): () => Promise<boolean> {
  let rested = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.ticks() - rested < ms) return false;
    const more = await work();
    if (!more) rested = clock.ticks();
    return more;
  };
}

const MOST_ANSWER = 1_048_576;

function ioOf(outbound: Outbound, pace: Pace): Io {
  return {
    now: pace.now,
    nonce: newNonce,
    async http(request) {
      try {
        const answer = await outbound.send({ mostBytes: MOST_ANSWER, ...request });
        if (answer.cut) throw new ChannelSilent('the answer has no end');
        return answer;
      } catch (error) {
        if (error instanceof ChannelSilent) throw error;
        throw new ChannelSilent(
          error instanceof DaozhangError ? error.message : `no answer: ${(error as Error).message}`,
        );
      }
    },
  };
}

export type Served = Readonly<{ api: Api; url: string; workers: Workers; engine: Engine; close(): Promise<void> }>;

/** Serves on loopback unless told otherwise. Throws `db.port_taken`. */
export async function serve(options: WireOptions, at: Readonly<{ host: string; port: number }>): Promise<Served> {
  const engine = engineOf(options);
  let workers: Workers | undefined;
  const barcodes = openBarcodes();
  const inbox = openInbox(options.book, engine.working.recent, (tenantId) => workers?.wake(tenantId));
  let url = options.publicUrl ?? '';
  const api = await buildServer({
    ...engine.working,
    inbox,
    barcodes,
    metrics: engine.metrics,
    publicUrl: () => url,
    version: options.version,
    trustProxy: options.trustProxy,
    log: options.log,
    requestTimeoutMs: options.requestTimeoutMs,
    app: options.app,
    demo: options.demo,
  });
  try {
    await api.listen({ host: at.host, port: at.port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new DaozhangError('db.port_taken', { port: at.port });
    throw error;
  }
  const { port } = api.server.address() as AddressInfo;
  const here = `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`;
  if (url === '') url = here;
  workers = startWorkers(engine.working);
  return {
    api,
    url: here,
    workers,
    engine,
    async close() {
      // No new request, then what is stored, then what is under way.
      await api.close();
      await inbox.close();
      await barcodes.close();
      await workers?.stop();
      engine.outbound.close();
    },
  };
}
