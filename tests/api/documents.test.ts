/**
 * Documents that are brought: the same bytes are told, what is read in them is told, what cannot be read can be had as a table, and a table
 * nobody knew is read by the mapping somebody saved, in previews, in reconciliations and by the command line alike.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Trade } from '../../sim/documents/domain.ts';
import { wechatTradeBill } from '../../sim/documents/wechat-trade-bill.ts';
import { inputOf, workspace } from '../../src/files/open.ts';
import { detect } from '../../src/files/registry.ts';
import { mappingFields, mappingFile, savedFormats } from '../../src/reconcile/saved.ts';
import { type Living, living, until } from '../support/living.ts';
import { zipOf } from '../support/zip.ts';

let on: Living;
let authorization: string;
before(async () => {
  on = await living();
  const made = await on.call<{ key: string }>('POST', '/v1/keys', { name: 'books', scopes: ['read', 'act'] });
  authorization = `Bearer ${made.body.key}`;
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Document = Readonly<{
  id: string;
  name: string;
  known?: true;
  account_id?: string;
  added_by_name?: string;
  reconciliation_id?: string;
  parts?: ReadonlyArray<{ format?: string; refused?: { code: string } }>;
}>;
type Part = Readonly<{
  format?: string;
  title?: { zh: string };
  account?: string;
  from?: string;
  lines: number;
  rejected: number;
  rejects: ReadonlyArray<{ row: number; column: string; code: string; value: string; says: { zh: string } }>;
  sums: ReadonlyArray<{ kind: string; count: number; amount: string }>;
  notes: ReadonlyArray<{ en: string }>;
  refused?: { code: string };
}>;
type Reading = Readonly<{
  parts: readonly Part[];
  items: ReadonlyArray<{ fee?: string; evidence: { refs: Record<string, string>; raw: string; kind: string } }>;
  account_id?: string;
  alike: ReadonlyArray<{ id: string }>;
}>;

async function bring(name: string, body: Uint8Array<ArrayBuffer> | string, more = ''): Promise<Document> {
  const response = await fetch(`${on.served.url}/v1/documents?name=${encodeURIComponent(name)}${more}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'text/csv' },
    body,
  });
  assert.equal(response.status, 201);
  return (await response.json()) as Document;
}
const reading = async (id: string): Promise<Reading> =>
  (await on.call<Reading>('GET', `/v1/documents/${id}/reading`)).body;
const shown = async (id: string): Promise<Document> => (await on.call<Document>('GET', `/v1/documents/${id}`)).body;

const trade = (n: number, amount = 1_000n): Trade => ({
  kind: 'payment',
  at: Temporal.PlainDateTime.from(`2026-11-19T10:00:${String(n).padStart(2, '0')}`),
  account: on.sim.mchid,
  amount,
  fee: 6n,
  feePpm: 6000,
  tradeNo: `42000000202611190000${String(n).padStart(8, '0')}`,
  orderRef: `D-${n}`,
});
const billOf = (trades: readonly Trade[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(wechatTradeBill({ merchant: on.sim.mchid, trades }));

test('a bill: what it is, whose it is, what it sums to; the same bytes and a corrected one are told', async () => {
  const bytes = billOf([trade(1), trade(2, 2_500n)]);
  const first = await bring('账单.csv', bytes);
  assert.equal(first.known, undefined);
  assert.equal(first.added_by_name, 'books');
  assert.equal(first.parts, undefined);
  const again = await bring('另一个名字.csv', bytes);
  assert.deepEqual([again.id, again.name, again.known], [first.id, '账单.csv', true]);

  const read = await reading(first.id);
  const [part] = read.parts;
  assert.deepEqual(
    [part?.format, part?.account, part?.from, part?.lines, part?.rejected],
    ['wechatpay-trade', on.sim.mchid, '2026-11-19', 2, 0],
  );
  assert.deepEqual(
    part?.sums.map((s) => [s.kind, s.count, s.amount]),
    [['payment', 2, '35.00']],
  );
  assert.deepEqual(
    read.items.map((i) => i.evidence.refs.order),
    ['D-1', 'D-2'],
  );
  assert.ok(read.items.every((i) => i.fee !== undefined));
  assert.equal(read.account_id, on.accountId);
  assert.deepEqual(read.alike, []);
  assert.equal((await shown(first.id)).parts?.[0]?.format, 'wechatpay-trade');

  const corrected = await bring('账单-更正.csv', billOf([trade(1), trade(2, 2_600n)]));
  assert.deepEqual(
    (await reading(corrected.id)).alike.map((a) => a.id),
    [first.id],
  );
});

test('whose bill it is can be said until a reconciliation took it in', async () => {
  const bytes = billOf([trade(11)]);
  const bill = await bring('谁的.csv', bytes);
  const change = (accountId: string | null) =>
    on.call<Document & { code: string }>('PATCH', `/v1/documents/${bill.id}`, { account_id: accountId });
  assert.equal((await change(on.accountId)).body.account_id, on.accountId);
  assert.equal((await change(null)).body.account_id, undefined);
  assert.equal((await change(on.accountId)).status, 200);
  assert.equal((await change('00000000-0000-7000-8000-000000000000')).status, 404);
  // The same bytes, brought for nobody: the one of the account.
  assert.equal((await bring('谁的.csv', bytes)).id, bill.id);
  const run = await on.call<{ id: string }>('POST', '/v1/reconciliations', { documents: [bill.id] });
  assert.equal((await shown(bill.id)).reconciliation_id, run.body.id);
  const late = await change(null);
  assert.deepEqual([late.status, late.body.code], [409, 'document.reconciled']);
});

const ORDERS = [
  'order_ref,kind,status,amount,currency,created_at,channel',
  'R-1,payment,paid,10.00,CNY,2026-11-19 10:00:00,wechatpay',
  ...Array.from({ length: 60 }, (_, i) => `R-X${i},payment,paid,=cmd|' /C'!A${i},CNY,2026-11-19 10:00:00,wechatpay`),
  '',
].join('\n');

test('every rejected row comes as a table that runs nothing, in the language asked for', async () => {
  const { id } = await bring('坏行.csv', ORDERS);
  const [part] = (await reading(id)).parts;
  assert.deepEqual([part?.lines, part?.rejected, part?.rejects.length], [1, 60, 50]);
  assert.deepEqual([part?.rejects[0]?.row, part?.rejects[0]?.says.zh], [3, '不是金额']);
  const response = await fetch(`${on.served.url}/v1/documents/${id}/rejects.csv`, {
    headers: { authorization, 'accept-language': 'zh' },
  });
  assert.match(response.headers.get('content-disposition') ?? '', /filename\*=UTF-8''%E5%9D%8F%E8%A1%8C-rejected\.csv/);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const rows = bytes.toString().slice(1).trimEnd().split('\r\n');
  assert.equal(rows.length, 61);
  assert.match(rows[1]!, /^坏行\.csv,3,amount,'=cmd\|' \/C'!A0,不是金额,"在文件中改正金额/);
});

const EXPORT = [
  '门店日报表,,,,,',
  '流水,收了多少,什么时候,结果,怎么付的,单据',
  '1,12.30,2026/11/19 10:01,好了,微信,M-1',
  '2,4.50,2026/11/19 10:02,好了,微信,M-2',
  '3,9.99,2026/11/19 10:03,冻住了,微信,M-3',
  '',
].join('\n');
const FIELDS = {
  columns: { order_ref: '单据', amount: '收了多少', created_at: '什么时候', status: '结果', channel: '怎么付的' },
  values: { status: { 好了: 'paid' } },
  currency: 'CNY',
};
type Mapping = Readonly<{ id: string; name: string; version: number; document: string; fields: object; code: string }>;

test('a table nobody knows: cells, a mapping that is tried, saved, and read by from then on', async () => {
  const { id } = await bring('日报.csv', EXPORT);
  const unknown = await reading(id);
  assert.deepEqual(
    unknown.parts.map((p) => p.refused?.code),
    ['file.unknown_format'],
  );
  assert.deepEqual(
    (await shown(id)).parts?.map((p) => p.refused?.code),
    ['file.unknown_format'],
  );

  const { body: cells } = await on.call<{
    encoding: string;
    tables: { delimiter: string; header: number; rows: string[][] }[];
  }>('GET', `/v1/documents/${id}/cells`);
  assert.equal(cells.encoding, 'utf-8');
  assert.deepEqual([cells.tables[0]?.delimiter, cells.tables[0]?.header], [',', 1]);
  assert.deepEqual(cells.tables[0]?.rows[1], ['流水', '收了多少', '什么时候', '结果', '怎么付的', '单据']);

  const tried = await on.call<{ parts: readonly Part[]; items: unknown[]; whole: boolean }>(
    'POST',
    `/v1/documents/${id}/try`,
    { kind: 'orders', fields: FIELDS },
  );
  assert.equal(tried.body.whole, true);
  assert.deepEqual(
    tried.body.parts.map((p) => [p.lines, p.rejects.map((r) => [r.row, r.column, r.value])]),
    [[2, [[5, '结果', '冻住了']]]],
  );
  const wrong = await on.call<{ parts: readonly Part[] }>('POST', `/v1/documents/${id}/try`, {
    kind: 'orders',
    fields: { ...FIELDS, columns: { ...FIELDS.columns, store: '没有这列' } },
  });
  assert.equal(wrong.body.parts[0]?.refused?.code, 'mapping.does_not_fit');
  const bad = await on.call<{ code: string }>('POST', `/v1/documents/${id}/try`, {
    kind: 'orders',
    fields: { columns: {} },
  });
  assert.deepEqual([bad.status, bad.body.code], [400, 'config.invalid']);

  const save = (fields: object, after: number) =>
    on.call<Mapping>('POST', '/v1/mappings', { name: '门店日报', kind: 'orders', fields, after });
  const one = await save(FIELDS, 0);
  assert.deepEqual([one.status, one.body.version], [201, 1]);
  assert.equal((await save(FIELDS, 0)).body.id, one.body.id, 'the same again is the same');
  const better = { ...FIELDS, values: { status: { 好了: 'paid', 冻住了: 'unknown' } } };
  assert.deepEqual([(await save(better, 0)).status, (await save(better, 0)).body.code], [409, 'mapping.changed']);
  assert.equal((await save(better, 1)).body.version, 2);
  assert.equal((await shown(id)).parts, undefined, 'what was not known is to be looked at again');
  const { body: list } = await on.call<{ items: readonly Mapping[] }>('GET', '/v1/mappings');
  assert.deepEqual(
    list.items.map((m) => [m.name, m.version]),
    [['门店日报', 2]],
  );

  const known = await reading(id);
  assert.deepEqual(
    known.parts.map((p) => [p.title?.zh, p.lines, p.rejected, p.notes[0]?.en]),
    [['门店日报', 3, 0, 'read by the saved mapping “门店日报”, version 2']],
  );
  // Another day's file, and one inside an archive beside what cannot be read.
  const zip = zipOf([
    { name: Buffer.from('日报2.csv'), data: Buffer.from(EXPORT.replaceAll('M-', 'N-').replaceAll('11/19', '11/20')) },
    { name: Buffer.from('说明.txt'), data: Buffer.from('nothing that is known') },
  ]);
  const packed = await reading((await bring('日报.zip', new Uint8Array(zip))).id);
  assert.deepEqual(
    packed.parts.map((p) => p.refused?.code ?? p.title?.zh).sort(),
    ['file.unknown_format', '门店日报'].sort(),
  );

  const bill = await bring('微信.csv', billOf([trade(31)]));
  const run = await on.call<{ id: string }>('POST', '/v1/reconciliations', { documents: [id, bill.id] });
  const done = await until('the reconciliation to end', async () => {
    const { body } = await on.call<{ state: string; totals?: Record<string, number> }>(
      'GET',
      `/v1/reconciliations/${run.body.id}`,
    );
    return body.state === 'done' || body.state === 'failed' ? body : undefined;
  });
  assert.deepEqual([done.state, done.totals?.orders, done.totals?.refused], ['done', 3, 0]);
  assert.equal((await shown(bill.id)).parts?.[0]?.format, 'wechatpay-trade', 'the run read it, nobody else did');

  // The file is the command line's.
  const space = await workspace();
  const [format] = savedFormats([{ kind: 'orders', name: 'x', version: 1, document: list.items[0]!.document }]);
  assert.equal(detect(await inputOf(Buffer.from(EXPORT), space, 'Asia/Shanghai'), [format!]).id, format!.id);
  await space.remove();

  assert.equal((await on.call('POST', `/v1/mappings/${list.items[0]!.id}/end`)).status, 204);
  assert.deepEqual(
    (await reading(id)).parts.map((p) => p.refused?.code),
    ['file.unknown_format'],
  );
  assert.equal((await save(FIELDS, 0)).body.version, 4, 'a name that was given up may be taken again');
});

test('a bill of an acquirer, mapped, teaches the book what it was brought for', async () => {
  const bill = ['时间;类别;钱;手续;单号', '2026-11-19 11:00:00;收;88.00;0.50;Q-1', ''].join('\r\n');
  const fields = {
    channel: 'wechatpay',
    delimiter: ';',
    columns: { amount: '钱', fee: '手续', orderRef: '单号' },
    time: { columns: ['时间'], format: 'yyyy-MM-dd HH:mm:ss' },
    kind: { column: '类别', values: { 收: 'payment' } },
    amounts: { unit: 'yuan', refunds: 'unsigned' },
    key: 'orderRef',
  };
  const saved = await on.call<Mapping>('POST', '/v1/mappings', { name: '自家账单', kind: 'bill', fields });
  assert.equal(saved.status, 201, JSON.stringify(saved.body));
  assert.deepEqual(saved.body.fields, fields);
  const { id } = await bring('账.csv', bill, `&account_id=${on.accountId}`);
  const [part] = (await reading(id)).parts;
  assert.deepEqual([part?.title?.zh, part?.lines], ['自家账单', 1]);
  const run = await on.call<{ id: string }>('POST', '/v1/reconciliations', { documents: [id] });
  await until('the reconciliation to end', async () => {
    const { body } = await on.call<{ state: string; failure?: unknown }>('GET', `/v1/reconciliations/${run.body.id}`);
    assert.notEqual(body.state, 'failed', JSON.stringify(body.failure));
    return body.state === 'done' || undefined;
  });
  const found = await on.call<{ items: unknown[] }>('GET', '/v1/payments/search?ref=Q-1');
  assert.equal(found.body.items.length, 1);
});

/** The editor's own words, without the browser's types. */
type Draft = Readonly<{ timeFormat: string; words: Readonly<Record<string, Record<string, string>>> }>;
type Sheet = Readonly<{ names: readonly string[]; rows: readonly (readonly string[])[] }>;
type Meanings = Readonly<{
  columnsOf(draft: Draft, meaning: string): readonly string[];
  draftOf(kind: string, fields: object): Draft;
  fieldsOf(draft: Draft): Record<string, unknown>;
  firstDraft(kind: string, sheet: Sheet, delimiter: string, proposed: object | undefined): Draft;
  looksLikeBill(names: readonly string[]): boolean;
  missingIn(draft: Draft): readonly unknown[];
  withMeaning(draft: Draft, column: string, meaning: string): Draft;
}>;
const MEANINGS = new URL('../../ui/src/app/imports/meanings.ts', import.meta.url).href;

