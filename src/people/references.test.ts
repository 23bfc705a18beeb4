/** The numbers in what customers show: layouts of the apps in both languages, and laws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHINA } from '../base/time.ts';
import { detailsIn, withoutCards } from './details.ts';
import { type Hit, type Origin, referencesIn } from './references.ts';

const WECHAT = '4200001234202611201234567890';
const ALIPAY = '2026112022001412341234567890';
const brief = (h: Hit): string =>
  `${h.value} ${h.shape ?? '-'} ${h.guesses[0]}${h.impossible ? ' impossible' : ''}${h.on === undefined ? '' : ` ${h.on}`}`;

/** What was shown → what is read in it, in its order. */
const TABLE: ReadonlyArray<readonly [name: string, text: string, hits: readonly string[], origin?: Origin]> = [
  [
    'WeChat, zh',
    `茶饮店\n-25.00\n当前状态\t支付成功\n支付时间\t2026年11月20日 12:01:22\n商户全称\t深圳市茶饮有限公司\n支付方式\t零钱\n交易单号\t${WECHAT}\n商户单号\tL000001`,
    [`${WECHAT} wechat channel_trade 2026-11-20`, 'L000001 - order'],
  ],
  [
    'WeChat, en',
    `Tea\n-25.00\nStatus Paid\nPayment time 2026-11-20 12:01:22\nTransaction ID\n${WECHAT}\nMerchant order No.\nL-2026_0001`,
    [`${WECHAT} wechat channel_trade 2026-11-20`, 'L-2026_0001 - order'],
  ],
  [
    'Alipay, zh: its order number is the trade number',
    `蓝天咖啡\n-25.00\n交易成功\n创建时间 2026-11-20 12:01:22\n订单号 ${ALIPAY}\n商家订单号 A20261120001`,
    [`${ALIPAY} alipay channel_trade 2026-11-20`, 'A20261120001 - order'],
  ],
  [
    'Alipay, en',
    `Order No.: ${ALIPAY}\nMerchant Order No.: A20261120001\nAmount: ¥25.00`,
    [`${ALIPAY} alipay channel_trade 2026-11-20`, 'A20261120001 - order'],
  ],
  [
    'UnionPay',
    '云闪付\n查询流水号:541120120122123456789\n商户订单号:U20261120',
    ['541120120122123456789 unionpay query_id', 'U20261120 - order'],
  ],
  [
    'Lakala slip',
    '凭证号:66211234567890\n参考号:123456789012\n金额:25.00',
    ['66211234567890 lakala_log log_no', '123456789012 rrn rrn'],
  ],
  ['Lakala trade', '交易流水号 2026112066211234567890', ['2026112066211234567890 lakala_trade channel_trade']],
  [
    'Stripe',
    'Your payment pi_3QabcDEF12345678 was received. Receipt ch_3QabcDEF12345678',
    ['pi_3QabcDEF12345678 stripe payment', 'ch_3QabcDEF12345678 stripe payment'],
  ],
  ['Adyen', 'PSP reference: NC6HT9CRT65ZGN82', ['NC6HT9CRT65ZGN82 adyen channel_trade']],
  ['PayPal', 'Transaction ID: 8XY12345AB678901C\nYou paid $25.00 USD', ['8XY12345AB678901C paypal channel_trade']],
  ['a refund, zh', '退款单号 50300001232026112012345678901\n商户单号 L1', ['50300001232026112012345678901 - refund']],
  [
    'full-width digits',
    '交易单号:４２００００１２３４２０２６１１２０１２３４５６７８９０',
    [`${WECHAT} wechat channel_trade 2026-11-20`],
  ],
  ['blanks inside', '4200 0012 3420 2611 2012 3456 7890', [`${WECHAT} wechat channel_trade 2026-11-20`]],
  [
    'a line break inside',
    `交易单号 42000012342026\n11201234567890\n商户单号 L000001`,
    [`${WECHAT} wechat channel_trade 2026-11-20`, 'L000001 - order'],
  ],
  ['no label at all', `look ${WECHAT} please`, [`${WECHAT} wechat channel_trade 2026-11-20`]],
  [
    'a day that cannot be',
    '交易单号 4200001234202613401234567890',
    ['4200001234202613401234567890 wechat channel_trade impossible'],
  ],
  ['before there was such a channel', '1999112022001412341234567890 20021120220014123412345678', []],
  ['masked', '商户单号 L000****01', []],
  ['a phone number and a price are none', '电话 13800138000 价格 25.00 2026-11-20 12:01:22', []],
  ['typed alone', ' 13800138000 ', ['13800138000 - order'], 'typed'],
  ['typed with blanks', '4200 0012 3420 2611 2012 3456 7890', [`${WECHAT} wechat channel_trade 2026-11-20`], 'typed'],
  ['a barcode is the merchant order number', 'L000001', ['L000001 - order'], 'barcode'],
  ['a code with an address', 'https://pay.example.com/o/L20261120001?amount=25', ['L20261120001 - order'], 'barcode'],
];
for (const [name, text, hits, origin] of TABLE)
  test(`references: ${name}`, () => {
    assert.deepEqual(referencesIn(text, origin ?? 'text').map(brief), hits);
  });

