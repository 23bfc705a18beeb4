import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DaozhangError } from '../base/errors.ts';
import {
  CHANNEL_WORDS,
  isClear,
  loadMapping,
  mappingText,
  parseMapping,
  proposeMapping,
  STATUS_WORDS,
  saveMapping,
} from './mapping.ts';

const propose = (header: string) => proposeMapping(header.split(','));

test('Chinese columns are known by their names, units and blanks aside', () => {
  const proposal = propose(
    '商户订单号,订单号,支付单号,微信订单号,支付宝交易号,实付金额（元）,退款金额,支付状态,支付方式,下单时间, 支付时间 ,门店,终端号',
  );
  assert.ok(isClear(proposal));
  assert.deepEqual(proposal.mapping.columns, {
    order_ref: ['商户订单号'],
    payment_ref: ['支付单号'],
    channel_ref: ['微信订单号', '支付宝交易号'],
    amount: ['实付金额（元）'],
    refunded: ['退款金额'],
    status: ['支付状态'],
    created_at: ['下单时间'],
    paid_at: [' 支付时间 '],
    channel: ['支付方式'],
    store: ['门店'],
    terminal: ['终端号'],
  });
  assert.deepEqual([proposal.mapping.currency, proposal.mapping.unit], ['CNY', 'major']);
});

test('English columns are known in any writing', () => {
  const proposal = propose('Order ID,amountCents,currency,payment_status,createdAt,Payment Method,transaction-id');
  assert.ok(isClear(proposal));
  assert.deepEqual(
    [proposal.mapping.unit, proposal.mapping.columns.channel_ref, proposal.mapping.columns.amount],
    ['minor', ['transaction-id'], ['amountCents']],
  );
});

test('the number the channel knows is the order’s, the shop’s own the second reference', () => {
  assert.deepEqual(propose('商户订单号,订单号').mapping.columns.payment_ref, ['订单号']);
  assert.deepEqual(propose('订单号,支付单号').mapping.columns.payment_ref, ['支付单号']);
});

test('what cannot be told is said, not guessed', () => {
  assert.deepEqual(propose('订单号,实付金额,实收金额,支付状态,支付时间').unclear, [
    { field: 'amount', columns: ['实付金额', '实收金额'] },
  ]);
  assert.deepEqual(propose('订单号,实付金额(元),退款金额(分),支付状态,支付时间').unclear, [
    { field: 'refunded', columns: ['实付金额(元)', '退款金额(分)'] },
  ]);
  assert.deepEqual(propose('品名,单价').missing, ['order_ref', 'amount', 'status', 'created_at', 'currency']);
  assert.deepEqual(propose('订单号,实付金额,支付状态,支付时间,手续费').foreign, ['手续费']);
  // What the customer paid goes before what the order was worth.
  assert.deepEqual(propose('订单号,订单金额,实付金额,支付状态,支付时间').mapping.columns.amount, ['实付金额']);
});

test('the known words are written as they are compared: small letters, no blanks around', () => {
  for (const words of [STATUS_WORDS, CHANNEL_WORDS]) {
    for (const [word, meaning] of Object.entries(words)) {
      assert.equal(word, word.toLowerCase().trim());
      assert.match(meaning, /^[a-z_]+$/);
    }
  }
});

test('a mapping comes back from its YAML as it went', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daozhang-test-'));
  const path = join(folder, 'orders.mapping.yaml');
  try {
    const { mapping } = propose('商户订单号,微信订单号,支付宝交易号,实付金额,支付状态,支付方式,下单时间');
    const own = {
      ...mapping,
      columns: { ...mapping.columns, store: ['001', 'no', 'a: b #c'] },
      values: { status: { '1': 'paid', no: 'unpaid' }, channel: { 券: 'voucher' }, kind: {} },
      channel: 'wechatpay',
    } as const;
    assert.equal(await saveMapping(path, own), true);
    assert.equal(await saveMapping(path, own), false);
    assert.deepEqual(await loadMapping(path), own);
    assert.match(await readFile(path, 'utf8'), /^# .*\n# 订单导出的读取方式/);
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.equal(
    mappingText(
      parseMapping(
        mappingText(propose('订单号').mapping).replace(
          '  order_ref',
          '  amount: a\n  status: b\n  paid_at: c\n  order_ref',
        ),
        'x',
      ),
    ).includes('amount: a'),
    true,
  );
});

const SOUND = 'version: 1\ncolumns:\n  order_ref: a\n  amount: b\n  status: c\n  paid_at: d\n';

test('a mapping that cannot be understood is refused with line and column', () => {
  for (const [text, place, reason] of [
    [SOUND.replace('amount', 'amout'), '4:3', /no field “columns.amout”/],
    [`${SOUND}currency: RMB\n`, '7:11', /three capital letters/],
    [`${SOUND}unit: fen\n`, '7:7', /one of major, minor/],
    [`${SOUND}values:\n  status:\n    好了: done\n`, '9:9', /one of paid/],
    [`${SOUND}channel: WeChat\n`, '7:10', /small letters/],
    [SOUND.replace('  paid_at: d\n', ''), '3:3', /created_at or paid_at/],
    [SOUND.replace('  amount: b\n', ''), '3:3', /columns.amount is missing/],
    [SOUND.replace('amount: b', 'amount: []'), '4:11', /at least one column/],
    [SOUND.replace('version: 1', 'version: 2'), '1:10', /one of 1/],
    [`${SOUND}  amount: x\n`, '7:3', /YAML/],
    ['columns: [', '1:', /YAML/],
  ] as const) {
    assert.throws(
      () => parseMapping(text, 'orders.mapping.yaml'),
      (error) => {
        assert.ok(error instanceof DaozhangError && error.code === 'config.invalid', String(error));
        assert.ok(
          String(error.params.path).startsWith(`orders.mapping.yaml:${place}`),
          `${error.params.path} for ${text}`,
        );
        assert.match(String(error.params.reason), reason);
        assert.match(String(error.params.reason), / \/ .*\p{Script=Han}/u);
        return true;
      },
      text,
    );
  }
});
