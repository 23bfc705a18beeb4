/** Stripe: PaymentIntents, refunds and the list of events, for one account or a connected one. */
import type { Text } from '../../base/lang.ts';
import { refused } from '../call.ts';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { close, query, queryRefund, refund } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { eventOf, factsOf, isOf } from './event.ts';
import { payoutMembers, queryPayout } from './payouts.ts';
import { recover } from './recover.ts';
import { bill } from './reports.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { checkSignature } from './sign.ts';
import { billSays, type Event, eventSaid, payoutSaid } from './words.ts';

const NO_REVERSE: Text = {
  en: 'Stripe has no call that takes back an uncertain payment: an open one is cancelled, a paid one refunded',
  zh: 'Stripe 没有撤销不确定支付的接口:未完成的可取消,已付的可退款',
};

function verify(message: RawMessage, account: Account, keys: readonly Credential[], now: Temporal.Instant): Verified {
  const checked = checkSignature(message, keys, now);
  if (!checked.ok) return checked;
  try {
    const event = eventOf(message.body);
    if (!isOf(event, account))
      return {
        ok: false,
        reason: 'wrong_account',
        detail: 'signed well, of the other mode or another connected account',
      };
    return { ok: true, key: event.id, bodyHash: factsOf(event, account), occurredAt: event.created };
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: (error as Error).message.slice(0, 300) };
  }
}

function ownEvent(message: RawMessage, account: Account): Event {
  const event = eventOf(message.body);
  if (!isOf(event, account)) throw new Error('of the other mode or another connected account');
  return event;
}

export const stripe: Channel = {
  id: 'stripe',
  defaultBaseUrl: 'https://api.stripe.com',
  settings: settingsShape,
  credentials: CREDENTIALS,
  description: DESCRIPTION,
  byTrade: true,
  capabilities: {
    notify: true,
    inquire: true,
    close: true,
    reverse: NO_REVERSE,
    refund: true,
    inquire_refund: true,
    bills: true,
    keys: {
      en: "an endpoint's secret is shown in Stripe's dashboard: it is entered by hand",
      zh: '端点密钥在 Stripe 控制台查看,由人工录入',
    },
    recover: true,
  },
  verify,
  read: (message, account) => eventSaid(ownEvent(message, account), account),
  payouts: {
    read: (message, account) => payoutSaid(ownEvent(message, account)),
    inquire: (payoutRef, account, keys, io) => queryPayout(payoutRef, { account, keys, io }),
    members: (ask, account, keys, io) => payoutMembers(ask, { account, keys, io }),
  },
  reply: (accepted) => ({
    status: accepted ? 200 : 400,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ received: accepted }),
  }),
  inquire: (ask, account, keys, io) => query(ask, { account, keys, io }),
  close: (ask, account, keys, io) => close(ask, { account, keys, io }),
  reverse: async () => refused('NO_SUCH_CALL', NO_REVERSE.en),
  inquireRefund: (ask, account, keys, io) => queryRefund(ask, { account, keys, io }),
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: (ask, account, keys, io) => bill(ask, { account, keys, io }),
  billSays,
  recover: (since, account, keys, io) => recover(since, { account, keys, io }),
  fetchKeys: async () => [],
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
