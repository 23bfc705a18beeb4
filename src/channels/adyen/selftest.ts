/** Tries the account against the live API: keys, environment, rights, reports. Asks only for what changes nothing. */
import type { Text } from '../../base/lang.ts';
import type { Call } from '../call.ts';
import type { Answer, BillAnswer, Check } from '../channel.ts';
import { ACCOUNTING, bill, methods } from './calls.ts';
import { hmacKeyOf } from './sign.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const held = on.keys.filter((k) => k.kind === 'hmac_key');
  const readable = held.length > 0 && held.every((k) => hmacKeyOf(k) !== undefined);
  const isTest = new URL(on.account.baseUrl).hostname.includes('-test.');
  // Yesterday's may still be in the making.
  const day = on.io.now().toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 2 });
  const api = await methods(on);
  const report = await bill({ kind: ACCOUNTING, on: day }, on);
  return [
    check(
      'hmac_key',
      readable,
      { en: 'a key in hex', zh: '十六进制密钥' },
      { en: 'missing, or no hex', zh: '缺失或不是十六进制' },
    ),
    check(
      'environment',
      !(on.account.livemode && isTest),
      { en: 'base_url fits the mode', zh: 'base_url 与模式一致' },
      {
        en: 'a live account needs the live base_url with its prefix (Customer Area → Developers → API URLs)',
        zh: '正式账户需填写带前缀的正式环境 base_url(Customer Area → Developers → API URLs)',
      },
    ),
    check(
      'api',
      api.outcome === 'answered',
      { en: 'key and merchant account fit', zh: '密钥与商户账户一致' },
      why(api),
    ),
    check(
      'reports',
      report.outcome === 'fetched' || report.outcome === 'not_ready',
      report.outcome === 'fetched'
        ? { en: 'the payment accounting report was downloaded', zh: '已下载支付记账报表' }
        : {
            en: 'let in, but the day has no report: is its automatic generation on?',
            zh: '可访问,但该日没有报表:是否已开启自动生成?',
          },
      why(report),
    ),
  ];
}

const check = (name: string, ok: boolean, yes: Text, no: Text): Check => ({ name, ok, detail: ok ? yes : no });

function why(answer: Answer | BillAnswer): Text {
  const says =
    'code' in answer ? `${answer.code}: ${answer.detail}` : 'detail' in answer ? answer.detail : answer.outcome;
  return { en: `no usable answer: ${says}`, zh: `没有可用的应答:${says}` };
}
