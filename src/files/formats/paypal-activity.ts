/**
 * PayPal activity download and statement (CSV): what a merchant gets from the account's web pages, in the account's language.
 *
 * Columns are found by their localised names. The order of day and month and the decimal sign are read off all rows, and a file
 * that contradicts itself or its language is refused; an English one with no day above 12 is read in the order that spans fewer
 * days, and says so. Net must be gross + fee (fees are negative here).
 *
 * Which rows moved the balance: `Balance Impact` tells; without it the state does, and a withdrawal that is under way has left
 * the balance already. Memo rows (authorisations, requests) are pending or failed, never done. Where the balance stands behind
 * every row that moved it, it must follow from row to row in each currency, forwards or backwards in time; a download filtered
 * by type has gaps there and is refused, because nothing tells a filter from a row that was taken out.
 *
 * Amounts are in major units with the exponent of the currency. The file does not name the merchant's account.
 * Source: developer.paypal.com — activity download; exports that merchants published (channels.md §7).
 */

import { exponentOf } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { scaledText } from '../../base/money.ts';
import { ident, quote } from '../engine.ts';
import type {
  Balance,
  Check,
  Facts,
  Head,
  Input,
  TableField,
  TableFields,
  TableFormat,
  TableLayout,
  TableQuery,
} from '../format.ts';
import type { LineField } from '../line.ts';
import { type CsvHeader, csvHeader, layoutOf } from './csv-header.ts';
import { directed, paypalKindSql } from './paypal.ts';
import { COLUMNS, HABITS, LANGUAGES, type Language, MOVES, NEEDED, STATES, TYPES, type Word } from './paypal-words.ts';
import { instantOf, ZONE_GUARD, zoneLets } from './zone-names.ts';

