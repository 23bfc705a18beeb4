/** Tries the account against the live API: keys, mode, rights. Asks about a payment that cannot be there, so nothing changes. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';
import { type Call, jsonOf, type NoAnswer } from '../call.ts';
import type { Check } from '../channel.ts';
import { inquiryCheck } from '../checks.ts';
import { call, keyFor, query } from './calls.ts';

export async function selfTest(on: Call): Promise<readonly Check[]> {
  const probe = `dz${on.io.nonce().slice(0, 24)}`;
  const paymentRef = on.account.settings.payment_ref === 'payment_intent' ? `pi_${probe}` : probe;
  return [
    keyCheck(on),
    secretCheck(on),
    await accountCheck(on),
    inquiryCheck(await query({ paymentRef, channelTrade: undefined, product: undefined }, on)),
    rightCheck('refunds', await call(on, 'GET', '/v1/refunds', { limit: '1' })),
    rightCheck('events', await call(on, 'GET', '/v1/events', { limit: '1' })),
  ];
}

const check = (name: string, ok: boolean, right: Text, wrong: Text): Check => ({
  name,
  ok,
  detail: ok ? right : wrong,
});

function keyCheck(on: Call): Check {
  const key = keyFor(on);
  const says = typeof key === 'string' || !('detail' in key) ? '' : key.detail;
  return check(
    'api_key',
    typeof key === 'string',
    { en: 'a key of the mode of the account', zh: '密钥与账户模式一致' },
    { en: says, zh: '缺失,或与账户模式不一致' },
  );
}

function secretCheck(on: Call): Check {
  const held = on.keys.filter((k) => k.kind === 'webhook_secret');
  return check(
    'webhook_secret',
    held.length > 0 && held.every((k) => /^whsec_\S+$/.test(k.value)),
    { en: `${held.length} held`, zh: `已录入 ${held.length} 个` },
    { en: 'missing, or no signing secret (whsec_…) without blanks', zh: '缺失,或不是不含空白的签名密钥(whsec_…)' },
  );
}

/** Whose key it is. A restricted key may not be allowed to say. */
async function accountCheck(on: Call): Promise<Check> {
  const answer = await call(on, 'GET', '/v1/account', {});
  const expected = on.account.subMerchantNo ?? on.account.merchantNo;
  if ('outcome' in answer)
    return answer.outcome === 'refused' && answer.detail.startsWith('403')
      ? check('account', true, { en: 'a restricted key that may not say whose it is', zh: '受限密钥,无权查询账户' }, NO)
      : check('account', false, NO, saysOf(answer));
  const told = z.object({ id: z.string() }).safeParse(jsonOf(answer.body)).data?.id;
  return check(
    'account',
    told === expected,
    { en: `the key of ${expected}`, zh: `${expected} 的密钥` },
    { en: `the key of ${told ?? 'nobody'}, not of ${expected}`, zh: `密钥属于 ${told ?? '未知'},而非 ${expected}` },
  );
}
const NO: Text = { en: 'no answer', zh: '没有应答' };

const saysOf = (answer: NoAnswer): Text => {
  const says = 'detail' in answer ? answer.detail : answer.outcome;
  return { en: `no usable answer: ${says}`, zh: `没有可用的应答:${says}` };
};

const rightCheck = (name: string, answer: Awaited<ReturnType<typeof call>>): Check =>
  'outcome' in answer
    ? check(name, false, NO, saysOf(answer))
    : check(name, true, { en: 'may be read', zh: '可以读取' }, NO);
