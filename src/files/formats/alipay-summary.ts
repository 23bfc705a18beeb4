/**
 * Alipay business summary (业务明细(汇总)): per store how many payments and refunds and how much, with a last row 合计. It holds
 * totals, not payments, so it gives no lines: what it says is held against the detail bill of the same account and days, which
 * comes in the same zip. It is the only figure that proves the detail's 服务费.
 *
 * Its own check is that the store rows add up to 合计, column by column.
 */
import { scaledText } from '../../base/money.ts';
import { ident } from '../engine.ts';
import type { Check, Facts, Input, TableFields, TableFormat, TableLayout, TableQuery } from '../format.ts';
import { alipayHeader, alipayLayout, ownName, preambleOf, textOf } from './alipay.ts';
import { amountLets, columnOf } from './columns.ts';

const COUNTS = ['交易订单总笔数', '退款订单总笔数'] as const;
const AMOUNTS = ['订单金额', '商家实收', '支付宝优惠', '商家优惠', '卡消费金额', '服务费', '分润', '实收净额'] as const;
const WANTED = ['门店编号', ...COUNTS, '订单金额', '商家实收'] as const;

const l = (name: string): string => ident(`l_${name}`);
const present = (layout: TableLayout): string[] =>
  [...COUNTS, ...AMOUNTS].filter((name) => columnOf(layout.columns, name));
const isCount = (name: string): boolean => (COUNTS as readonly string[]).includes(name);

export const alipaySummary: TableFormat = {
  shape: 'table',
  id: 'alipay-summary',
  title: { en: 'Alipay business summary bill', zh: '支付宝业务明细(汇总)账单' },
  role: 'evidence',
  channel: 'alipay',
  rounding: 'none',
  check: { en: 'row 合计: the stores add up to it', zh: '合计行:各门店之和' },
  mapping: [],
  detect: (head) => alipayHeader(head, WANTED) !== undefined,
  layout: (input) => alipayLayout(input, WANTED),
  fields: (layout) => fieldsOf(layout),
  facts: (layout, input, query) => factsOf(layout, input, query),
};

function fieldsOf(layout: TableLayout): TableFields {
  const names = present(layout);
  const last = ident(layout.columns.at(-1)!);
  const count = (name: string) => ({
    [`l_${name}`]: `try_cast(regexp_extract(coalesce(${textOf(layout, name)}, '0'), '^[0-9]{1,15}$') as bigint)`,
  });
  return {
    lets: {
      l_total: `coalesce(${textOf(layout, '门店编号')} = '合计' or ${textOf(layout, '门店名称')} = '合计', false)`,
      ...Object.assign(
        {},
        ...names.map((name) => (isCount(name) ? count(name) : amountLets(name, textOf(layout, name), '0'))),
      ),
    },
    fields: {},
    guards: names.map((name) => ({ sql: l(name), column: ownName(layout, name), code: 'bad_amount' as const })),
    // Readable rows are no lines; the others come through, to be rejected with their reason.
    where: `${[last, ...names.map(l)].map((cell) => `${cell} is null`).join(' or ')}`,
  };
}

async function factsOf(layout: TableLayout, input: Input, query: TableQuery): Promise<Facts> {
  const names = present(layout);
  const totalOf = (name: string) => `sum(${l(name)}) filter (l_total)`;
  const storesOf = (name: string) => `coalesce(sum(${l(name)}) filter (not l_total), 0)`;
  const [totalRows, storeRows, unreadable, ...sums] = await query(`
    select count(*) filter (l_total), count(*) filter (not l_total),
      count(*) filter (${names.map((name) => `${l(name)} is null`).join(' or ')})
      ${names.map((name) => `, ${totalOf(name)}, ${storesOf(name)}`).join('')} from cells`);
  const { account, from, to } = preambleOf(input);
  const rows = (totalRows as bigint) + (storeRows as bigint);
  const checks: Check[] = [
    count('rows that can be read', '可读取的行', rows, rows - (unreadable as bigint)),
    count('rows 合计', '合计行', 1n, totalRows as bigint),
  ];
  const stated = new Map<string, bigint>();
  names.forEach((name, i) => {
    const [total, stores] = [sums[2 * i] as bigint | null, sums[2 * i + 1] as bigint];
    const scale = isCount(name) ? 0 : 2;
    // A merchant without stores has the row 合计 alone.
    const actual = storeRows === 0n ? (total ?? 0n) : stores;
    const expected = total === null ? '' : scaledText(total, scale);
    checks.push({ name: { en: name, zh: name }, expected, actual: scaledText(actual, scale), ok: total === actual });
    stated.set(name, total ?? 0n);
  });
  const of = (name: string): bigint => stated.get(name) ?? 0n;
  const fee = of('服务费') < 0n ? -of('服务费') : of('服务费');
  const totals = {
    currency: 'CNY',
    payments: of(COUNTS[0]),
    refunds: of(COUNTS[1]),
    amount: of('订单金额'),
    settle: of('商家实收'),
    fee,
  };
  return { account, from, to, checks, totals };
}

const count = (en: string, zh: string, expected: bigint, actual: bigint): Check => ({
  name: { en, zh },
  expected: String(expected),
  actual: String(actual),
  ok: expected === actual,
});

/**
 * Holds a detail bill against the summary bill of the same account and days; `undefined` when they are of different ones, or one
 * of them gives no totals. Whether the summary's amounts are net of refunds or of payments alone is not documented, so both
 * readings agree.
 */
export function summaryChecks(detail: Facts, summary: Facts): Check[] | undefined {
  const [d, s] = [detail.totals, summary.totals];
  if (!d?.refunded || !s || s.refunded || detail.account !== summary.account) return undefined;
  if (String(detail.from) !== String(summary.from) || String(detail.to) !== String(summary.to)) return undefined;
  const amount = (name: string, key: 'amount' | 'settle' | 'fee'): Check => {
    const readings = [d[key], d[key] - d.refunded![key]];
    const agreed = readings.find((n) => size(n) === size(s[key]));
    const actual = scaledText(agreed ?? readings[0]!, 2);
    return { name: { en: name, zh: name }, expected: scaledText(s[key], 2), actual, ok: agreed !== undefined };
  };
  return [
    count(COUNTS[0], COUNTS[0], s.payments, d.payments),
    count(COUNTS[1], COUNTS[1], s.refunds, d.refunds),
    amount('订单金额', 'amount'),
    amount('商家实收', 'settle'),
    amount('服务费', 'fee'),
  ];
}

const size = (n: bigint): bigint => (n < 0n ? -n : n);
