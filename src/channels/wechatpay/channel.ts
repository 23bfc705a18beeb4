/** WeChat Pay (微信支付), API v3: direct merchants and service providers, platform certificates and public keys. */
import { z } from 'zod';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { strictJson } from '../json.ts';
import { bill, certificates, close, query, queryRefund, refund, reverse } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { check, unseal } from './sign.ts';
import { isOf, opened, refundSays, refundShape, transactionSays, transactionShape } from './words.ts';

const envelope = z.object({
  id: z.string().min(1).max(64),
  create_time: z.string(),
  event_type: z.string(),
  resource: z.object({
    original_type: z.string(),
    algorithm: z.string(),
    ciphertext: z.string(),
    associated_data: z.string().default(''),
    nonce: z.string(),
  }),
});

type Opened = Readonly<{ id: string; at: Temporal.Instant; event: string; type: string; hash: string; says: unknown }>;
/** What was opened to be verified is read from the same bytes a moment later. */
const openedBefore = new WeakMap<Uint8Array, Readonly<{ key: string; it: Opened }>>();

function open(message: RawMessage, keys: readonly Credential[]): Opened {
  const key = keys.find((k) => k.kind === 'apiv3_key');
  const before = openedBefore.get(message.body);
  if (before !== undefined && before.key === key?.value) return before.it;
  if (key === undefined) throw new Error('the account has no APIv3 key');
  const outer = envelope.parse(strictJson(message.body));
  const text = unseal(outer.resource, key.value);
  const it = {
    id: outer.id,
    at: Temporal.Instant.from(outer.create_time),
    event: outer.event_type,
    type: outer.resource.original_type,
    hash: opened(text),
    says: strictJson(text),
  };
  openedBefore.set(message.body, { key: key.value, it });
  return it;
}

const merchant = z.object({
  mchid: z.string().optional(),
  sp_mchid: z.string().optional(),
  sub_mchid: z.string().optional(),
});

function verify(message: RawMessage, account: Account, keys: readonly Credential[], now: Temporal.Instant): Verified {
  const checked = check(message, keys, now);
  if (!checked.ok) return checked;
  try {
    const it = open(message, keys);
    if (!isOf(merchant.parse(it.says), account))
      return { ok: false, reason: 'wrong_account', detail: 'signed well, about another merchant' };
    return { ok: true, key: it.id, bodyHash: it.hash, occurredAt: it.at };
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: (error as Error).message.slice(0, 300) };
  }
}

export const wechatpay: Channel = {
  id: 'wechatpay',
  defaultBaseUrl: 'https://api.mch.weixin.qq.com',
  settings: settingsShape,
  credentials: CREDENTIALS,
  description: DESCRIPTION,
  capabilities: {
    notify: true,
    inquire: true,
    close: true,
    reverse: true,
    refund: true,
    inquire_refund: true,
    bills: true,
    keys: true,
    recover: {
      en: 'WeChat Pay lists no notifications: payments, refunds and bills are asked for',
      zh: '微信支付没有通知列表:支付、退款和账单逐一查询',
    },
  },
  verify,
  read(message, account, keys) {
    const it = open(message, keys);
    const heard = { source: 'notification', key: it.id, at: it.at } as const;
    if (it.type === 'transaction') {
      const t = transactionShape.parse(it.says);
      if (!isOf(t, account)) throw new Error('about another merchant');
      return transactionSays(t, heard);
    }
    if (it.type === 'refund') {
      const r = refundShape.parse(it.says);
      if (!isOf(r, account)) throw new Error('about another merchant');
      return refundSays(r, heard);
    }
    throw new Error(`an event of unknown type: ${it.event} (${it.type})`);
  },
  reply(accepted) {
    if (accepted) return { status: 204, headers: {}, body: '' };
    return {
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'FAIL', message: 'not accepted' }),
    };
  },
  inquire: (ask, account, keys, io) => query(ask, { account, keys, io }),
  close: (ask, account, keys, io) => close(ask, { account, keys, io }),
  reverse: (ask, account, keys, io) => reverse(ask, { account, keys, io }),
  inquireRefund: (ask, account, keys, io) => queryRefund(ask.refundRef, { account, keys, io }),
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: (ask, account, keys, io) => bill(ask, { account, keys, io }),
  fetchKeys: (account, keys, io) => certificates({ account, keys, io }),
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
