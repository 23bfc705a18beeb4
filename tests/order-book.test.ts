/**
 * docs/start/order-book.md, followed to the letter: its files written, its commands run in its order, the mappings it shows
 * compared with those that were saved.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { sheetBytes } from './support/sheet.ts';
import { wechatBill, withRun } from './support/shop.ts';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'daozhang-order-book-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const daozhang = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'src', 'main.ts'), ...args], { cwd: folder, encoding: 'utf8' });

const page = readFileSync(join(ROOT, 'docs', 'start', 'order-book.md'), 'utf8');

test('the page can be followed from the file to the saved mapping to the reconciliation', () => {
  const blocks = [...page.matchAll(/^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm)];
  assert.equal(blocks.length, 11);
  for (const [, language, place = '', body = ''] of blocks) {
    if (language === 'csv') {
      mkdirSync(join(folder, dirname(place)), { recursive: true });
      writeFileSync(join(folder, place), body);
    } else if (language === 'yaml' && place.startsWith('>> ')) {
      appendFileSync(join(folder, place.slice(3)), body);
    } else if (language === 'yaml') {
      assert.equal(readFileSync(join(folder, place), 'utf8').replace(/^#.*\n/gm, ''), body);
    } else {
      for (const [, args = '', exit] of body.matchAll(/^npx daozhang (.*?) +# exit (\d+)$/gm)) {
        const { status, stdout, stderr } = daozhang(...args.split(' '));
        assert.equal(status, Number(exit), `${args}\n${stdout}${stderr}`);
      }
    }
  }
  for (const lang of ['en', 'zh']) {
    const result = JSON.parse(readFileSync(join(folder, `result-${lang}`, 'result.json'), 'utf8'));
    const [{ format, lines, rejected, notes }] = result.documents;
    assert.deepEqual([format, lines, rejected, notes], ['order-mapped', 3, 0, []]);
  }
});

const BOOK = 'Order ID,Total,Currency,Payment Status,Created At\nE1,25.00,USD,paid,2026-11-19 09:30:05\n';
const book = (name: string, text = BOOK): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

test('a book read by the names of its columns says so, with what was taken for what', () => {
  const { status, stdout } = daozhang('reconcile', book('plain.csv'), '--json');
  assert.equal(status, 1);
  const [{ notes }] = JSON.parse(stdout).documents;
  assert.match(notes[0].en, /order_ref = Order ID; .*amount = Total; .*--save-mapping/);
  assert.match(notes[0].zh, /order_ref = Order ID;.*amount = Total;.*--save-mapping/);
});

test('sniff shows the proposal: as YAML, and in --json as an object', () => {
  const file = book('shown.csv');
  assert.match(daozhang('sniff', file).stdout, /^version: 1\ncolumns:\n {2}order_ref: Order ID\n/m);
  const [{ mapping }] = JSON.parse(daozhang('sniff', file, '--json').stdout);
  assert.deepEqual(mapping, {
    version: '1',
    columns: {
      order_ref: 'Order ID',
      status: 'Payment Status',
      amount: 'Total',
      currency: 'Currency',
      created_at: 'Created At',
    },
    unit: 'major',
  });
});

test('a book whose columns leave a doubt is refused, with what is missing or unclear and the rest of its mapping', () => {
  const file = book('doubt.csv', '订单号,实付金额,实收金额,支付时间\nD1,1.00,1.00,2026-11-19 09:30:05\n');
  const { status, stdout, stderr } = daozhang('sniff', file, '--json', '--save-mapping', 'doubt.yaml');
  assert.equal(status, 2);
  assert.match(stderr, /file\.unknown_format/);
  const [{ missing, unclear, mapping }] = JSON.parse(stdout);
  assert.deepEqual([missing, unclear], [['status'], ['amount: 实付金额 | 实收金额']]);
  assert.deepEqual(mapping.columns, { order_ref: '订单号', paid_at: '支付时间' });
  // What was saved is to be finished by a person: until then it is refused where it lacks something.
  writeFileSync(join(folder, 'doubt-config.yaml'), 'orders: doubt.yaml\n');
  const used = () => daozhang('sniff', file, '--config', 'doubt-config.yaml', '--json');
  assert.match(used().stderr, /doubt\.yaml:\d+:\d+.*columns\.amount/);
  const text = readFileSync(join(folder, 'doubt.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'doubt.yaml'),
    text.replace('columns:\n', 'columns:\n  amount: 实收金额\n  status: 支付时间\n'),
  );
  assert.match(used().stdout, /"bad_value"/);
  // No book at all: the refusal alone, without a mapping.
  const [nothing] = JSON.parse(daozhang('sniff', book('nothing.csv', 'a,b\n1,2\n'), '--json').stdout);
  assert.deepEqual([Object.keys(nothing), nothing.error.code], [['error'], 'file.unknown_format']);
});

test('a saved mapping is kept: saving again changes nothing, what a person changed is not written over', () => {
  const save = () => daozhang('sniff', book('kept.csv'), '--save-mapping', 'kept.yaml', '--lang', 'en');
  assert.match(save().stderr, /^saved: kept\.yaml/);
  assert.match(save().stderr, /^unchanged: kept\.yaml/);
  appendFileSync(join(folder, 'kept.yaml'), 'channel: wechatpay\n');
  const { status, stderr } = save();
  assert.equal(status, 64);
  assert.match(stderr, /kept\.yaml: is there already/);
  assert.match(readFileSync(join(folder, 'kept.yaml'), 'utf8'), /wechatpay/);
});

test('what is no order book read by its columns, or two that differ, cannot be saved', () => {
  const other = book('other.csv', BOOK.replace('Order ID', 'Order No'));
  for (const files of [[join(ROOT, 'examples', 'day', 'orders')], [book('one.csv'), other]]) {
    const { status, stderr } = daozhang('sniff', ...files, '--save-mapping', 'none.yaml');
    assert.equal(status, 64, stderr);
    assert.match(stderr, /--save-mapping: /);
  }
});

test('a document that the saved mapping does not fit is refused, though its names would propose one', () => {
  mkdirSync(join(folder, 'saved'));
  book('saved/a.csv');
  assert.equal(daozhang('sniff', 'saved/a.csv', '--save-mapping', 'saved/orders.mapping.yaml').status, 0);
  book('saved/a.csv', BOOK.replace('Total', 'Order Total'));
  const { status, stdout } = daozhang('reconcile', 'saved', '--json');
  assert.equal(status, 2);
  const [refused] = JSON.parse(stdout).refused;
  assert.equal(refused.code, 'file.layout');
  assert.match(refused.says.en, /saved mapping: Order ID, Payment Status, Total/);
});

test('two rows of a workbook are two: breaks that differ in nothing else have names of their own', async () => {
  const cell = (text: string, c: number, r: number) =>
    `<c r="${'ABCDE'[c]}${r}" t="inlineStr"><is><t>${text}</t></is></c>`;
  const rows = [
    ['订单号', '实付金额', '支付状态', '支付方式', '支付时间'],
    ['A', '5.00', '已支付', '微信', '2026-11-19 10:00:00'],
    ['B', '5.00', '已支付', '微信', '2026-11-19 10:00:00'],
  ].map((texts, r) => `<row r="${r + 1}">${texts.map((text, c) => cell(text, c, r + 1)).join('')}</row>`);
  const sheets = [{ rows: rows.join('') }];
  const docs = [{ name: 'orders.xlsx', bytes: sheetBytes({ sheets }) }, wechatBill(['O1 4200001 100.00 10:00:01'])];
  const ids = await withRun(docs, async ({ result }) =>
    result.breaks.filter((b) => b.amount.amount === '5.00').map((b) => b.id),
  );
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 2);
});
