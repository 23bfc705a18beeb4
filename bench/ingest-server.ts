/**
 * The server of `ingest.ts` in a process of its own: durable PostgreSQL, one account, the whole path. A second one on the same database
 * (`join`) serves only. Its clock stands at the instant at which the messages were signed: a million of them take longer to sign and to
 * send than WeChat's five minutes.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { paceOf } from '../src/actions/pace.ts';
import { putRoute } from '../src/api/auth.ts';
import { type Served, serve } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { newId } from '../src/base/ids.ts';
import { spread } from '../src/base/random.ts';
import { newToken } from '../src/base/secret.ts';
import { vaultOf } from '../src/base/vault.ts';
import { type Embedded, startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Book, openBook } from '../src/db/pool.ts';

type Asked = Readonly<{
  folder?: string;
  at?: string;
  mchid?: string;
  apiv3Key?: string;
  platform?: { id: string; pem: string };
  join?: Joining;
  /** Nothing is folded: what comes in is only checked and stored. */
  inOnly?: boolean;
  figures?: boolean;
  stop?: boolean;
}>;
type Joining = Readonly<{ folder: string; at: string; appUrl: string; vaultKey: string; tenantId: string }>;
export type Ready = Readonly<{ port: number; path: string; ownerUrl: string; join: Joining }>;
export type Figures = Readonly<{ cpuMs: number; postgresCpuMs: number; rssMiB: number; folded: number }>;

let on: { embedded: Embedded | undefined; book: Book; served: Served; tenantId: string } | undefined;

async function start(asked: Asked): Promise<Ready> {
  const embedded = await startEmbedded({ folder: asked.folder! });
  await migrate(embedded.ownerUrl);
  const joining: Joining = {
    folder: asked.folder!,
    at: asked.at!,
    appUrl: embedded.appUrl,
    vaultKey: randomBytes(32).toString('hex'),
    tenantId: newId(),
  };
  const { port, book, served } = await join(joining);
  await book.shared((tx) => tx.run('insert into tenants (id, name) values ($1, $2)', [joining.tenantId, 'bench']));
  const address = newToken('notify');
  await book.tenant(joining.tenantId, async (tx) => {
    const id = await served.engine.accounts.create(tx, {
      provider: 'wechatpay',
      name: 'bench',
      merchantNo: asked.mchid!,
      livemode: false,
      feed: 'none',
      // The payment is the order: what is measured is taking in, folding, judging and telling.
      orderMode: 'none',
      settings: {},
      credentials: [
        { kind: 'apiv3_key', id: '', value: asked.apiv3Key!, notAfter: undefined },
        { kind: 'platform_key', id: asked.platform!.id, value: asked.platform!.pem, notAfter: undefined },
      ],
    });
    await putRoute(tx, address, 'notify', id, undefined);
  });
  if (asked.inOnly === true) await served.workers.stop();
  on = { embedded, book, served, tenantId: joining.tenantId };
  return { port, path: `/v1/notifications/wechatpay/${address}`, ownerUrl: embedded.ownerUrl, join: joining };
}

async function join(joining: Joining): Promise<Readonly<{ port: number; book: Book; served: Served }>> {
  const book = await openBook({ url: joining.appUrl, max: 20 });
  const at = Temporal.Instant.from(joining.at);
  const served = await serve(
    {
      book,
      vault: vaultOf([Buffer.from(joining.vaultKey, 'hex')]),
      archive: openArchive(path.join(joining.folder, 'archive')),
      allowPrivate: [],
      version: 'bench',
      pace: paceOf(() => at, 1, spread),
      told: (error) => console.error(error),
    },
    { host: '127.0.0.1', port: 0 },
  );
  on = { embedded: undefined, book, served, tenantId: joining.tenantId };
  return { port: Number(new URL(served.url).port), book, served };
}

/** However the benchmark ends, so does this. */
for (const end of ['SIGTERM', 'disconnect'] as const)
  process.on(end, async () => {
    await on?.embedded?.stop();
    process.exit(0);
  });

/** Of a process and its children, those that have ended too; Linux only, NaN elsewhere. Clock ticks are hundredths of a second. */
function cpuMsOf(pid: number): number {
  try {
    const fields = (id: string): readonly string[] =>
      readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
    const ticks = (id: string): number => {
      const [user, system] = fields(id).slice(11, 13).map(Number);
      const [ended, endedSystem] = id === String(pid) ? fields(id).slice(13, 15).map(Number) : [0, 0];
      return user! + system! + ended! + endedSystem!;
    };
    const children = readdirSync('/proc').filter((id) => {
      try {
        return /^\d+$/.test(id) && fields(id)[1] === String(pid);
      } catch {
        return false;
      }
    });
    return [String(pid), ...children].reduce((sum, id) => sum + ticks(id), 0) * 10;
  } catch {
    return Number.NaN;
  }
}

process.on('message', async (asked: Asked) => {
  if (asked.stop === true) {
    await on?.served.close();
    await on?.book.close();
    await on?.embedded?.stop();
    process.send!({ stopped: true });
    return;
  }
  if (asked.figures !== true) {
    process.send!(asked.join === undefined ? await start(asked) : { port: (await join(asked.join)).port });
    return;
  }
  const counted = await on!.book.tenant(on!.tenantId, (tx) =>
    tx.maybe<{ folded: bigint }>(`select event_seq as folded from counters where tenant_id = $1`, [on!.tenantId]),
  );
  const cpu = process.cpuUsage();
  process.send!({
    postgresCpuMs: on!.embedded === undefined ? 0 : cpuMsOf(on!.embedded.pid),
    cpuMs: (cpu.user + cpu.system) / 1_000,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    // One event for each payment that was folded and judged.
    folded: Number(counted?.folded ?? 0n),
  });
});
