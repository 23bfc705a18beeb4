/**
 * What kind of code this is, by the pattern of its content alone, and no surer than the pattern: a wallet's address does not tell whose it
 * is, and an EMV code's name of the payee is what whoever printed it wrote.
 *
 * May not: ask anybody. Sources: EMV QRCPS merchant-presented mode 1.1 (tags, CRC); wallets' published code forms and codes seen.
 */
import type { Text } from '../base/lang.ts';

export type Recognised = Readonly<{
  kind: CodeKind;
  says: Text;
  /** As the code itself says it. */
  payee?: string | undefined;
  merchantNo?: string | undefined;
}>;

/** `says` takes {host} and {payee}. */
export const CODES = {
  wechat_app: {
    en: 'a WeChat code as the app makes it for a person or a small trader, not one of an acquirer',
    zh: '微信 App 生成的收款码(个人收款码或经营收款码),不是收单机构的收款码',
  },
  wechat_order: {
    en: 'a WeChat Pay code of one order, made for a single payment',
    zh: '微信支付单笔订单的付款二维码',
  },
  alipay_app: {
    en: 'an Alipay code as the app makes it; whose it is, only Alipay tells',
    zh: '支付宝 App 生成的收款码;归谁所有,须用支付宝扫码确认',
  },
  alipay_order: {
    en: 'an Alipay code of one order, made for a single payment',
    zh: '支付宝单笔订单的付款二维码',
  },
  alipay_other: {
    en: 'an Alipay code; what it pays, only Alipay tells',
    zh: '支付宝二维码;具体用途须用支付宝扫码确认',
  },
  unionpay: {
    en: 'a UnionPay code (云闪付); whose it is, only UnionPay tells',
    zh: '银联二维码(云闪付);归谁所有,须用云闪付扫码确认',
  },
  emv: {
    en: 'an EMV code that names “{payee}” as the payee',
    zh: 'EMV 标准收款码,码内写明的收款方是“{payee}”',
  },
  emv_damaged: {
    en: 'an EMV code whose check figure is wrong: damaged or altered',
    zh: 'EMV 标准收款码,但校验位不符:已损坏或被改动',
  },
  acquirer: {
    en: 'a code at {host}, an address of {payee}; which merchant it pays, only a scan tells',
    zh: '{payee}的聚合收款码(网址 {host});付给哪个商户,扫码才能知道',
  },
  web_address: {
    en: 'a web address at {host}; whom it pays, the address does not tell',
    zh: '网址 {host};从网址看不出付给谁',
  },
  payer: {
    en: 'a customer’s payment code: it pays, it does not collect',
    zh: '顾客的付款码:用于付款,不能收款',
  },
  unknown: { en: 'no kind of code that is known here', zh: '无法识别的二维码' },
} as const satisfies Record<string, Text>;
export type CodeKind = keyof typeof CODES;

/** Acquirers and aggregators by their own domains. */
const ACQUIRERS: Readonly<Record<string, Text>> = {
  'lakala.com': { en: 'Lakala', zh: '拉卡拉' },
  'chinaums.com': { en: 'China UMS', zh: '银联商务' },
  'shouqianba.com': { en: 'Shouqianba', zh: '收钱吧' },
  'allinpay.com': { en: 'Allinpay', zh: '通联支付' },
  'fuiou.com': { en: 'Fuiou', zh: '富友支付' },
};

export function recognise(content: string): Recognised {
  if (/^wxp:\/\//i.test(content)) return of('wechat_app');
  if (/^weixin:\/\/wxpay\/bizpayurl/i.test(content)) return of('wechat_order');
  if (/^(1[0-5]\d{16}|(2[5-9]|30)\d{14,22}|62\d{17})$/.test(content)) return of('payer');
  if (/^0002\d\d/.test(content)) return emvOf(content);
  const url = URL.parse(content);
  if (url === null || !/^https?:$/.test(url.protocol)) return of('unknown');
  const host = url.hostname;
  if (host === 'wx.tenpay.com' && /^\/f2f\b/.test(url.pathname)) return of('wechat_app');
  if (host === 'wx.tenpay.com' && url.pathname.endsWith('/checkmweb')) return of('wechat_order');
  if (host === 'qr.alipay.com') {
    const name = url.pathname.slice(1).toLowerCase();
    return of(name.startsWith('bax') ? 'alipay_order' : name.startsWith('fkx') ? 'alipay_app' : 'alipay_other');
  }
  if (host === 'qr.95516.com') return of('unionpay');
  const known = Object.entries(ACQUIRERS).find(([domain]) => host === domain || host.endsWith(`.${domain}`));
  if (known === undefined) return { kind: 'web_address', says: filled(CODES.web_address, { host }) };
  const [, payee] = known;
  return {
    kind: 'acquirer',
    says: {
      en: fillIn(CODES.acquirer.en, { host, payee: payee.en }),
      zh: fillIn(CODES.acquirer.zh, { host, payee: payee.zh }),
    },
  };
}

const of = (kind: CodeKind): Recognised => ({ kind, says: CODES[kind] });

/** What stands in a code may be braces too: every place is filled once. */
const fillIn = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
const filled = (text: Text, values: Readonly<Record<string, string>>): Text => ({
  en: fillIn(text.en, values),
  zh: fillIn(text.zh, values),
});

function emvOf(content: string): Recognised {
  const fields = fieldsOf(content);
  if (fields === undefined || !isWhole(content)) return of('emv_damaged');
  // The merchant's own language where there is one.
  const local = fieldsOf(fields.get('64') ?? '');
  // It is shown to people: nothing of it may move the cursor or turn the line around.
  const payee = (local?.get('01') ?? fields.get('59') ?? '').replace(/\p{C}/gu, '');
  return { kind: 'emv', says: filled(CODES.emv, { payee }), payee, merchantNo: merchantNoOf(fields) };
}

/** Two digits a tag, two a length in characters, the value; undefined where that does not come out even. */
export function fieldsOf(text: string): ReadonlyMap<string, string> | undefined {
  const characters = [...text];
  const fields = new Map<string, string>();
  for (let at = 0; at < characters.length; ) {
    const head = characters.slice(at, at + 4).join('');
    if (!/^\d{4}$/.test(head)) return undefined;
    const length = Number(head.slice(2));
    const value = characters.slice(at + 4, at + 4 + length);
    if (value.length !== length || length === 0 || fields.has(head.slice(0, 2))) return undefined;
    fields.set(head.slice(0, 2), value.join(''));
    at += 4 + length;
  }
  return fields;
}

/** The last field is the check figure over everything before its value. */
function isWhole(content: string): boolean {
  const [, body, figure] = /^(.*6304)([0-9A-Fa-f]{4})$/s.exec(content) ?? [];
  return body !== undefined && crc16(Buffer.from(body)) === Number.parseInt(figure!, 16);
}

/** ISO/IEC 13239: polynomial 1021, begun with FFFF. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}

/** UnionPay's field 15 is acquirer (8), forwarder (8) and merchant (15); other schemes keep a template whose fields are their own. */
function merchantNoOf(fields: ReadonlyMap<string, string>): string | undefined {
  const unionpay = fields.get('15') ?? fields.get('16');
  return unionpay?.length === 31 ? unionpay.slice(16) : undefined;
}
