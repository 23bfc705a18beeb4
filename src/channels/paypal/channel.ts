/** PayPal: Orders v2 and Payments v2, by an application of the merchant's own. */
import { sha256 } from '../../base/ids.ts';
import { refused } from '../call.ts';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { strictJson } from '../json.ts';
import { certificate, query, queryRefund, refund } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { check } from './sign.ts';
import { eventSays, eventShape, OfAnother } from './words.ts';

const NO_CLOSE = {
  en: 'PayPal has no call that closes a checkout order: without a capture of your own nobody can pay it, and it lapses',
  zh: 'PayPal 没有关闭结账订单的接口:您不发起扣款(capture)就不会付款,订单会自行失效',
};
const NO_REVERSE = {
  en: 'a PayPal capture is given back by a refund; only an authorisation can be voided, and that is no money',
  zh: 'PayPal 的扣款以退款退回;只有预授权可以撤销,而预授权不是收款',
};
const NO_BILLS = {
  en: 'PayPal lays its settlement and transaction files on an SFTP server: they are read when they are dropped in',
  zh: 'PayPal 的结算与交易报表在 SFTP 服务器上:把文件放入即可读取',
};

function verify(message: RawMessage, account: Account, keys: readonly Credential[], now: Temporal.Instant): Verified {
  const checked = check(message, account, keys, now);
  if (!checked.ok) return checked;
  try {
    const event = eventShape.parse(strictJson(message.body));
    eventSays(event, account);
    return { ok: true, key: event.id, bodyHash: sha256(message.body), occurredAt: event.create_time };
  } catch (error) {
    const reason = error instanceof OfAnother ? 'wrong_account' : 'unreadable';
    return { ok: false, reason, detail: (error as Error).message.slice(0, 300) };
  }
}

export const paypal: Channel = {
  id: 'paypal',
  defaultBaseUrl: 'https://api-m.paypal.com',
  settings: settingsShape,
  credentials: CREDENTIALS,
  description: DESCRIPTION,
  capabilities: {
    notify: true,
    inquire: true,
    close: NO_CLOSE,
    reverse: NO_REVERSE,
    refund: true,
    inquire_refund: true,
    bills: NO_BILLS,
    keys: true,
    recover: {
      en: 'PayPal’s list of events is not read: payments are asked for, and PayPal brings an event for three days',
      zh: '不读取 PayPal 的事件列表:付款逐一查询,且通知会重发三天',
    },
  },
  // Its signature binds a body by its CRC-32 only, to which another body can be fitted.
  onlyHints: true,
  verify,
  read: (message, account) => eventSays(eventShape.parse(strictJson(message.body)), account),
  /** Any 2xx will do; anything else brings it again. */
  reply: (accepted) => ({ status: accepted ? 200 : 500, headers: {}, body: '' }),
  inquire: (ask, account, keys, io) => query(ask, { account, keys, io }),
  close: async () => refused('NO_CLOSE', NO_CLOSE.en),
  reverse: async () => refused('NO_REVERSE', NO_REVERSE.en),
  inquireRefund: (ask, account, keys, io) => queryRefund(ask, { account, keys, io }),
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: async () => refused('NO_BILLS', NO_BILLS.en),
  fetchKeys: (account, keys, io, named) => certificate(named, { account, keys, io }),
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
