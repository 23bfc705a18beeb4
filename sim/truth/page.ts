/** docs/reference/time-to-truth.md: the table, what it costs, and what was assumed. */
import type { Text } from '../../src/base/lang.ts';
import { type Figures, type Load, limboMinorPerDay, loads, type Row, rows, SEED, TRIALS } from './table.ts';
import {
  FAULTS,
  type Fault,
  LATE_SECONDS,
  LOAD,
  ORDERS_BY_HOUR,
  PAYS_AFTER,
  UNANSWERED_PER_MILLE,
  WINDOW_SECONDS,
} from './world.ts';

const HEADS: Readonly<Record<Fault, Text>> = {
  at_once: {
    en: 'Captured at once, the notification is lost.',
    zh: '下单即付,通知丢失。',
  },
  lost: {
    en: 'Paid within the order’s time, the notification is lost.',
    zh: '在订单有效期内付款,通知丢失。',
  },
  processing: {
    en: 'Paid; the channel says “in progress” for two hours, then success; the notification is lost. Counted from the success.',
    zh: '已付款;渠道两小时内答“处理中”,然后成功,通知丢失。自成功时起算。',
  },
  late: {
    en: `Paid ${LATE_SECONDS} s after the order ended in the merchant’s own system, the notification is lost.`,
    zh: `本地订单过期 ${LATE_SECONDS} 秒后付款,通知丢失。`,
  },
};
const SHORT: Readonly<Record<Fault, string>> = { at_once: '1a', lost: '1b', processing: '2', late: '3' };

const seconds = (n: number | undefined): string => {
  if (n === undefined) return 'never';
  if (n < 120) return `${Math.ceil(n)} s`;
  return n < 7_200 ? `${Math.ceil(n / 60)} min` : `${Math.ceil(n / 3_600)} h`;
};

const cell = (f: Figures, row: Row, fault: Fault): string => {
  if (row.system.kind === 'peer' && fault === 'late') {
    if (row.system.late === 'outside') return '–';
    if (row.system.late === 'on_read') return 'on next read';
  }
  if (f.p99 === undefined && f.p50 === undefined) return 'never 永不';
  const figures = [f.p50, f.p95, f.p99].map(seconds).join(' · ');
  return f.by === 'bill' ? `${figures} (bill 账单)` : figures;
};

/** Per cent of the payments of 1b, 2 and 3. */
const shares = (row: Row, of: (f: Figures) => number): string =>
  (['lost', 'processing', 'late'] as const)
    .map((fault) =>
      row.system.kind === 'peer' && row.system.late !== undefined && fault === 'late'
        ? '–'
        : String(of(row.faults[fault]) / 10),
    )
    .join(' · ');

const yuan = (minor: bigint): string => `${minor / 100n}`;

const table = (all: readonly Row[]): string[] => [
  `| | ${FAULTS.map((f) => SHORT[f]).join(' | ')} | never learnt, % 永不得知 | closed though paid, % 已付却关单 | in limbo a day, CNY 每日悬空 |`,
  `|---|${'---|'.repeat(FAULTS.length + 3)}`,
  ...all.map(
    (row) =>
      `| ${row.system.name} | ${FAULTS.map((f) => cell(row.faults[f], row, f)).join(' | ')} | ${shares(row, (f) => f.neverPerMille)} | ${shares(row, (f) => f.closedThoughPaidPerMille)} | ${yuan(limboMinorPerDay(row))} |`,
  ),
];

const one = (n: number): string => n.toFixed(1);
const loadTable = (all: readonly Load[]): string[] => [
  '| | a paid order 已付订单 | an unpaid order 未付订单 | an order 每单 | a second, all day 全天每秒 | a second, busiest 5 min 高峰每秒 | allowed a second 上限 |',
  '|---|---|---|---|---|---|---|',
  ...all.map(
    (l) =>
      `| ${l.system.name} | ${one(l.perPaid)} | ${one(l.perUnpaid)} | ${one(l.perOrder)} | ${one(l.perSecond)} | ${one(l.peakPerSecond)} | ${l.pace} |`,
  ),
];

const quantiles = (setting: 'page' | 'till'): string =>
  PAYS_AFTER[setting].map(([perMille, s]) => `${perMille / 10} % ≤ ${s} s`).join(', ');

