import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withMany } from '../../../tests/support/many.ts';
import { readAll } from '../../../tests/support/reading.ts';
import { type UnionpayFields, zm, zme, zmeFile, zmFile } from '../../../tests/support/unionpay.ts';
import { zipOf } from '../../../tests/support/zip.ts';
import { DaozhangError } from '../../base/errors.ts';
import { workspace } from '../open.ts';
import { unionpayZm } from './unionpay-zm.ts';
import { unionpayZme } from './unionpay-zme.ts';

const NAME = 'unionpay.zip › INN26112088ZM_898310053310001';
const NAME_E = 'unionpay.zip › INN26112088ZME_898310053310001';
const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;
const refused = (code: string) => (error: unknown) => error instanceof DaozhangError && error.code === code;

const DAY: UnionpayFields[] = [
  zm('01', 12800, 49, '1119233001', '356672', { 31: '到账便利店', 35: '早班收银' }),
  zm('04', -2800, -11, '1120101500', '356673', {
    10: '742611201015003566738',
    27: '742611181201003500018',
    41: 'POS1118120100350001',
  }),
  zm('31', -500, -2, '1120120000', '356674'),
  zm('99', -900, 0, '1120130000', '356675'),
  zm('99', 900, 0, '1120130001', '356676'),
  zm('03', 100000, 0, '1120150000', '356677'),
  zm('12', -5000, 100, '1120160000', '356678'),
];

test('ZM: kinds, signs, fees as a cost, references, the settlement day as business date', async () => {
  await withMany(async (read) => {
    const { format, lines, rejected, facts } = await read(zmFile(DAY), undefined, NAME);
    assert.equal(format, 'unionpay-zm');
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      lines.map((l) => [l.kind, l.amount, l.fee, l.settle]),
      [
        ['payment', 12800n, 49n, 12800n],
        ['refund', -2800n, -11n, -2800n],
        ['reversal', -500n, -2n, -500n],
        ['reversal', -900n, 0n, -900n],
        ['reversal', 900n, 0n, 900n],
        ['payment', 100000n, 0n, 100000n],
        ['adjustment', -5000n, 100n, -5000n],
      ],
    );
    const [paid, back] = lines;
    assert.equal(paid!.occurred_at, micros('2026-11-19T23:30:01+08:00'));
    assert.equal(paid!.business_on, '2026-11-20');
    assert.equal(paid!.order_ref, 'POS1119233001356672');
    assert.equal(paid!.channel_ref, '742611192330013566728');
    assert.equal(paid!.bank_ref, '356672');
    assert.equal(paid!.terminal, '01080209');
    assert.equal(paid!.method, '0001 01');
    assert.equal(paid!.text, '早班收银');
    assert.equal(back!.order_ref, 'POS1118120100350001');
    assert.equal(back!.refund_ref, 'POS1120101500356673');
    assert.equal(back!.origin_ref, '742611181201003500018');
    assert.equal(facts.account, '898310053310001');
    assert.equal(String(facts.from), '2026-11-20');
    assert.doesNotMatch(
      JSON.stringify(lines, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
      /622202/,
    );
  });
});

test('ZM: hanzi before a field do not move it, and one cut in half at the field’s end loses only its half', async () => {
  await withMany(async (read) => {
    const wide = zmFile([
      zm('01', 100, 1, '1120090000', '000001', { 31: '二级商户简称二级商户简称二级商户', 35: '备注' }),
    ]);
    const { lines } = await read(wide, undefined, NAME);
    assert.equal(lines[0]!.terminal, '01080209');
    assert.equal(lines[0]!.text, '备注');
    const cut = zmFile([zm('01', 100, 1, '1120090000', '000001', { 35: 'x' })]);
    const at = 396;
    Buffer.from('a').copy(cut, at + 1);
    for (let i = 0; i < 15; i++) Buffer.from([0xb5, 0xbd]).copy(cut, at + 2 + i * 2);
    cut[at + 32] = 0xb5;
    const half = await read(cut, undefined, NAME);
    assert.equal(half.lines[0]!.text, `a${'到'.repeat(15)}`);
  });
});

test('ZM: all three releases of the last fields are read, but one document has one width', async () => {
  await withMany(async (read) => {
    for (const spare of [0, 1]) {
      assert.equal((await read(zmFile(DAY, spare), undefined, NAME)).lines.length, DAY.length);
    }
    const mixed = Buffer.concat([zmFile(DAY.slice(0, 2)), zmFile(DAY.slice(2, 3), 1)]);
    const { lines, rejected } = await read(mixed, undefined, NAME);
    assert.equal(lines.length, 2);
    assert.deepEqual(
      rejected.map((r) => [r.row, r.code, r.value]),
      [[3, 'ragged', '608 B']],
    );
  });
});

