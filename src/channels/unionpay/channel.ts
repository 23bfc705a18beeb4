/** UnionPay (银联全渠道, 云闪付), version 5.1.0 with certificates: merchants with a merchant number of their own. */
import { sha256 } from '../../base/ids.ts';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { bill, query, queryRefund, refund, reverse } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { check, type Form, formOf } from './sign.ts';
import { type Notified, notificationSays, notifiedOf } from './words.ts';

/** What another certificate of UnionPay's changes when the same notification is sent again. */
const OF_THE_SENDING: ReadonlySet<string> = new Set(['signature', 'signPubKeyCert', 'certId']);

/** The notification's own fields. What stands in the query of the address it goes to comes back among them, unsigned. */
function fieldsOf(message: RawMessage, account: Account): Form | undefined {
  const form = formOf(message.body);
  const address = URL.parse(account.settings.back_url ?? '');
  if (form === undefined || address === null) return form;
  const ours = [...address.searchParams];
  return new Map([...form].filter(([name, value]) => !ours.some(([n, v]) => n === name && v === value)));
}

/** One event at UnionPay: a transaction's number, its time, and what became of it. */
const keyOf = (it: Notified, form: Form): string =>
  [it.txnType, it.orderId, form.get('txnTime'), it.queryId, it.respCode].join(':');

function verify(message: RawMessage, account: Account, keys: readonly Credential[], now: Temporal.Instant): Verified {
  const form = fieldsOf(message, account);
  if (form === undefined)
    return { ok: false, reason: 'bad_signature', detail: 'no form, or one that names a value twice' };
  const checked = check(form, { keys, livemode: account.livemode, now });
  if (!checked.ok) return checked;
  try {
    if (form.get('merId') !== account.merchantNo)
      return { ok: false, reason: 'wrong_account', detail: 'signed well, about another merchant' };
    const it = notifiedOf(form);
    const [first] = notificationSays(it);
    const facts = [...form].filter(([name]) => !OF_THE_SENDING.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
    return { ok: true, key: keyOf(it, form), bodyHash: sha256(JSON.stringify(facts)), occurredAt: first!.occurredAt };
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: (error as Error).message.slice(0, 300) };
  }
}

export const unionpay: Channel = {
  id: 'unionpay',
  defaultBaseUrl: 'https://gateway.95516.com',
  settings: settingsShape,
  credentials: CREDENTIALS,
  description: DESCRIPTION,
  capabilities: {
    notify: true,
    inquire: true,
    close: {
      en: 'UnionPay has no call that closes an unpaid order: it ends by the payTimeout that it was placed with',
      zh: '银联没有关闭未支付订单的接口:订单按下单时的 payTimeout 到期失效',
    },
    reverse: true,
    refund: true,
    inquire_refund: true,
    bills: true,
    keys: {
      en: "UnionPay's certificate comes with each message; the root and middle certificates it must lead to are entered by hand",
      zh: '银联签名证书随报文下发;其根证书与中级证书由人工录入',
    },
    recover: {
      en: 'UnionPay lists no notifications: payments, refunds and files are asked for',
      zh: '银联没有通知列表:支付、退款和对账文件逐一查询',
    },
  },
  verify,
  read(message, account) {
    const form = fieldsOf(message, account);
    if (form === undefined) throw new Error('no form');
    if (form.get('merId') !== account.merchantNo) throw new Error('about another merchant');
    return notificationSays(notifiedOf(form));
  },
  reply: (accepted) => ({
    status: accepted ? 200 : 500,
    headers: { 'content-type': 'text/plain' },
    body: accepted ? 'ok' : 'fail',
  }),
  inquire: (ask, account, keys, io) => query(ask, { account, keys, io }),
  close: async () => ({ outcome: 'refused', code: 'NO_CLOSE', detail: 'UnionPay closes no order' }),
  reverse: (ask, account, keys, io) => reverse(ask, { account, keys, io }),
  inquireRefund: (ask, account, keys, io) => queryRefund(ask, { account, keys, io }),
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: (ask, account, keys, io) => bill(ask, { account, keys, io }),
  fetchKeys: async () => [],
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