const ASSUMED: readonly Text[] = [
  {
    en: `Everything here is computed from the ladders by simulation (seed ${SEED}, ${TRIALS} payments a cell); nothing was measured at a merchant or a live channel. Seconds are rounded up.`,
    zh: `全部数字由阶梯数据模拟得出(种子 ${SEED},每格 ${TRIALS} 笔);没有在任何商户或真实渠道测量。秒数向上取整。`,
  },
  {
    en: `When customers pay is assumed. On a page or in an app (order valid ${WINDOW_SECONDS.page / 60} min): ${quantiles('page')}. At a till (given up after ${WINDOW_SECONDS.till} s): ${quantiles('till')}. Straight lines between.`,
    zh: `付款时刻是假设。页面或 App(订单有效 ${WINDOW_SECONDS.page / 60} 分钟):${quantiles('page')}。收银台(${WINDOW_SECONDS.till} 秒后放弃):${quantiles('till')}。其间线性。`,
  },
  {
    en: `An answer takes 0.06–3 s (median 0.15 s); ${UNANSWERED_PER_MILLE / 10} % of the questions get none. We ask again after 10–12.5 s, the others at their next step. Our workers are taken to look once a second for what is due (they look twice). Outages of a channel, and waiting because an account is at its allowed pace, are not in the model.`,
    zh: `一次应答 0.06–3 秒(中位 0.15 秒),${UNANSWERED_PER_MILLE / 10} % 的查询无应答:我们 10–12.5 秒后再问,其他系统等下一级。我们的工作进程按每秒查看一次到期项计(实际每秒两次)。模型不含渠道故障,也不含达到速率上限时的排队。`,
  },
  {
    en: 'The truth is learnt when Daozhang has the channel’s answer; telling the merchant’s system (repair) comes after it. “Never” is: not within 30 days.',
    zh: '“得知”指 Daozhang 收到渠道应答;随后才通知商户系统(补单)。“永不”指 30 天内未得知。',
  },
  {
    en: 'The bill is read next morning, at 10:00–10:30, and is the second net of every channel of ours; UnionPay back-end payments after their six questions, and Adyen, which cannot be asked, rest on it. That somebody imports it is assumed.',
    zh: '账单于次日 10:00–10:30 读取,是我们每个渠道的第二道保障;银联后台交易在六次查询之后、以及不可查询的 Adyen,依靠它。前提是有人导入账单。',
  },
  {
    en: 'We close no order without the channel’s word, so our column “closed though paid” is 0 by construction; the ladders show only that the word is heard.',
    zh: '没有渠道的答复我们不关单,所以“已付却关单”一列为 0 是设计使然;阶梯只说明答复会被听到。',
  },
  {
    en: 'UnionPay’s figures are those of its official query schedule, which we do not undercut.',
    zh: '银联的数字由其官方查询时间表决定,我们不比它更频繁。',
  },
  {
    en: 'In fault 3 our first question after an order’s end comes 10 s after it. Who pays later within ten minutes waits up to 50 s; after that the gap is a quarter of the time since the end, at most a day.',
    zh: '故障 3:订单结束后 10 秒我们首次再问。十分钟内更晚付款者最多等 50 秒;此后间隔为结束以来时间的四分之一,至多一天。',
  },
  {
    en: 'The other systems are their default ladders as public code and documents show them (snapshots up to August 2026), without what an operator may add. “Typical shop software” asks nobody, closes unpaid orders by a timer and reads no bill. The channels’ repeated notifications are left out for all alike: they do not help when the address is wrong or the firewall closed. “–”: it does not keep orders that end. “On next read”: Kill Bill asks when somebody reads the payment; this is not simulated.',
    zh: '其他系统按公开代码与文档所示的默认阶梯(截至 2026 年 8 月),不含运营者自行添加的手段。“一般商城软件”不查询、定时关单、不读账单。渠道的重复通知对所有系统一律不计:地址错误或防火墙拦截时它无济于事。“–”表示该系统不管理会过期的订单;“on next read”指 Kill Bill 在有人读取该笔支付时才查询,未模拟。',
  },
  {
    en: `Load: ${LOAD.ordersPerDay.toLocaleString('en-US')} orders a day in one account, ${LOAD.paidPerMille / 10} % paid, ${Math.max(...ORDERS_BY_HOUR) / 10} % of them in the busiest hour, ${LOAD.lostPerMille / 10} % of notifications lost, ${LOAD.meanMinor / 100n} CNY on average. A notification that arrives ends the asking; each captured payment is asked about once more a day later. The worst case for the unpaid: nobody tells the channel an end, so that it closes a page’s order after seven days (a till’s after an hour) and is asked until then. “In limbo a day” is fault 1b at this load.`,
    zh: `负载:单账户每日 ${LOAD.ordersPerDay.toLocaleString('en-US')} 单,${LOAD.paidPerMille / 10} % 付款,最忙一小时占 ${Math.max(...ORDERS_BY_HOUR) / 10} %,${LOAD.lostPerMille / 10} % 的通知丢失,平均 ${LOAD.meanMinor / 100n} 元。通知到达即停止查询;每笔成功一天后再查一次。未付订单取最坏情形:没有人告诉渠道有效期,页面订单七天后(收银台一小时后)才由渠道关闭,此前一直查询。“每日悬空”为此负载下的故障 1b。`,
  },
];

export function page(): string {
  const all = rows();
  return [
    '# Time to truth 多久得知真相',
    '',
    'When does the merchant’s system learn what the channel knows, if no notification ever arrives? Each cell: p50 · p95 · p99.',
    '通知永远不来时,商户系统多久得知渠道已知的事实?每格:p50 · p95 · p99。',
    '',
    'This page is written by `node scripts/truth.ts` and tested against the ladders (`src/channels/ladders.ts`). 本页由脚本生成,并与阶梯数据核对。',
    '',
    ...FAULTS.map((f) => `- **${SHORT[f]}** ${HEADS[f].en} ${HEADS[f].zh}`),
    '',
    '## Daozhang 到账',
    '',
    ...table(all.filter((r) => r.system.kind === 'ours')),
    '',
    '## Others 其他系统',
    '',
    ...table(all.filter((r) => r.system.kind === 'peer')),
    '',
    '## What the questions cost 查询的代价',
    '',
    ...loadTable(loads()),
    '',
    '## What is assumed 假设',
    '',
    ...ASSUMED.flatMap((t) => [`- ${t.en}`, `  ${t.zh}`]),
    '',
  ].join('\n');
}