test('ZM: where the file states a 清算金额, the fee is taken from it and it is what is owed', async () => {
  await withMany(async (read) => {
    const discounted = zm('01', 10000, 38, '1120090000', '000001', { 17: 'C000000009462', 42: 'C000000009500' });
    const { lines, rejected } = await read(zmFile([discounted]), undefined, NAME);
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      lines.map((l) => [l.amount, l.settle, l.fee]),
      [[10000n, 9500n, 38n]],
    );
  });
});

test('ZM: the year comes from the delivered name; without it the document is refused, with the remedy', async () => {
  await withMany(async (read) => {
    const newYear = zmFile([zm('01', 100, 0, '1231233001', '000001'), zm('01', 100, 0, '0101000001', '000002')]);
    const { lines } = await read(newYear, undefined, 'INN27010188ZM_898310053310001');
    assert.deepEqual(
      lines.map((l) => l.occurred_at),
      [micros('2026-12-31T23:30:01+08:00'), micros('2027-01-01T00:00:01+08:00')],
    );
    const leap = await read(zmFile([zm('01', 100, 0, '0229120000', '000001')]), undefined, 'INN28022988ZM_1');
    assert.equal(leap.lines[0]!.occurred_at, micros('2028-02-29T12:00:00+08:00'));
    const never = await read(zmFile([zm('01', 100, 0, '0229120000', '000001')]), undefined, 'INN27030188ZM_1');
    assert.deepEqual(
      never.rejected.map((r) => [r.column, r.code]),
      [['交易传输时间', 'bad_date']],
    );
    for (const name of ['bill.txt', 'INN26133188ZM_898310053310001']) {
      await assert.rejects(read(newYear, undefined, name), (error) => {
        assert.ok(error instanceof DaozhangError && error.code === 'file.layout');
        assert.match(String(error.params.reason), /keep that name.*请保留原文件名/);
        return true;
      });
    }
  });
});

test('ZM: what a line may not say is rejected by column, and never shows the card', async () => {
  const bad: [UnionpayFields, string, string][] = [
    [{ 7: '12800' }, '交易金额', 'bad_amount'],
    [{ 16: '000000000049' }, '商户手续费', 'bad_amount'],
    [{ 17: 'X000000012751' }, '结算金额', 'bad_amount'],
    [{ 17: 'C000000012752' }, '结算金额', 'bad_amount'],
    [{ 17: 'D000000012849' }, '结算金额', 'bad_amount'],
    [{ 16: 'C000000000049' }, '结算金额', 'bad_amount'],
    [{ 20: '77' }, '交易类型', 'bad_value'],
    [{ 20: '04' }, '结算金额', 'bad_amount'],
    [{ 5: '1120256000' }, '交易传输时间', 'bad_date'],
    [{ 5: '1131120000' }, '交易传输时间', 'bad_date'],
    [{ 10: '' }, '查询流水号', 'missing'],
    [{ 12: '' }, '商户订单号', 'missing'],
    [{ 28: '' }, '商户代码', 'missing'],
  ];
  await withMany(async (read) => {
    for (const [change, column, code] of bad) {
      const good = zm('01', 12800, 49, '1120110000', '000001');
      const { lines, rejected } = await read(zmFile([good, { ...good, ...change }]), undefined, NAME);
      assert.equal(lines.length, 1);
      assert.deepEqual(
        rejected.map((r) => [r.row, r.column, r.code]),
        [[2, column, code]],
        JSON.stringify(change),
      );
    }
    const slipped = zmFile([DAY[0]!, DAY[1]!]);
    slipped[609 + 3] = 0x31;
    const { rejected } = await read(slipped, undefined, NAME);
    assert.deepEqual(
      rejected.map((r) => [r.row, r.code]),
      [[2, 'ragged']],
    );
    assert.doesNotMatch(JSON.stringify(rejected), /622202/);
  });
});

test('ZM: any other digit in an amount, a fee or a settled amount rejects the line', async () => {
  const file = zmFile(DAY.slice(0, 2));
  let tried = 0;
  await withMany(async (read) => {
    assert.equal((await read(file, unionpayZm, NAME)).rejected.length, 0);
    for (const [from, width] of [
      [66, 12],
      [167, 12],
      [181, 12],
    ] as const) {
      for (let i = from; i < from + width; i++) {
        const damaged = Buffer.from(file);
        damaged[i] = 0x30 + ((damaged[i]! - 0x30 + 1) % 10);
        const { lines: left, rejected } = await read(damaged, unionpayZm, NAME);
        assert.equal(left.length, 1, `byte ${i}`);
        assert.deepEqual(
          rejected.map((r) => [r.row, r.column, r.code]),
          [[1, '结算金额', 'bad_amount']],
        );
        tried += 1;
      }
    }
  });
  assert.equal(tried, 36);
});

