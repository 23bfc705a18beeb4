/** Alipay (支付宝), open platform gateway v2: merchants with their own application, in public-key and in certificate mode. */
import { sha256 } from '../../base/ids.ts';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { bill, close, query, queryRefund, refund, reverse } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { checkForm, formOf, textsOf } from './sign.ts';
import { type Notified, notifySaid, notifySays, occurredAt } from './words.ts';

/** What changes each time the same notification is sent. */
const OF_THE_SENDING: ReadonlySet<string> = new Set(['sign', 'sign_type', 'notify_time']);

function open(message: RawMessage): Readonly<{ said: Notified; says: string }> {
  const form = formOf(message.body);
  if (form === undefined) throw new Error('no form');
  const texts = textsOf(form);
  const facts = Object.entries(texts)
    .filter(([name]) => !OF_THE_SENDING.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { said: notifySays.parse(texts), says: JSON.stringify(facts) };
}

const isOf = (it: Notified, account: Account): boolean =>
  it.app_id === account.settings.app_id && it.seller_id === account.merchantNo;

function verify(message: RawMessage, account: Account, keys: readonly Credential[]): Verified {
  const form = formOf(message.body);
  if (form === undefined)
    return { ok: false, reason: 'bad_signature', detail: 'no form, or one that names a value twice' };
  const checked = checkForm(form, keys);
  if (!checked.ok) {
    const detail = checked.reason === 'unknown_key' ? 'the account holds no Alipay public key' : 'not signed by Alipay';
    return { ...checked, detail };
  }
  try {
    const it = open(message);
    if (!isOf(it.said, account))
      return { ok: false, reason: 'wrong_account', detail: 'signed well, about another application or seller' };
    return { ok: true, key: it.said.notify_id, bodyHash: sha256(it.says), occurredAt: occurredAt(it.said) };
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: (error as Error).message.slice(0, 300) };
  }
}

export const alipay: Channel = {
  id: 'alipay',
  defaultBaseUrl: 'https://openapi.alipay.com',
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
    keys: { en: "Alipay's public key is entered by hand", zh: '支付宝公钥由人工录入' },
    recover: {
      en: 'Alipay lists no notifications: payments, refunds and bills are asked for',
      zh: '支付宝没有通知列表:支付、退款和账单逐一查询',
    },
  },
  verify,
  read(message, account) {
    const { said } = open(message);
    if (!isOf(said, account)) throw new Error('about another application or seller');
    return notifySaid(said);
  },
  /** Anything but these seven bytes is a failure to Alipay. */
  reply(accepted) {
    const headers = { 'content-type': 'text/plain' };
    return accepted ? { status: 200, headers, body: 'success' } : { status: 500, headers, body: 'fail' };
  },
  inquire: (ask, account, keys, io) => query(ask, { account, keys, io }),
  close: (ask, account, keys, io) => close(ask, { account, keys, io }),
  reverse: (ask, account, keys, io) => reverse(ask, { account, keys, io }),
  inquireRefund: (ask, account, keys, io) => queryRefund(ask, { account, keys, io }),
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: (ask, account, keys, io) => bill(ask, { account, keys, io }),
  fetchKeys: async () => [],
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