/** Names without case, accents and the several apostrophes and numero signs: `N° de transaction` and `Nº de transaction`. */
const fold = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[’`´]/g, "'")
    .replace(/º/g, '°')
    .replace(/\s+/g, ' ')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');

type Found = Readonly<{ language: Language; at: Partial<Record<Word, string>> }>;

/** The columns of a header in the language that explains most of them; `undefined` when one that is needed has no name in any. */
function columnsOf(names: readonly string[]): Found | undefined {
  let best: Found | undefined;
  for (const language of LANGUAGES) {
    const at: Partial<Record<Word, string>> = {};
    for (const word of Object.keys(COLUMNS) as Word[]) {
      // Columns that came later are not translated everywhere.
      const aliases = [...COLUMNS[word][language], ...(NEEDED.includes(word) ? [] : COLUMNS[word].en)].map(fold);
      const column = aliases.map((alias) => names.find((name) => fold(name) === alias)).find((c) => c !== undefined);
      if (column !== undefined) at[word] = column;
    }
    if (!NEEDED.every((word) => at[word] !== undefined)) continue;
    if (!best || Object.keys(at).length > Object.keys(best.at).length) best = { language, at };
  }
  return best;
}

const headerOf = (head: Head): CsvHeader | undefined =>
  csvHeader(head, [',', ';', '\t'], (names) => columnsOf(names) !== undefined);

export const paypalActivity: TableFormat = {
  shape: 'table',
  id: 'paypal-activity',
  title: { en: 'PayPal activity download, statement (CSV)', zh: 'PayPal 交易活动下载、对账单(CSV)' },
  role: 'channel',
  channel: 'paypal',
  rounding: 'row',
  check: {
    en: 'running balance per currency where the file has it; per row net = gross + fee',
    zh: '文件含余额列时逐行核对各币种余额;逐行核对 净额 = 总额 + 费用',
  },
  mapping: [
    ['occurredAt', 'Date, Time, TimeZone'],
    ['businessOn', 'Date'],
    ['kind', 'Transaction Event Code, else Type / Description'],
    ['status', 'Balance Impact, Status'],
    ['currency', 'Currency'],
    ['amount', 'Gross'],
    ['settle', 'Gross'],
    ['fee', 'Fee with the opposite sign'],
    ['channelRef', 'Transaction ID'],
    ['originRef', 'Reference Txn ID of what is no payment'],
    ['orderRef', 'Invoice Number / Invoice ID'],
    ['paymentRef', 'Custom Number'],
    ['bankRef', 'Bank Reference ID'],
    ['method', 'Payment Source'],
    ['party', 'Name'],
    ['text', 'Type / Description, Subject, else Item Title'],
  ],
  detect: (head) => headerOf(head) !== undefined,
  layout: (input) => {
    const header = headerOf(input)!;
    const read = new Set(Object.values(columnsOf(header.names)!.at));
    return layoutOf(header, (name) => read.has(name));
  },
  fields: fieldsOf,
  facts: factsOf,
};

// ---------------------------------------------------------------- fields

/** An amount as text: blanks that group, and the long minus, are packing. */
const packed = (cell: string): string => `translate(regexp_replace(${cell}, '[ \u00a0\u202f]', '', 'g'), '−', '-')`;

/** Lets for an amount in minor units, once the decimal sign is known: its text with a point, and its value. The checks ask for `l_…`. */
const amountLets = (word: Word, text: string): Record<string, string> => ({
  [`t_${word}`]: `case l_decimal when 'comma' then translate(${packed(text)}, ',.', '.,') when 'point' then ${packed(text)} end`,
  [`l_${word}`]: `dz_scaled(t_${word}, v_exponent)`,
});

function fieldsOf(layout: TableLayout, input: Input): TableFields {
  const { language, at } = columnsOf(layout.columns)!;
  const has = (word: Word): boolean => at[word] !== undefined;
  const text = (word: Word): string => (at[word] === undefined ? 'null::varchar' : `dz_text(${ident(at[word])})`);
  const optional = (word: Word, sql = text(word)): TableField => ({ sql, column: at[word] ?? COLUMNS[word].en[0] });
  const required = (word: Word, sql: string, code: TableField['code']): TableField => ({
    ...optional(word, sql),
    required: true,
    ...(code !== undefined && { code }),
  });
  const local = `try_cast(v_day::varchar || ' ' || ${text('time')} as timestamp)`;
  const isPayment = `v_kind = 'payment'`;
  const fields: Partial<Record<LineField, TableField>> = {
    kind: required('type', 'v_kind', 'missing'),
    status: required('status', statusOf(language, has('status')), 'bad_value'),
    currency: required('currency', 'v_currency', 'bad_currency'),
    amount: required('gross', 'l_gross', 'bad_amount'),
    settle: optional('gross', 'l_gross'),
    fee: required('fee', 'try_cast(-l_fee::hugeint as bigint)', 'bad_amount'),
    feeScale: optional('fee', 'v_exponent'),
    occurredAt: optional('time', instantOf(local)),
    businessOn: required('date', 'v_day', 'bad_date'),
    channelRef: optional('id'),
    originRef: optional('reference', `case when not (${isPayment} and v_incoming) then ${text('reference')} end`),
    orderRef: optional('invoice'),
    paymentRef: optional('custom'),
    bankRef: optional('bank'),
    method: optional('source'),
    party: optional('name'),
    text: optional('type', `concat_ws(' · ', ${text('type')}, coalesce(${text('subject')}, ${text('item')}))`),
  };
  const guards = [
    required('net', 'case when l_gross::hugeint + l_fee = l_net then 0 end', 'bad_amount'),
    ...(has('time') ? [required('time', `try_cast(${text('time')} as time)::varchar`, 'bad_date')] : []),
    ...(has('zone') ? [required('zone', ZONE_GUARD, 'bad_value')] : []),
    ...(has('balance')
      ? [required('balance', `case when t_balance is null then 0 else l_balance end`, 'bad_amount')]
      : []),
  ];
  const day = (part: number): string => `regexp_extract(${text('date')}, ${quote(DATE)}, ${part})`;
  return {
    whole: true,
    lets: {
      v_currency: `dz_currency(upper(${text('currency')}))`,
      v_exponent: 'dz_exponent(v_currency)',
      l_decimal: decimalOf(language, at),
      l_days: daysOf(language, at),
      v_first: day(1),
      v_second: day(2),
      v_third: day(3),
      v_day: DAY,
      ...zoneLets(has('zone') ? text('zone') : quote(input.zone)),
      ...amountLets('gross', text('gross')),
      ...amountLets('fee', `coalesce(${text('fee')}, '0')`),
      ...amountLets('net', text('net')),
      ...amountLets('balance', text('balance')),
      v_incoming: `left(t_gross, 1) <> '-'`,
      v_type: `lower(${text('type')})`,
      v_code: text('code'),
      v_described: kindOf(language),
      v_kind: directed('v_described', 'v_incoming'),
      v_state: `lower(${text('status')})`,
      v_impact: `lower(${text('impact')})`,
    },
    fields,
    guards,
  };
}

/** The date by its three parts, once their order is known; a year in front tells itself. */
const DATE = '^([0-9]{1,4})[./年-]([0-9]{1,2})[./月-]([0-9]{1,4})日?$';
const YEAR = `case length(v_third) when 2 then '20' || v_third when 4 then v_third end`;
const DAY = `try_cast(case when length(v_first) = 4 then concat_ws('-', v_first, v_second, v_third)
  when l_days like 'dmy%' then concat_ws('-', ${YEAR}, v_second, v_first)
  when l_days like 'mdy%' then concat_ws('-', ${YEAR}, v_first, v_second) end as date)`;

/**
 * `dmy`, `mdy`; with `?` behind it when no day above 12 decides; `both` when the rows contradict each other or the language;
 * `ymd` where the year stands in front of every date. Over all rows, once a document.
 */
function daysOf(language: Language, at: Found['at']): string {
  const cell = `dz_text(${ident(at.date!)})`;
  const part = (n: number): string => `try_cast(regexp_extract(${cell}, ${quote(DATE)}, ${n}) as integer)`;
  const zone = at.zone === undefined ? `''` : `coalesce(dz_text(${ident(at.zone)}), '')`;
  const european = `zone like 'Europe/%' or zone in ('GMT', 'BST', 'WET', 'WEST', 'CET', 'CEST', 'EET', 'EEST', 'MEZ', 'MESZ')`;
  const span = (month: string, on: string): string => {
    const date = `try_cast(concat_ws('-', y, ${month}, ${on}) as date)`;
    return `date_diff('day', min(${date}), max(${date}))`;
  };
  const undecided =
    HABITS[language].days === 'dmy'
      ? `'dmy'`
      : `case when ${span('b', 'a')} < ${span('a', 'b')} then 'dmy?' when ${span('b', 'a')} > ${span('a', 'b')} then 'mdy?'
           when bool_or(${european}) then 'dmy?' else 'mdy?' end`;
  const monthFirst = HABITS[language].days === 'dmy' ? 'both' : 'mdy';
  return `(
    select case when count(*) = 0 then 'ymd' when bool_or(a > 12) and bool_or(b > 12) then 'both' when bool_or(b > 12) then '${monthFirst}'
      when bool_or(a > 12) then 'dmy' else ${undecided} end
    from (select ${part(1)} as a, ${part(2)} as b, ${part(3)} as y, ${zone} as zone from raw) where a < 100 and (a <= 12 or b <= 12))`;
}

/** `comma`, `point`, or `both` when the amounts contradict each other. Over all rows, once a document. */
function decimalOf(language: Language, at: Found['at']): string {
  const cells = (['gross', 'fee', 'net', 'balance'] as const).flatMap((word) =>
    at[word] === undefined ? [] : [ident(at[word])],
  );
  const any = (sign: string): string =>
    cells.map((cell) => `bool_or(regexp_matches(trim(${cell}), '[${sign}][0-9]{1,2}$'))`).join(' or ');
  return `(
    select case when comma and point then 'both' when comma then 'comma' when point then 'point' else '${HABITS[language].decimal}' end
    from (select ${any(',')} as comma, ${any('.')} as point from raw))`;
}

/** The patterns of the language, and English ones: types that came later are not translated everywhere. */
const pattern = (words: Readonly<Record<Language, string>>, language: Language): string =>
  quote(language === 'en' ? words.en : `${words[language]}|${words.en}`);

function kindOf(language: Language): string {
  const byWords = TYPES.map(
    ([kind, words]) => `when regexp_matches(v_type, ${pattern(words, language)}) then '${kind}'`,
  );
  return `coalesce(${paypalKindSql('v_code')}, case when v_type is not null then case ${byWords.join(' ')} else 'adjustment' end end)`;
}

function statusOf(language: Language, stated: boolean): string {
  const is = (state: keyof typeof STATES): string => `regexp_matches(v_state, ${pattern(STATES[state], language)})`;
  const byState = `case when ${is('failed')} then 'failed' when ${is('pending')} then case when v_kind = 'payout' then 'done' else 'pending' end
    when ${is('done')} then 'done' end`;
  return `case when regexp_matches(v_impact, ${pattern(MOVES, language)}) then 'done'
    when v_impact is not null then case when ${is('failed')} then 'failed' else 'pending' end
    else ${stated ? byState : `'done'`} end`;
}

// ---------------------------------------------------------------- facts

async function factsOf(layout: TableLayout, input: Input, query: TableQuery): Promise<Facts> {
  const { at } = columnsOf(layout.columns)!;
  const [days, decimal] = await query('select any_value(l_days), any_value(l_decimal) from cells');
  const refuse = (en: string, zh: string): never => {
    throw new DaozhangError('file.layout', { path: input.name, reason: `${en} / ${zh}` });
  };
  if (days === 'both') refuse('dates with a day above 12 stand in two orders', '日期的日、月顺序前后矛盾');
  if (decimal === 'both') refuse('some amounts have a decimal comma, some a decimal point', '金额的小数点写法前后矛盾');
  const notes = typeof days === 'string' && days.endsWith('?') ? [orderNote(days)] : [];
  if (at.balance === undefined) return { checks: [], notes };
  return { ...(await balancesOf(query)), notes };
}

const orderNote = (days: string): Text =>
  days.startsWith('dmy')
    ? {
        en: 'no day above 12 in this file: dates are read as day/month/year',
        zh: '文件中没有大于 12 的日:日期按 日/月/年 读取',
      }
    : {
        en: 'no day above 12 in this file: dates are read as month/day/year',
        zh: '文件中没有大于 12 的日:日期按 月/日/年 读取',
      };

/** The rows that moved the balance, with what they moved and what the file says remained; per currency, in file order. */
const MOVED = `
  select row_no, currency, occurred_at, amount::hugeint - fee as moved, l_balance::hugeint as after
  from these join cells using (row_no) where status = 'done'`;

/** One check a currency: forwards, backwards, or — where rows share a second — in any order, the balances must be one chain. */
async function balancesOf(query: TableQuery): Promise<{ checks: Check[]; balances: Balance[] }> {
  const checks: Check[] = [];
  const balances: Balance[] = [];
  const [list] = await query(`select string_agg(distinct currency, ',' order by currency) from (${MOVED})`);
  for (const currency of String(list ?? '')
    .split(',')
    .filter((c) => c !== '')) {
    const own = `(select *, lag(after) over w as above, lag(moved) over w as moved_above from (${MOVED}) where currency = '${currency}'
      window w as (order by row_no))`;
    const [unstated, forwards, backwards, shared, first, firstMoved, last, lastMoved] = (await query(`
      select count(*) filter (after is null), (min(row_no) filter (after <> above + moved))::bigint,
        (min(row_no) filter (above <> after + moved_above))::bigint, count(*) - count(distinct occurred_at),
        arg_min(after, row_no), arg_min(moved, row_no), arg_max(after, row_no), arg_max(moved, row_no) from ${own}`)) as (
      | bigint
      | null
    )[];
    // Downloads without balances for some rows prove nothing.
    if (unstated !== 0n) continue;
    const scale = exponentOf(currency)!;
    const holds = (opening: bigint | undefined, closing: bigint | undefined): void => {
      const text = scaledText(closing ?? last!, scale);
      checks.push({
        name: { en: `running balance ${currency}`, zh: `${currency} 逐行余额` },
        expected: text,
        actual: text,
        ok: true,
      });
      if (closing !== undefined) balances.push({ account: '', currency, opening, closing });
    };
    if (forwards === null) holds(first! - firstMoved!, last!);
    else if (backwards === null) holds(last! - lastMoved!, first!);
    else {
      const strung = shared === 0n ? undefined : await strungTogether(query, currency);
      if (strung) holds(strung.opening, strung.closing);
      else checks.push(await brokenAt(query, own, forwards!, currency, scale));
    }
  }
  return { checks, balances };
}

/**
 * Every balance that one row leaves is taken up by another, but for the first and the last. Where those are the same the rows
 * are a circle, and nothing tells where it begins.
 */
async function strungTogether(
  query: TableQuery,
  currency: string,
): Promise<{ opening?: bigint; closing?: bigint } | undefined> {
  const [ends, opening, closing] = (await query(`
    select count(*), min(stand) filter (surplus = 1), min(stand) filter (surplus = -1) from (
      select stand, sum(one) as surplus from (
        select after - moved as stand, 1 as one from (${MOVED}) where currency = '${currency}'
        union all select after, -1 from (${MOVED}) where currency = '${currency}')
      group by stand having sum(one) <> 0)`)) as (bigint | null)[];
  if (ends === 0n) return {};
  return ends === 2n && typeof opening === 'bigint' && typeof closing === 'bigint' ? { opening, closing } : undefined;
}

async function brokenAt(query: TableQuery, own: string, row: bigint, currency: string, scale: number): Promise<Check> {
  const [stated, computed] = (await query(`select after, above + moved from ${own} where row_no = ${row}`)) as bigint[];
  const name = { en: `running balance ${currency}, line ${row}`, zh: `${currency} 逐行余额,第 ${row} 行` };
  return { name, expected: scaledText(stated!, scale), actual: scaledText(computed!, scale), ok: false };
}
