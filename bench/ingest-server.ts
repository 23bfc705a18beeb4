/** The server of `ingest.ts` in a process of its own: durable PostgreSQL, one account, the whole path. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { putRoute } from '../src/api/auth.ts';
import { type Served, serve } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { newId } from '../src/base/ids.ts';
import { newToken } from '../src/base/secret.ts';
import { vaultOf } from '../src/base/vault.ts';
import { type Embedded, startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Book, openBook } from '../src/db/pool.ts';

type Asked = Readonly<{
  folder?: string;
  mchid?: string;
  apiv3Key?: string;
  platform?: { id: string; pem: string };
  figures?: boolean;
  stop?: boolean;
}>;

let on: { embedded: Embedded; book: Book; served: Served; tenantId: string } | undefined;

async function start(asked: Asked): Promise<object> {
  const embedded = await startEmbedded({ folder: asked.folder! });
  await migrate(embedded.ownerUrl);
  const book = await openBook({ url: embedded.appUrl, max: 20 });
  const tenantId = newId();
  await book.shared((tx) => tx.run('insert into tenants (id, name) values ($1, $2)', [tenantId, 'bench']));
  const served = await serve(
    {
      book,
      vault: vaultOf([randomBytes(32)]),
      archive: openArchive(join(asked.folder!, 'archive')),
      allowPrivate: [],
      version: 'bench',
      told: (error) => console.error(error),
    },
    { host: '127.0.0.1', port: 0 },
  );
  const address = newToken('notify');
  await book.tenant(tenantId, async (tx) => {
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
  on = { embedded, book, served, tenantId };
  return { notificationUrl: `${served.url}/v1/notifications/wechatpay/${address}`, ownerUrl: embedded.ownerUrl };
}

/** However the benchmark ends, so does this. */
for (const end of ['SIGTERM', 'disconnect'] as const)
  process.on(end, async () => {
    await on?.embedded.stop();
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
    await on?.embedded.stop();
    process.send!({ stopped: true });
    return;
  }
  if (asked.figures !== true) {
    process.send!(await start(asked));
    return;
  }
  const counted = await on!.book.tenant(on!.tenantId, (tx) =>
    tx.maybe<{ folded: bigint }>(`select event_seq as folded from counters where tenant_id = $1`, [on!.tenantId]),
  );
  const cpu = process.cpuUsage();
  process.send!({
    postgresCpuMs: cpuMsOf(on!.embedded.pid),
    cpuMs: (cpu.user + cpu.system) / 1_000,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    // One event for each payment that was folded and judged.
    folded: Number(counted?.folded ?? 0n),
  });
});
