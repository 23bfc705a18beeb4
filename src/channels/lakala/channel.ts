/** Lakala (拉卡拉), open platform: 聚合扫码 and 收银台. */
import { sha256 } from '../../base/ids.ts';
import type { Text } from '../../base/lang.ts';
import type { Observed } from '../../observations/observation.ts';
import type { Account, Channel, Credential, RawMessage, Verified } from '../channel.ts';
import { strictJson } from '../json.ts';
import { close, query, queryRefund, refund, reverse } from './calls.ts';
import { DESCRIPTION } from './describe.ts';
import { selfTest } from './selftest.ts';
import { CREDENTIALS, settingsShape } from './settings.ts';
import { checkNotification } from './sign.ts';
import { isOf, namesNobody, orderSays, orderShape, partiesShape, tradeSays, tradeShape } from './words.ts';

const NO_BILLS: Text = {
  en: 'Lakala publishes no layout of its reconciliation file: it is delivered by contract, and read as a mapped file',
  zh: '拉卡拉未公开对账文件格式:文件按合同交付,请以自定义映射的文件导入',
};

/** The cashier's notification names an order, that of 聚合扫码 a trade. */
function observe(body: unknown, at: Temporal.Instant): readonly Observed[] {
  const heard = { source: 'notification', at } as const;
  return typeof body === 'object' && body !== null && 'out_order_no' in body
    ? orderSays(orderShape.parse(body), heard)
    : tradeSays(tradeShape.parse(body), heard);
}

function verify(message: RawMessage, account: Account, keys: readonly Credential[], now: Temporal.Instant): Verified {
  const checked = checkNotification(message, keys, now);
  if (!checked.ok) return checked;
  try {
    const body = strictJson(message.body);
    const parties = partiesShape.parse(body);
    // One certificate signs for every merchant of Lakala: a message that names none may be anybody's.
    if (namesNobody(parties)) return { ok: false, reason: 'unreadable', detail: 'it names no merchant' };
    if (!isOf(parties, account))
      return { ok: false, reason: 'wrong_account', detail: 'signed well, about another merchant' };
    const [first] = observe(body, checked.at);
    // A payment's own time, which is the same each time the notification is sent, unlike that of the signature.
    return { ok: true, key: first!.key, bodyHash: sha256(message.body), occurredAt: first!.occurredAt };
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: (error as Error).message.slice(0, 300) };
  }
}

export const lakala: Channel = {
  id: 'lakala',
  defaultBaseUrl: 'https://s2.lakala.com',
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
    bills: NO_BILLS,
    keys: {
      en: 'Lakala hands out its certificates in its console: they are entered by hand',
      zh: '拉卡拉证书在开放平台下载,由人工录入',
    },
    recover: {
      en: 'Lakala lists no notifications: payments and refunds are asked for',
      zh: '拉卡拉没有通知列表:支付和退款逐一查询',
    },
  },
  verify,
  read(message, account) {
    const body = strictJson(message.body);
    if (!isOf(partiesShape.parse(body), account)) throw new Error('about another merchant');
    const timestamp = /timestamp="(\d{1,12})"/.exec(message.headers.authorization ?? '')?.[1];
    if (timestamp === undefined) throw new Error('without a timestamp');
    return observe(body, Temporal.Instant.fromEpochMilliseconds(Number(timestamp) * 1000));
  },
  reply(accepted) {
    return {
      status: accepted ? 200 : 500,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        accepted ? { code: 'SUCCESS', message: '执行成功' } : { code: 'FAIL', message: 'not accepted' },
      ),
    };
  },
  inquire: (ask, account, keys, io) => query(ask, { account, keys, io }),
  close: (ask, account, keys, io) => close(ask, { account, keys, io }),
  reverse: (ask, account, keys, io) => reverse(ask, { account, keys, io }),
  inquireRefund: (ask, account, keys, io) => queryRefund(ask, { account, keys, io }),
  refund: (ask, account, keys, io) => refund(ask, { account, keys, io }),
  bill: async () => ({ outcome: 'refused', code: 'NO_SUCH_BILL', detail: NO_BILLS.en }),
  fetchKeys: async () => [],
  selfTest: (account, keys, io) => selfTest({ account, keys, io }),
};
