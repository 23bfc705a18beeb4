/**
 * `daozhang where` as people use it: the program on files, its exit codes, what the terminal shows; and every trouble planted in
 * the example day found by its own reference.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { loadPlans } from '../src/plans/load.ts';
import { loadConfig } from '../src/reconcile/config.ts';
import { answerText } from '../src/reconcile/report/story.ts';
import { widthOf } from '../src/reconcile/report/width.ts';
import { reconcile } from '../src/reconcile/run.ts';
import { type Answer, where } from '../src/reconcile/where.ts';
import { findingOf } from '../src/verdicts/findings.ts';
import { type WechatRow, wechatPersonalCsv } from './support/personal.ts';
import { orderBook, statement, wechatBill, withRun } from './support/shop.ts';

const ROOT = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'daozhang-where-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SHOP = [
  orderBook(['O1 paid 100.00 10:00:05', 'O2 paid 20.00 11:00:05', 'O3 paid 20.00 11:05:05']),
  wechatBill(['O1 4200001 100.00 10:00:01', 'O2 4200002 20.00 11:00:01', 'O3 4200003 20.00 11:05:01']),
  statement(['139.16 FT1 财付通 结算']),
];
for (const { name, bytes } of SHOP) writeFileSync(join(folder, name), bytes);

function run(...args: string[]): { status: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [join(ROOT, 'src', 'main.ts'), 'where', ...args], { encoding: 'utf8' });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

test('one payment: exit 0, release and verdict first, each line with its place and hash, no colour in a pipe', () => {
  const { status, out, err } = run('O1', folder, '--lang', 'zh');
  assert.equal(status, 0, err);
  const [title, judgement, says] = out.split('\n');
  assert.equal(title, '¥100.00  微信支付 · 订单 O1 · 门店 S1 · 终端 T01');
  assert.equal(judgement, '✓ 可以交货   ✓ 已到账');
  assert.equal(says, '微信支付 2026-11-19 10:00:01 收到 O1 的 ¥100.00,2026-11-20 已随一笔 ¥139.16 到银行账户。');
  assert.match(out, /wechat\.csv:2$/m);
  assert.match(out, / [0-9a-f]{8} {2}bank\.sta:5$/m);
  assert.equal(out, stripVTControlCharacters(out));
});

test('--json: the story with amounts as text and currency, on standard output alone', () => {
  const { status, out } = run('4200002', folder, '--json');
  assert.equal(status, 0);
  const answer: Answer = JSON.parse(out);
  assert.equal(answer.schema, 'daozhang.where/1');
  assert.equal(answer.found, 'one');
  assert.deepEqual(answer.asked, { ref: '4200002' });
  const [story] = answer.stories;
  assert.deepEqual(story!.amount, { amount: '20.00', currency: 'CNY' });
  assert.equal(story!.stations.length, 8);
});

test('several, or none: exit 1; a way to ask that cannot be read: exit 64', () => {
  const several = run('--amount', '20', '--time', '2026-11-19 11:02', folder, '--lang', 'en');
  assert.equal(several.status, 1);
  assert.match(several.out, /^2 payments of 20 lie within 15 minutes of 2026-11-19 11:02/);
  const one = run('--amount', '20.00', '--time', '2026-11-19T11:05:00+08:00', '--window', '2', folder, '--json');
  assert.equal(one.status, 0);
  assert.equal(JSON.parse(one.out).stories[0].ref, 'O3');
  const none = run('NOWHERE-1', folder, '--lang', 'zh');
  assert.equal(none.status, 1);
  assert.match(none.out, /3 份单据里都没有“NOWHERE-1”/);
  for (const wrong of [
    ['--amount', '20', folder],
    ['--amount', '1,00', '--time', '2026-11-19 11:02', folder],
    ['--amount', '20', '--time', '2026-11-31 11:02', folder],
    ['--amount', '20', '--time', '2026-11-19 11:02', '--window', 'soon', folder],
    ['O1', folder, '--terminal', 'T01'],
    ['O1', folder, '--carry', join(folder, 'nowhere')],
  ]) {
    const { status, err } = run(...wrong);
    assert.equal(status, 64, wrong.join(' '));
    assert.match(err, /usage\.bad_option/);
  }
  // A number alone is looked up in the book, and here is none.
  const alone = run('O1', '--data', join(folder, 'nowhere'));
  assert.equal(alone.status, 2);
  assert.match(alone.err, /serve\.no_key/);
});

test('only the end of a number: exit 1, the whole number first, and no hand-over before it is compared', () => {
  const { status, out } = run('200002', folder, '--lang', 'en');
  assert.equal(status, 1);
  const [lead, , , judgement] = out.split('\n');
  assert.equal(lead, 'No number is “200002”; it is only the end of 4200002.');
  assert.match(judgement!, /^\? Ask first/);
  assert.match(out, /Next {2}Compare the whole number/);
  assert.equal(run('4200002', folder).status, 0);
});

test('a merchant number prints what it is, and no payment', () => {
  const { status, out } = run('1900000109', folder, '--lang', 'zh');
  assert.equal(status, 1);
  assert.match(
    out,
    /^“1900000109”是微信支付的商户号,不是某笔付款的单号:2026-11-19 有 3 笔付款。2026-11-19 的 ¥139\.16:已到账。\n下一步 {2}请用某一笔自己的单号,或用金额加时间再查。\n$/,
  );
});

test('a refused document may hold what was not found: exit 2, and it is told', () => {
  const cut = mkdtempSync(join(tmpdir(), 'daozhang-where-'));
  try {
    writeFileSync(join(cut, 'orders.csv'), SHOP[0]!.bytes);
    writeFileSync(join(cut, 'wechat.csv'), SHOP[1]!.bytes.subarray(0, -20));
    const { status, err } = run('4200001', cut, '--lang', 'en');
    assert.equal(status, 2);
    assert.match(err, /1 document was not used/);
    assert.equal(run('O1', cut).status, 0);
  } finally {
    rmSync(cut, { recursive: true, force: true });
  }
});

test('the line of stations lines up in both languages, stands upright where there is no room, and colour adds nothing but colour', async () => {
  await withRun(SHOP, async (shop) => {
    const answer = await where(shop, { by: 'ref', ref: 'O1' });
    for (const [lang, first, last] of [
      ['zh', '下单', '到账'],
      ['en', 'ordered', 'credited'],
    ] as const) {
      const text = answerText(answer, lang, { colour: false, width: 100 });
      const rows = text.split('\n');
      const marks = rows.findIndex((r) => r.startsWith(' ●━'));
      const stops = [...rows[marks]!.matchAll(/[●·]/g)].map((m) => widthOf(rows[marks]!.slice(0, m.index)));
      const names = [...rows[marks + 1]!.matchAll(/\S+( \S+)?/g)].map((m) =>
        widthOf(rows[marks + 1]!.slice(0, m.index)),
      );
      assert.equal(stops.length, 8);
      assert.deepEqual(names, stops, lang);
      assert.ok(rows[marks + 1]!.trim().startsWith(first) && rows[marks + 1]!.endsWith(last));
      const narrow = answerText(answer, lang, { colour: false, width: 60 }).split('\n');
      assert.equal(narrow.filter((r) => /^ [●·] /.test(r)).length, 8);
      const painted = answerText(answer, lang, { colour: true, width: 100 });
      assert.notEqual(painted, text);
      assert.equal(stripVTControlCharacters(painted), text);
    }
  });
});

test('text of strangers cannot steer the terminal', async () => {
  const row = [
    '2026-11-19 12:03:40',
    '转账',
    'Eve\u001b[2J\u202e',
    '/',
    '支出',
    '9.90',
    '零钱',
    '已转账',
    '1000039501',
    '/',
    '/',
  ];
  const evil = { name: 'customer.csv', bytes: wechatPersonalCsv([row as unknown as WechatRow]) };
  await withRun([...SHOP, evil], async (shop) => {
    const text = answerText(await where(shop, { by: 'ref', ref: '1000039501' }), 'en', { colour: false, width: 100 });
    assert.ok(text.includes('Eve\ufffd[2J\ufffd'), text);
  });
});

test('every trouble planted in the example day is found by its own reference', async () => {
  const day = join(ROOT, 'examples', 'day');
  const config = await loadConfig(join(day, 'daozhang.yaml'));
  const shop = await reconcile({
    paths: [day],
    zone: config.timezone!,
    plans: await loadPlans(config.plans!),
    configured: config.formats,
  });
  try {
    const expected = JSON.parse(readFileSync(join(day, 'expected.json'), 'utf8'));
    const { breaks, open, ambiguous } = shop.result;
    const idsOf = (finding: string): string[] =>
      [...breaks, ...open, ...ambiguous].filter((b) => b.finding === finding).map((b) => b.id);
    let asked = 0;
    for (const { finding, ref } of [...expected.breaks, ...expected.open, ...expected.ambiguous]) {
      // A batch no document names is found by its id; what no statement shows has no other reference.
      if (ref.includes(' ')) continue;
      const answer = await where(shop, { by: 'ref', ref });
      const about = answer.stories.filter((s) => s.breaks.some((id) => idsOf(finding).includes(id)));
      assert.ok(about.length > 0, `${finding} ${ref}: ${answer.found}`);
      if (answer.found === 'one' && !['fee_differs', 'bill_missing', 'refund_not_done'].includes(finding)) {
        const verdicts = [about[0]!.verdict, ...about[0]!.also];
        assert.ok(verdicts.includes(findingOf(finding).verdict), `${finding} ${ref}: ${verdicts}`);
      }
      asked += 1;
    }
    assert.ok(asked > 25, `${asked}`);
    for (const told of [...breaks, ...open, ...ambiguous]) {
      const answer = await where(shop, { by: 'ref', ref: told.id });
      assert.ok(answer.says?.en.endsWith(told.says.en), told.id);
      const about = answer.stories.some((s) => s.breaks.includes(told.id)) || answer.batches.length > 0;
      assert.ok(about, `${told.finding} ${told.id}: ${answer.stories.map((s) => s.ref)}`);
    }
  } finally {
    await shop.close();
  }
});

test('docs/start/where.md shows what the program prints', () => {
  const page = readFileSync(join(ROOT, 'docs', 'start', 'where.md'), 'utf8');
  const shown = [...page.matchAll(/```text\n\$ npx daozhang where (.+)\n([\s\S]*?)\n```/g)];
  assert.equal(shown.length, 4);
  for (const [, command, output] of shown) {
    const args = [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2]!);
    const { out } = run(...args.map((a) => (a === 'examples/day' ? join(ROOT, a) : a)));
    assert.equal(out, `${output}\n`, command!);
  }
});
