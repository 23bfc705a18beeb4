/** Codes are recognised by their pattern, and no surer than it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CODES, type CodeKind, crc16, fieldsOf, recognise } from './codes.ts';

/** The example of EMV's own specification. */
export const EMV =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';

const field = (tag: string, value: string): string => `${tag}${String([...value].length).padStart(2, '0')}${value}`;
const sealed = (body: string): string =>
  `${body}6304${crc16(Buffer.from(`${body}6304`))
    .toString(16)
    .toUpperCase()
    .padStart(4, '0')}`;
const unionpayEmv = sealed(
  [
    field('00', '01'),
    field('01', '11'),
    field('15', '0104000001040000898440158121234'),
    field('52', '5812'),
    field('53', '156'),
    field('58', 'CN'),
    field('59', 'CORNER TEA'),
    field('60', 'SHANGHAI'),
  ].join(''),
);

const SEEN: ReadonlyArray<readonly [content: string, kind: CodeKind]> = [
  ['wxp://f2f0XO9MxuKhCB52g30uvHa1Pxe4kqoOc9ubMFa82j6b', 'wechat_app'],
  ['WXP://F2F0XO9MXUKHCB52G30UVHA1PXE4KQOOC9UBMFA82J6B', 'wechat_app'],
  ['https://wx.tenpay.com/f2f?t=AQAAAOYzT6vH7QmJ', 'wechat_app'],
  ['https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1', 'wechat_order'],
  ['https://wx.tenpay.com/other', 'web_address'],
  ['weixin://wxpay/bizpayurl?pr=qwertyu', 'wechat_order'],
  ['https://qr.alipay.com/fkx13673gkz2fi4kwuvzjb9?t=1608010938119', 'alipay_app'],
  ['HTTPS://QR.ALIPAY.COM/FKX08154U5F2H5RLLWGX25', 'alipay_app'],
  ['https://qr.alipay.com/bax03431ljhokirwl38f00a7', 'alipay_order'],
  ['https://qr.alipay.com/2m611628fhnturpr4p9bs96', 'alipay_other'],
  ['https://qr.95516.com/48020000/42171909246221001152996469', 'unionpay'],
  ['https://qr.95516.com/00010000/62028489073949969691921655610979', 'unionpay'],
  ['https://pay.lakala.com/q/81234567', 'acquirer'],
  ['https://qr.shouqianba.com/20191212', 'acquirer'],
  ['https://example.com/pay?to=1', 'web_address'],
  // Not the acquirer’s domain, though it reads like it.
  ['https://lakala.com.example.net/q/8', 'web_address'],
  ['https://notlakala.com/q/8', 'web_address'],
  // What stands before the at-sign is no host.
  ['https://qr.alipay.com@example.net/fkx1', 'web_address'],
  ['134567890123456789', 'payer'],
  ['285012345678901234', 'payer'],
  ['6212345678901234567', 'payer'],
  [EMV, 'emv'],
  [unionpayEmv, 'emv'],
  [EMV.replace('BEST', 'REST'), 'emv_damaged'],
  [EMV.replace(/A13A$/, 'A13B'), 'emv_damaged'],
  [EMV.slice(0, -8), 'emv_damaged'],
  ['000201', 'emv_damaged'],
  ['hello', 'unknown'],
  ['javascript:alert(1)', 'unknown'],
  ['', 'unknown'],
];
for (const [content, kind] of SEEN)
  test(`${content.slice(0, 44)} is ${kind}`, () => {
    const found = recognise(content);
    assert.equal(found.kind, kind);
    for (const said of [found.says.en, found.says.zh]) assert.doesNotMatch(said, /[{}]|undefined/);
  });

test('every kind of code is among those', () => {
  assert.deepEqual(
    Object.keys(CODES).filter((k) => !SEEN.some(([, kind]) => kind === k)),
    [],
  );
});

test('an EMV code names its payee in the merchant’s language, and UnionPay’s its merchant number', () => {
  assert.equal(recognise(EMV).payee, '最佳运输');
  assert.deepEqual(
    [recognise(unionpayEmv).payee, recognise(unionpayEmv).merchantNo],
    ['CORNER TEA', '898440158121234'],
  );
  assert.match(recognise(EMV).says.zh, /“最佳运输”/);
});

test('a payee that is called like a place in the sentence stays what it is', () => {
  const odd = sealed(field('00', '01') + field('59', '{host}'));
  assert.match(recognise(odd).says.en, /names “\{host\}” as/);
});

test('fields that are written are read again; one character changed anywhere is seen', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.tuple(fc.integer({ min: 1, max: 62 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })),
        { selector: ([tag]) => tag, minLength: 1, maxLength: 12 },
      ),
      fc.nat(),
      (parts, at) => {
        const fields = parts.map(([tag, value]) => [String(tag).padStart(2, '0'), value] as const);
        const whole = sealed(field('00', '01') + fields.map(([tag, value]) => field(tag, value)).join(''));
        const read = fieldsOf(whole)!;
        for (const [tag, value] of fields) assert.equal(read.get(tag), value);
        assert.equal(recognise(whole).kind, 'emv');
        const place = 6 + (at % (whole.length - 10));
        const other = whole[place] === '7' ? '8' : '7';
        const changed = `${whole.slice(0, place)}${other}${whole.slice(place + 1)}`;
        assert.equal(recognise(changed).kind, 'emv_damaged');
      },
    ),
  );
});
