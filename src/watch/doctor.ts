/** Is everything well? One list of checks; each says what it found and, where it is not well, what that means. */
import { statfs } from 'node:fs/promises';
import type { Text } from '../base/lang.ts';
import { PROVIDERS } from '../channels/ladders.ts';
import type { Book, TenantTx } from '../db/pool.ts';

export type Finding = Readonly<{ name: string; ok: boolean; detail: Text }>;

const DATABASE_SKEW_MS = 2_000;
const CHANNEL_SKEW_MS = 60_000;
const WARN_DAYS = 30;
const LAG_SECONDS = 60;
const LEAST_FREE = 1_073_741_824;

export async function examine(
  book: Book,
  tenantId: string,
  livemode: boolean,
  now: () => Temporal.Instant,
): Promise<readonly Finding[]> {
  const clockFinding = await book.shared(async (tx) => {
    const { at } = await tx.one<{ at: Temporal.Instant }>('select clock_timestamp() as at');
    const ms = Math.trunc(Math.abs(at.until(now()).total('milliseconds')));
    return well('clock.database', ms < DATABASE_SKEW_MS, `${ms} ms from the database’s`, `与数据库相差 ${ms} 毫秒`);
  });
  const findings = await book.tenant(tenantId, async (tx) => [
    ...(await channelFindings(tx, livemode, now())),
    await lagFinding(tx),
    await countFinding(
      tx,
      'cases.open',
      'select count(*) as n from cases where tenant_id = $1 and closed_at is null',
      'open cases',
      '个未结工单',
    ),
    await countFinding(
      tx,
      'alerts.open',
      'select count(*) as n from alerts where tenant_id = $1 and closed_at is null',
      'open alerts',
      '个未消除的告警',
    ),
    await countFinding(
      tx,
      'messages.unreadable',
      `select count(*) as n from messages where tenant_id = $1 and kind = 'notification' and folded_at is null and fold_attempts >= 5`,
      'messages could not be read (daozhang replay)',
      '条消息无法读取(daozhang replay)',
    ),
    await countFinding(
      tx,
      'payments.stuck',
      `select count(*) as n from payments p where p.tenant_id = $1 and not p.terminal
          and not exists (select from due d where d.tenant_id = $1 and d.id = p.id)
          and not exists (select from accounts a join due d on d.tenant_id = $1 and d.kind = 'bill' and d.id = a.id
                           where a.tenant_id = $1 and a.id = p.account_id and a.provider in (${NEVER_ASKED}))
          and not exists (select from cases c where c.tenant_id = $1 and c.subject_id = p.id and c.closed_at is null)`,
      'payments neither ended nor waiting nor in a case',
      '笔支付既未结束、也不在等待、也没有工单',
    ),
  ]);
  return [clockFinding, await diskFinding(), ...findings];
}

/** Their payments wait for the next bill, not for a question. */
const NEVER_ASKED = Object.entries(PROVIDERS)
  .filter(([, provider]) => provider.never !== undefined)
  .map(([id]) => `'${id}'`)
  .join(', ');

const well = (name: string, ok: boolean, en: string, zh: string): Finding => ({ name, ok, detail: { en, zh } });

async function diskFinding(): Promise<Finding> {
  const { bavail, bsize } = await statfs('.');
  const free = bavail * bsize;
  const gib = `${Math.floor(free / 1_073_741_824)} GiB`;
  return well('disk', free > LEAST_FREE, `${gib} free`, `剩余 ${gib}`);
}

async function countFinding(tx: TenantTx, name: string, sql: string, en: string, zh: string): Promise<Finding> {
  const { n } = await tx.one<{ n: bigint }>(sql, [tx.tenantId]);
  return well(name, n === 0n, `${n} ${en}`, `${n} ${zh}`);
}

async function lagFinding(tx: TenantTx): Promise<Finding> {
  const { lag } = await tx.one<{ lag: string | null }>(
    `select extract(epoch from now() - min(received_at)) as lag from messages
      where tenant_id = $1 and kind = 'notification' and folded_at is null and fold_attempts < 5`,
    [tx.tenantId],
  );
  const seconds = Math.trunc(Number(lag ?? 0));
  return well(
    'fold.lag',
    seconds < LAG_SECONDS,
    `the oldest message waits ${seconds} s`,
    `最早的消息已等待 ${seconds} 秒`,
  );
}

async function channelFindings(tx: TenantTx, livemode: boolean, now: Temporal.Instant): Promise<readonly Finding[]> {
  const rows = await tx.rows<{
    name: string;
    failures: number;
    last_failure: string | null;
    skew: bigint | null;
    expiry: Temporal.Instant | null;
  }>(
    `select a.name, h.failures, h.last_failure, h.clock_skew_ms as skew,
            (select min(c.not_after) from credentials c where c.tenant_id = $1 and c.account_id = a.id) as expiry
       from accounts a join account_health h on h.tenant_id = $1 and h.account_id = a.id
      where a.tenant_id = $1 and a.livemode = $2 and a.state = 'active' order by a.created_at`,
    [tx.tenantId, livemode],
  );
  return rows.flatMap((r) => {
    const skew = Math.abs(Number(r.skew ?? 0n));
    const days = r.expiry === null ? undefined : Math.floor(now.until(r.expiry).total('hours') / 24);
    return [
      well(
        `channel ${r.name}`,
        r.failures === 0,
        r.failures === 0 ? 'answers' : `${r.failures} failures in a row: ${r.last_failure}`,
        r.failures === 0 ? '有应答' : `连续失败 ${r.failures} 次:${r.last_failure}`,
      ),
      well(`clock.${r.name}`, skew < CHANNEL_SKEW_MS, `${skew} ms from the channel’s`, `与渠道相差 ${skew} 毫秒`),
      ...(days === undefined
        ? []
        : [
            well(
              `keys.${r.name}`,
              days > WARN_DAYS,
              `the first key expires in ${days} days`,
              `最早的证书 ${days} 天后到期`,
            ),
          ]),
    ];
  });
}