test('what the editor makes of a person’s choices is a mapping file, and leads back to the same choices', async () => {
  const editor = (await import(MEANINGS)) as Meanings;
  const { columnsOf, draftOf, fieldsOf, firstDraft, looksLikeBill, missingIn, withMeaning } = editor;
  const names = ['交易日期', '交易时间', '交易类型', '交易金额', '手续费', '流水号', '商户订单号'];
  const sheet = {
    names,
    rows: [
      ['20261119', '100101', '消费', '88.00', '0.50', 'A1', 'Q-1'],
      ['20261119', '100301', '预授权', '1.00', '0.00', 'A2', 'Q-2'],
    ],
  };
  assert.ok(looksLikeBill(names));
  const first = { ...firstDraft('bill', sheet, ';', undefined), channel: 'lakala' };
  assert.deepEqual(missingIn(first), []);
  assert.deepEqual(columnsOf(first, 'time'), ['交易日期', '交易时间']);
  assert.equal(first.timeFormat, 'yyyyMMdd HHmmss');
  assert.deepEqual(first.words.kind, { 消费: 'payment', 预授权: '' });
  const said = {
    ...first,
    words: { ...first.words, kind: { 消费: 'payment', 预授权: 'transfer' } },
    trailerRows: '1',
    trailerBegins: '合计',
  };
  const kept = mappingFields('bill', mappingFile('bill', '收单', fieldsOf(said)));
  assert.deepEqual(kept, fieldsOf(said));
  assert.deepEqual(draftOf('bill', kept), said);

  const orders = ['order_ref', 'amount', 'status', 'paid_at'].reduce(
    (draft, meaning, i) => withMeaning(draft, `列${i}`, meaning),
    firstDraft('orders', { names: [], rows: [] }, ',', undefined),
  );
  // Only one column is the amount: the other gives it up.
  const moved = withMeaning(orders, '另一列', 'amount');
  assert.deepEqual(columnsOf(moved, 'amount'), ['另一列']);
  assert.deepEqual(draftOf('orders', mappingFields('orders', mappingFile('orders', '订单', fieldsOf(moved)))), moved);
});