const digits = (n: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^\\d{${n}}$`));
const day = fc
  .date({ min: new Date('2014-01-01'), max: new Date('2030-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10).replaceAll('-', ''));
const wechatId = fc.tuple(digits(8), day, digits(10)).map(([a, d, b]) => `42${a}${d}${b}`);
const alipayId = fc.tuple(day, digits(20)).map(([d, b]) => `${d}${b}`);
const separators = fc.constantFrom('', '', '', ' ', '\u3000', '\n');
const wide = (text: string): string => text.replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0));

test('law: a number is found through blanks, breaks and full-width digits, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.oneof(wechatId, alipayId),
      fc.array(separators, { minLength: 28, maxLength: 28 }),
      fc.boolean(),
      fc.constantFrom('', '茶饮店\n', 'Paid on Friday: '),
      (id, between, isWide, before) => {
        // At most every third place is cut, as screens do.
        const cut = [...id].map((d, i) => `${d}${i % 3 === 2 && i < 27 ? between[i]! : ''}`).join('');
        const found = referencesIn(`${before}${isWide ? wide(cut) : cut}\n谢谢`, 'text');
        assert.ok(
          found.some((h) => h.value === id),
          `${JSON.stringify(cut)}: ${JSON.stringify(found)}`,
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('law: prose, prices, dates and phone numbers hold no number of a payment', () => {
  const word = fc.oneof(
    fc.stringMatching(/^[a-z]{1,12}$/),
    fc.stringMatching(/^\d{1,5}\.\d{2}$/),
    fc.stringMatching(/^1[3-9]\d{9}$/),
    fc.stringMatching(/^\d{1,4}$/),
    fc.constantFrom('谢谢', '付了', '2026-11-20', '12:01', '奶茶', '元'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      assert.deepEqual(referencesIn(words.join(' , '), 'text'), []);
    }),
    { numRuns: 500 },
  );
});

test('law: any text is read to its end, fast, and each hit stands where it says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
      for (const hit of referencesIn(text, 'text'))
        assert.ok(hit.at >= 0 && hit.at < text.length && hit.guesses.length > 0);
    }),
  );
  const start = performance.now();
  referencesIn('1 '.repeat(20_000), 'text');
  referencesIn(`订单号${' '.repeat(20_000)}`, 'text');
  detailsIn('9'.repeat(20_000), CHINA, 'CNY');
  detailsIn('付款金额 '.repeat(4_000), CHINA, 'CNY');
  withoutCards('4'.repeat(20_000), new Set());
  assert.ok(performance.now() - start < 2_000);
});

// ---------------------------------------------------------------- amounts, times, payees

const DETAILS: ReadonlyArray<readonly [name: string, text: string, says: string]> = [
  [
    'WeChat, zh',
    '茶饮店\n-25.00\n支付时间\t2026年11月20日 12:01:22\n商户全称\t深圳市茶饮有限公司\n支付方式 零钱\n微信支付',
    '25.00 CNY | 2026-11-20T04:01:22Z | 深圳市茶饮有限公司 | wechat',
  ],
  [
    'Alipay, zh',
    '付款金额 ¥1,234.50\n收款方:蓝天咖啡\n创建时间 2026-11-20 12:01\n支付宝',
    '1234.50 CNY | 2026-11-20T04:01:00Z | 蓝天咖啡 | alipay',
  ],
  ['元', '实付款 25元', '25.00 CNY | | | '],
  [
    'PayPal, en',
    'You paid $25.00 USD\nPaid to: Tea Ltd\nNov 20, 2026 12:01:22 PM\nPayPal',
    '25.00 USD | 2026-11-20T04:01:22Z | Tea Ltd | paypal',
  ],
  ['day first', 'Amount: EUR 25.00\n20 Nov 2026, 12:01', '25.00 EUR | 2026-11-20T04:01:00Z | | '],
  ['afternoon', '2026年11月20日 下午3:05', '| 2026-11-20T07:05:00Z | | '],
  ['full width', '付款金额:￥２５．００', '25.00 CNY | | | '],
  ['no such moment', '2026-13-40 25:61 -0.00', '| | | '],
];
for (const [name, text, says] of DETAILS)
  test(`details: ${name}`, () => {
    const d = detailsIn(text, CHINA, 'CNY');
    const amounts = d.amounts.map((m) => `${m.minor / 100n}.${String(m.minor % 100n).padStart(2, '0')} ${m.currency}`);
    const line = [amounts.join(' '), d.times.join(' '), d.payee ?? '', d.app ?? ''].map((s) => s.trim());
    assert.equal(line.join(' | ').replace(/ +/g, ' ').trim(), says.replace(/ +/g, ' ').trim());
  });

test('a transfer to a person is told apart from a purchase', () => {
  assert.equal(detailsIn('扫二维码付款-给老王\n-25.00', CHINA, 'CNY').personal, true);
  assert.equal(detailsIn('商户消费\n-25.00', CHINA, 'CNY').personal, false);
});

test('I12: a whole card number is not kept, a reference is', () => {
  assert.equal(withoutCards('card 4111 1111 1111 1111 ok', new Set()), 'card ************1111 ok');
  assert.equal(withoutCards('4111111111111111', new Set(['4111111111111111'])), '4111111111111111');
});
