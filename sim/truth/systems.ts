/**
 * Who is compared: our ladders, channel by channel, and the ladders of other systems as their public code and documents show them
 * (snapshots up to August 2026), encoded as data of the same model.
 */
import type { ChannelId } from '../../src/channels/channel.ts';
import type { Setting } from './world.ts';

/** Our way, over `src/channels/ladders.ts`. */
export type Ours = Readonly<{
  kind: 'ours';
  name: string;
  provider: ChannelId;
  product: string | undefined;
  setting: Setting;
  /** What the channel says before the customer has paid: at a till the payment is in progress from the start. */
  before: 'unpaid' | 'processing';
  bill: true;
}>;

export type Peer = Readonly<{
  kind: 'peer';
  name: string;
  setting: Setting;
  /** Seconds from the order to the first question, from it to the second, … */
  waits: readonly number[];
  /** Or a job over all open rows, each so many seconds (drawn between the two), of rows at least so old. */
  sweep?: Readonly<{ everySeconds: readonly [number, number]; fromAge: number }>;
  /** At the order's end an unpaid one is closed in the own database, and asked about no more. */
  closes: boolean;
  /** Compares the channel's bill the next day. */
  bill: boolean;
  /** Fault 3 where the model cannot say it: it keeps no orders that end, or looks when somebody reads. */
  late?: 'outside' | 'on_read';
}>;

export type System = Ours | Peer;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const ours = (
  name: string,
  provider: ChannelId,
  product: string | undefined,
  setting: Setting = 'page',
  before: Ours['before'] = 'unpaid',
): Ours => ({ kind: 'ours', name, provider, product, setting, before, bill: true });

export const OURS: readonly Ours[] = [
  ours('WeChat Pay JSAPI, Native, App 微信支付', 'wechatpay', 'jsapi'),
  ours('WeChat Pay H5', 'wechatpay', 'h5'),
  ours('WeChat Pay 付款码', 'wechatpay', 'codepay', 'till', 'processing'),
  ours('Alipay 支付宝', 'alipay', undefined),
  ours('Alipay 当面付', 'alipay', 'barcode', 'till', 'processing'),
  ours('Lakala 拉卡拉', 'lakala', undefined),
  ours('Lakala 被扫', 'lakala', 'barcode', 'till', 'processing'),
  ours('UnionPay 云闪付 front 前台', 'unionpay', undefined),
  ours('UnionPay 云闪付 back 后台', 'unionpay', 'back', 'till', 'processing'),
  ours('Stripe', 'stripe', undefined),
  ours('Adyen', 'adyen', undefined),
  ours('PayPal', 'paypal', undefined),
];

const peer = (
  name: string,
  waits: readonly number[],
  more: Partial<Pick<Peer, 'sweep' | 'closes' | 'bill' | 'late'>>,
): Peer => ({ kind: 'peer', name, setting: 'page', waits, closes: false, bill: false, ...more });

export const PEERS: readonly Peer[] = [
  peer('Hyperswitch', [MINUTE, ...Array(5).fill(5 * MINUTE)], { late: 'outside' }),
  peer('Kill Bill, UNKNOWN', [5 * MINUTE, HOUR, ...Array(5).fill(DAY)], { late: 'on_read' }),
  peer('Kill Bill, PENDING', [HOUR, DAY], { late: 'on_read' }),
  peer('Jeepay', [], { sweep: { everySeconds: [MINUTE, MINUTE], fromAge: 10 * MINUTE }, closes: true }),
  peer('roncoo-pay', [2, 3, 5, 10, 20, 30], { bill: true }),
  peer('Formance payments', [], { sweep: { everySeconds: [20 * MINUTE, 30 * MINUTE], fromAge: 0 }, late: 'outside' }),
  peer('typical shop software 一般商城软件', [], { closes: true }),
];
