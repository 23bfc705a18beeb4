/** Is everything well? One list of checks; each says what it found and, where it is not well, what that means. */
import { statfs } from 'node:fs/promises';
import type { Text } from '../base/lang.ts';
import { PROVIDERS } from '../channels/ladders.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { foldLag, MOST_TRIES } from '../sources/fold.ts';

/** `remedy`: what to do, where it is not well. */
export type Finding = Readonly<{ name: string; ok: boolean; title: Text; detail: Text; remedy: Text }>;

/** What each check asks, and what to do where the answer is no; by the part of its name before a channel's own. */
const ABOUT: Readonly<Record<string, Readonly<{ title: Text; remedy: Text }>>> = {
  'clock.database': {
    title: { en: 'This server and the database tell the same time', zh: '服务器与数据库时间一致' },
    remedy: {
      en: 'Let both machines take their time from the network (NTP).',
      zh: '请让两台机器都通过网络校时(NTP)。',
    },
  },
  disk: {
    title: { en: 'There is room on the disk', zh: '磁盘空间充足' },
    remedy: {
      en: 'Free or add space: without it nothing can be stored, and nothing is acknowledged.',
      zh: '请清理或扩容:空间用尽后无法保存数据,也不再应答渠道。',
    },
  },
  'fold.lag': {
    title: { en: 'Messages are read as they come', zh: '消息及时处理' },
    remedy: {
      en: 'If it stays so, look at the load of this server and of the database.',
      zh: '若持续如此,请查看服务器与数据库的负载。',
    },
  },
  'cases.open': {
    title: { en: 'Cases that wait for a person', zh: '待处理的工单' },
    remedy: { en: 'Work on the open cases.', zh: '请处理未结工单。' },
  },
  'alerts.open': {
    title: { en: 'Open alerts', zh: '未消除的告警' },
    remedy: { en: 'Look at each; it ends by itself when its reason does.', zh: '请逐条查看;原因消除后告警自动结束。' },
  },
  'messages.unreadable': {
    title: { en: 'Every message could be read', zh: '所有消息都能读取' },
    remedy: {
      en: 'Look at their bytes under “Notifications in”, then read them again there.',
      zh: '请在“收到的通知”中查看原文,然后重新读取。',
    },
  },
  'payments.stuck': {
    title: { en: 'Every payment has ended, waits, or is worked on', zh: '每笔支付都已结束、在等待或有人处理' },
    remedy: {
      en: 'This is our bug: report it, and run “daozhang replay --all”.',
      zh: '这是程序错误:请报告,并运行 daozhang replay --all。',
    },
  },
  'refunds.stuck': {
    title: { en: 'Every refund has ended or is due', zh: '每笔退款都已了结或在排队' },
    remedy: {
      en: 'This is our bug: report it. Nothing was lost; look at GET /v1/refunds?state=open.',
      zh: '这是程序错误:请报告。数据未丢失,请查看 GET /v1/refunds?state=open。',
    },
  },
  channel: {
    title: { en: '{name} answers', zh: '{name} 有应答' },
    remedy: { en: 'Test the channel on its page: it says which step fails.', zh: '请在渠道页面自检,查看哪一步失败。' },
  },
  clock: {
    title: { en: '{name} and this server tell the same time', zh: '与 {name} 时间一致' },
    remedy: {
      en: 'Take this server’s time from the network (NTP): channels refuse calls that are minutes off.',
      zh: '请通过网络校时(NTP):时间相差几分钟,渠道会拒绝请求。',
    },
  },
  keys: {
    title: { en: 'The keys of {name} are good for a while', zh: '{name} 的证书仍在有效期内' },
    remedy: {
      en: 'Make a new key at the channel and store it before the old one ends.',
      zh: '请在到期前到渠道换发新证书并保存。',
    },
  },
};

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
      `select count(*) as n from unfolded where tenant_id = $1 and attempts >= ${MOST_TRIES}`,
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
    await countFinding(
      tx,
      'refunds.stuck',
      `select count(*) as n from refunds r where r.tenant_id = $1 and r.state in ('waiting', 'ready', 'sent', 'asking')
          and not exists (select from due d where d.tenant_id = $1 and d.kind = 'refund' and d.id = r.id)`,
      'refunds neither ended nor due',
      '笔退款既未了结、也不在排队',
    ),
  ]);
  return [clockFinding, await diskFinding(), ...findings];
}

/** Their payments wait for the next bill, not for a question. */
const NEVER_ASKED = Object.entries(PROVIDERS)
  .filter(([, provider]) => provider.never !== undefined)
  .map(([id]) => `'${id}'`)
  .join(', ');

function well(name: string, ok: boolean, en: string, zh: string): Finding {
  const [, kind, own] = /^(channel|clock|keys)[ .](.+)$/s.exec(name) ?? [];
  const { title, remedy } = ABOUT[name] ?? ABOUT[kind!]!;
  const named = (text: string): string => text.replace('{name}', () => own ?? '');
  return { name, ok, title: { en: named(title.en), zh: named(title.zh) }, detail: { en, zh }, remedy };
}

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
  const seconds = Math.trunc(await foldLag(tx));
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
