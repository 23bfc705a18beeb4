/** Adyen, classic payments by the Checkout API: webhooks and the daily report tell, nothing can be asked. */
import { sha256 } from '../../base/ids.ts';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { PROVIDERS } from '../ladders.ts';
import { bill, refund, reverse } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { checkMessage, type Envelope, envelopeOf } from './sign.ts';
import { eventKey, factsOf, itemSays, occurredAt, recordSays } from './words.ts';

const NOTHING_TO_ASK = PROVIDERS.adyen.never!;
const NO_ANSWER = { outcome: 'refused', code: 'NO_SUCH_CALL', detail: NOTHING_TO_ASK.en } as const;

/** `live` is not signed: it can only make a message refused. */
const isOf = ({ live, items }: Envelope, account: Account): boolean =>
  live === account.livemode && items.every((it) => it.merchantAccountCode === account.merchantNo);

/**
 * Adyen sends in order and waits behind a message that is refused. So what is genuine and about this account is taken, whatever it says:
 * what cannot be read of it becomes a case for a person, and the queue moves on.
 */
function verify(message: RawMessage, account: Account, keys: readonly Credential[]): Verified {
  const checked = checkMessage(message, keys);
  if (!checked.ok) return checked;
  const { envelope } = checked;
  if (!isOf(envelope, account))
    return { ok: false, reason: 'wrong_account', detail: 'signed well, about another merchant account or environment' };
  try {
    const [first, ...more] = envelope.items;
    return {
      ok: true,
      key: more.length === 0 ? eventKey(first!) : `several:${sha256(envelope.items.map(eventKey).join(' '))}`,
      bodyHash: sha256(factsOf(envelope.items)),
      occurredAt: occurredAt(first!),
    };
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: (error as Error).message.slice(0, 300) };
  }
}

export const adyen: Channel = {
  id: 'adyen',
  defaultBaseUrl: 'https://checkout-test.adyen.com/v72',
  settings: settingsShape,
  credentials: CREDENTIALS,
  description: DESCRIPTION,
  capabilities: {
    notify: true,
    inquire: NOTHING_TO_ASK,
    close: {
      en: 'Adyen has no call that closes an unpaid classic payment: what was begun runs out by itself',
      zh: 'Adyen 经典支付没有关单接口:未完成的支付自行过期',
    },
    reverse: true,
    refund: true,
    inquire_refund: {
      en: 'Adyen has no call that returns the state of a refund: webhook and report tell',
      zh: 'Adyen 没有退款状态查询接口:以通知和报表为准',
    },
    bills: true,
    keys: {
      en: 'the HMAC key is made in the Customer Area and entered by hand',
      zh: 'HMAC 密钥在 Customer Area 生成,由人工录入',
    },
    recover: {
      en: 'Adyen lists no webhooks: what was lost stands in the report of the day',
      zh: 'Adyen 没有通知列表:遗漏的以当日报表为准',
    },
  },
  verify,
  read(message, account) {
    const envelope = envelopeOf(message.body);
    if (!isOf(envelope, account)) throw new Error('about another merchant account or environment');
    return envelope.items.flatMap((it) => itemSays(it, account));
  },
  /** Any 2xx is yes; older endpoints are held to the body too. */
  reply(accepted) {
    const headers = { 'content-type': 'text/plain' };
    return accepted ? { status: 202, headers, body: '[accepted]' } : { status: 500, headers, body: 'not accepted' };
  },
  inquire: async () => NO_ANSWER,
  close: async () => NO_ANSWER,
  reverse: (ask, account, keys, io) => reverse(ask, { account, keys, io }),
  inquireRefund: async () => NO_ANSWER,
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: (ask, account, keys, io) => bill(ask, { account, keys, io }),
  billSays: recordSays,
  fetchKeys: async () => [],
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