test('F27 ZM cut at every 1 %: refused or the broken record rejected; only a cut between records goes unseen, as `check` says', async () => {
  const file = zmFile(DAY);
  await withMany(async (read) => {
    for (let percent = 1; percent < 100; percent++) {
      const cut = file.subarray(0, Math.floor((file.length * percent) / 100));
      const over = cut.length % 609;
      try {
        const { lines, rejected } = await read(cut, undefined, NAME);
        assert.equal(lines.length, Math.floor((cut.length + 2) / 609), `${percent} %`);
        assert.equal(rejected.length, over === 0 || over >= 607 ? 0 : 1, `${percent} %`);
      } catch (error) {
        assert.ok(refused('file.unknown_format')(error) && cut.length < 607, `${percent} %: ${error}`);
      }
    }
  });
  assert.match(unionpayZm.check.en, /missing line cannot be seen/);
});

test('ZME: chargebacks and adjustments with the sign of what they settle, joined to ZM by time and trace', async () => {
  const before = { 11: '356672', 12: '1119233001', 13: '1120' };
  const file = zmeFile([
    zme('E23', -12800, -49, '1125100000', '400001', before),
    zme('E24', 12800, 49, '1126100000', '400002', before),
    zme('E25', -12800, -49, '1127100000', '400003', before),
    zme('E32', -900, 0, '1127100000', '400004', before),
    zme('E74', -2800, -11, '1127100000', '400005', before),
    zme('E99', 700, 0, '1127100000', '400006'),
    { ...zme('E05', -12800, 0, '1127100000', '400007', before), 16: 'C000000000000' },
  ]);
  await withMany(async (read) => {
    const { format, lines, rejected } = await read(file, undefined, NAME_E.replace('261120', '261127'));
    assert.equal(format, 'unionpay-zme');
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      lines.map((l) => [l.kind, l.status, l.amount, l.fee]),
      [
        ['chargeback', 'done', -12800n, -49n],
        ['chargeback', 'done', 12800n, 49n],
        ['chargeback', 'done', -12800n, -49n],
        ['adjustment', 'done', -900n, 0n],
        ['refund', 'done', -2800n, -11n],
        ['adjustment', 'done', 700n, 0n],
        ['adjustment', 'pending', -12800n, 0n],
      ],
    );
    assert.equal(lines[0]!.text, 'E23 退单');
    assert.equal(lines[0]!.channel_ref, '1125100000400001');
    const original = (await read(zmFile(DAY), undefined, NAME)).lines[0]!;
    assert.equal(lines[0]!.origin_ref, String(original.channel_ref).slice(4, 20));
    assert.equal(lines[5]!.origin_ref, null);
    const wrong = await read(
      zmeFile([{ ...zme('E23', -100, 0, '1125100000', '1') }]),
      undefined,
      NAME_E.replace('261120', '261127'),
    );
    assert.deepEqual(
      wrong.rejected.map((r) => r.column),
      ['系统跟踪号'],
    );
    const broken = zmeFile([zme('E23', -12800, -49, '1125100000', '400001')]);
    broken[66 + 11] = 0x31;
    const off = await read(broken, unionpayZme, NAME_E.replace('261120', '261127'));
    assert.deepEqual(
      off.rejected.map((r) => [r.column, r.code]),
      [['结算金额', 'bad_amount']],
    );
  });
});

test('a delivery is a zip: both members are read through their own format, named inside the archive', async () => {
  const space = await workspace();
  try {
    const path = join(space.path, 'download.zip');
    const member = (name: string, data: Uint8Array) => ({ name: Buffer.from(name), data });
    await writeFile(
      path,
      zipOf([
        member('INN26112088ZM_898310053310001', zmFile(DAY)),
        member('INN26112088ZME_898310053310001', zmeFile([zme('E23', -100, 0, '1120100000', '400001')])),
      ]),
    );
    const readings = await readAll(path);
    assert.deepEqual(
      readings.map((r) => [r.format, r.lines.length, r.lines[0]!.business_on]),
      [
        ['unionpay-zm', 7, '2026-11-20'],
        ['unionpay-zme', 1, '2026-11-20'],
      ],
    );
  } finally {
    await space.remove();
  }
});

test('other text of the same width is not taken for a ZM file', () => {
  const head = (bytes: Buffer) => ({ bytes, text: '', tail: '', encoding: 'utf-8', name: '' }) as never;
  assert.equal(unionpayZm.detect(head(zmFile(DAY))), true);
  assert.equal(unionpayZme.detect(head(zmFile(DAY))), false);
  assert.equal(unionpayZm.detect(head(Buffer.from(`${'x'.repeat(607)}\n`))), false);
  assert.equal(unionpayZm.detect(head(Buffer.from(`${' '.repeat(607)}\n`))), false);
  assert.equal(unionpayZm.detect(head(zmFile(DAY).subarray(0, 606))), false);
});
