/**
 * What happens on the street: each scene is a customer (or a bad minute of a channel) from beginning to end. The first minutes are
 * written; later the seed draws. Times are the street's own clock.
 */
import type { Text } from '../../src/base/lang.ts';
import type { Random } from '../../src/base/random.ts';
import type { Desk, DeskName } from './desks.ts';
import type { ShopName } from './shops.ts';

/** An order that stands at a till, or none where the payment is the order. */
export type Placed = Readonly<{
  ref: string;
  orderId: string | undefined;
  desk: DeskName;
  minor: number;
  price: string;
}>;

export type Asked = Readonly<{
  shop: ShopName;
  desk?: DeskName;
  /** The customer stands there: the channel is asked every few seconds. */
  attended?: boolean;
  minutes?: number;
  /** What the channel is asked to take, where that is not what the order says. */
  times?: Readonly<{ perCent: number }>;
}>;

/** What the scenes can do. */
export type Street = Readonly<{
  random: Random;
  place(asked: Asked): Promise<Placed>;
  /** One more attempt for the same order, under a number of its own. */
  again(first: Placed): Promise<Placed>;
  pay(placed: Placed, workMs?: number): void;
  cancel(placed: Placed): Promise<void>;
  desk(name: DeskName): Desk;
  turnDeaf(ref: string): void;
  wait(ms: number): Promise<void>;
  /** What Daozhang is expected to say of it in the end; the auditor looks. */
  expects(placed: Placed, verdict: string): void;
  tell(line: Text, weight?: 0 | 1 | 2): void;
  /** Tell when the book has found it. */
  watch(placed: Placed): void;
}>;

type Scene = (on: Street) => Promise<void>;
const SECOND = 1_000;

const paid =
  (asked: Asked): Scene =>
  async (on) => {
    const p = await on.place(asked);
    await on.wait((1 + on.random.below(2)) * SECOND);
    on.pay(p);
    on.expects(p, 'on_its_way');
    on.tell({ en: `  ${p.ref}  ${p.price} paid`, zh: `  ${p.ref}  ${p.price} 已付款` }, 0);
  };

const lost =
  (asked: Asked): Scene =>
  async (on) => {
    const p = await on.place(asked);
    on.desk(p.desk).fault('lost', p.ref);
    await on.wait(SECOND);
    on.pay(p);
    on.watch(p);
    on.expects(p, 'on_its_way');
    on.tell(
      {
        en: `  ${p.ref}  ${p.price} paid; the notification is lost on the way`,
        zh: `  ${p.ref}  ${p.price} 已付款;支付通知在途中丢失`,
      },
      2,
    );
  };

const strange =
  (fault: 'forged' | 'duplicated' | 'first_lost', en: string, zh: string): Scene =>
  async (on) => {
    const p = await on.place({ shop: on.random.pick(['tea', 'store'] as const), desk: 'wechat' });
    on.desk(p.desk).fault(fault, p.ref);
    await on.wait(SECOND);
    on.pay(p);
    on.expects(p, 'on_its_way');
    on.tell({ en: `  ${p.ref}  ${p.price} paid; ${en}`, zh: `  ${p.ref}  ${p.price} 已付款;${zh}` });
  };

const pending: Scene = async (on) => {
  const p = await on.place({ shop: 'tea', desk: 'wechat', attended: true });
  on.pay(p, 25 * SECOND);
  on.watch(p);
  on.expects(p, 'on_its_way');
  on.tell({
    en: `  ${p.ref}  ${p.price}: the customer types a PIN for a while; not paid, not failed`,
    zh: `  ${p.ref}  ${p.price}:顾客正在输入密码,既不算已付,也不算失败`,
  });
};

const wrongPin: Scene = async (on) => {
  const p = await on.place({ shop: 'bakery', attended: true, minutes: 2 });
  await on.wait(2 * SECOND);
  on.desk(p.desk).decline!(p.ref);
  on.expects(p, 'unpaid');
  on.tell({
    en: `  ${p.ref}  ${p.price}: wrong PIN at the POS, nothing was taken`,
    zh: `  ${p.ref}  ${p.price}:POS 上密码错误,没有扣款`,
  });
};

const walksAway: Scene = async (on) => {
  const p = await on.place({ shop: 'store', desk: 'wechat', minutes: 2 });
  on.expects(p, 'unpaid');
  on.tell({
    en: `  ${p.ref}  ${p.price} ordered, and the customer walks away; the order will run out`,
    zh: `  ${p.ref}  ${p.price} 下单后顾客走了;订单将过期`,
  });
};

const edited: Scene = async (on) => {
  const p = await on.place({ shop: 'tea', desk: 'wechat', times: { perCent: 40 } });
  await on.wait(2 * SECOND);
  on.pay(p);
  on.expects(p, 'underpaid');
  on.tell({
    en: `  ${p.ref}  ${p.price} ordered; somebody edited the amount and paid 40 % of it`,
    zh: `  ${p.ref}  应付 ${p.price};有人改了金额,只付了四成`,
  });
};

const tooMuch: Scene = async (on) => {
  const p = await on.place({ shop: 'store', desk: 'alipay', times: { perCent: 200 } });
  await on.wait(2 * SECOND);
  on.pay(p);
  on.expects(p, 'overpaid');
  on.tell({ en: `  ${p.ref}  ${p.price} ordered, twice as much paid`, zh: `  ${p.ref}  应付 ${p.price},付了两倍` });
};

const twice: Scene = async (on) => {
  const first = await on.place({ shop: 'tea', desk: 'wechat' });
  await on.wait(SECOND);
  on.pay(first);
  on.expects(first, 'on_its_way');
  await on.wait(3 * SECOND);
  const second = await on.again(first);
  on.pay(second);
  on.expects(second, 'duplicate');
  on.tell({
    en: `  ${first.ref}  ${first.price}: the page hung, and the customer paid again under ${second.ref}`,
    zh: `  ${first.ref}  ${first.price}:页面卡住,顾客用 ${second.ref} 又付了一次`,
  });
};

const afterClose: Scene = async (on) => {
  const p = await on.place({ shop: 'store', desk: 'wechat' });
  on.desk(p.desk).fault('lost', p.ref);
  await on.wait(4 * SECOND);
  await on.cancel(p);
  await on.wait(6 * SECOND);
  on.pay(p);
  on.expects(p, 'paid_after_close');
  on.tell({
    en: `  ${p.ref}  ${p.price}: the shop gave the order up, then the customer paid`,
    zh: `  ${p.ref}  ${p.price}:门店已关单,随后顾客付了款`,
  });
};

const reversed: Scene = async (on) => {
  const p = await on.place({ shop: 'tea', desk: 'wechat', attended: true });
  on.pay(p);
  // At once: who asks between the two hears of a payment and is told of its end by the bill alone.
  on.desk(p.desk).revoke!(p.ref);
  on.expects(p, 'reversed');
  on.tell({
    en: `  ${p.ref}  ${p.price} paid and taken back by the till at once`,
    zh: `  ${p.ref}  ${p.price} 付款后收银机随即撤销`,
  });
};

const givenBack =
  (asked: Asked, perCent: number, workMs?: number): Scene =>
  async (on) => {
    const p = await on.place(asked);
    await on.wait(SECOND);
    on.pay(p);
    await on.wait(8 * SECOND);
    const part = Math.floor((p.minor * perCent) / 100);
    on.desk(p.desk).giveBack!(p.ref, `${p.ref}-R1`, part, workMs);
    on.expects(p, perCent === 100 ? 'refunded' : 'on_its_way');
    on.tell({
      en: `  ${p.ref}  ${p.price}: ${perCent === 100 ? 'all' : `${perCent} %`} of it given back${workMs === undefined ? '' : ', and the bank takes its time'}`,
      zh: `  ${p.ref}  ${p.price}:${perCent === 100 ? '全额' : `${perCent}%`}退款${workMs === undefined ? '' : ',银行处理中'}`,
    });
  };

const disputed: Scene = async (on) => {
  const p = await on.place({ shop: 'pottery' });
  await on.wait(SECOND);
  on.pay(p);
  await on.wait(12 * SECOND);
  await on.desk(p.desk).dispute!(p.ref);
  on.expects(p, 'charged_back');
  on.tell({
    en: `  ${p.ref}  ${p.price}: the card’s owner disputes it, the bank takes the money back`,
    zh: `  ${p.ref}  ${p.price}:持卡人拒付,银行把钱收回`,
  });
};

const deaf: Scene = async (on) => {
  const p = await on.place({ shop: 'bakery', attended: true });
  on.desk(p.desk).fault('lost', p.ref);
  on.turnDeaf(p.ref);
  await on.wait(SECOND);
  on.pay(p);
  on.watch(p);
  on.expects(p, 'on_its_way');
  on.tell({
    en: `  ${p.ref}  ${p.price} paid; the notification is lost, and the shop’s own system is down`,
    zh: `  ${p.ref}  ${p.price} 已付款;通知丢失,门店自己的系统也没有应答`,
  });
};

/** Alipay answers nobody for a minute, and tells nobody either. */
const outage: Scene = async (on) => {
  const desk = on.desk('alipay');
  desk.fail(1_000);
  on.tell(
    {
      en: '! Alipay answers no questions for a minute, and its notifications are lost: nothing is said of money meanwhile',
      zh: '! 支付宝一分钟内不应答查询,通知也丢失:这期间对款项不下结论',
    },
    2,
  );
  for (let i = 0; i < 4; i += 1) {
    const p = await on.place({ shop: 'store', desk: 'alipay', attended: true });
    desk.fault('lost', p.ref);
    await on.wait(3 * SECOND);
    on.pay(p);
    on.watch(p);
    on.expects(p, 'on_its_way');
    await on.wait(9 * SECOND);
  }
  await on.wait(12 * SECOND);
  desk.heal();
  on.tell({ en: '  Alipay answers again', zh: '  支付宝恢复应答' }, 2);
};

const refundPart = givenBack({ shop: 'tea', desk: 'alipay' }, 50);
const refundAll = givenBack({ shop: 'store', desk: 'wechat' }, 100);
const refundSlow = givenBack({ shop: 'pottery' }, 40, 600 * SECOND);

const noodles = paid({ shop: 'noodles' });
const tea = paid({ shop: 'tea' });
const store = paid({ shop: 'store' });
const pottery = paid({ shop: 'pottery' });
const bakery = paid({ shop: 'bakery', attended: true });
const forged = strange(
  'forged',
  'a forged notification knocked first, and was refused',
  '一条伪造的通知抢先到达,已被拒收',
);
const again = strange('duplicated', 'its notification comes three times', '同一条通知到了三次');
const firstLost = strange('first_lost', 'its notification comes late', '通知晚到');

/** Seconds after the opening, and what happens then. */
export const OPENING: ReadonlyArray<readonly [second: number, scene: Scene]> = [
  [0, pottery],
  [0, tea],
  [1, lost({ shop: 'store', desk: 'alipay', attended: true })],
  [2, wrongPin],
  [3, noodles],
  [4, pending],
  [6, reversed],
  [8, edited],
  [11, store],
  [13, deaf],
  [16, twice],
  [19, walksAway],
  [22, disputed],
  [26, refundPart],
  [30, refundAll],
  [33, bakery],
  [36, afterClose],
  [40, forged],
  [43, refundSlow],
  [47, tooMuch],
  [50, lost({ shop: 'tea', desk: 'wechat' })],
  [55, noodles],
  [58, again],
  [61, outage],
  [64, tea],
  [67, noodles],
  [70, lost({ shop: 'bakery', attended: true })],
  [74, store],
  [78, firstLost],
  [82, bakery],
  [86, noodles],
];
export const OPENING_SECONDS = 90;

/** Later, out of a thousand customers. */
const ORDINARY: ReadonlyArray<readonly [perMille: number, scene: Scene]> = [
  [260, noodles],
  [250, tea],
  [210, paid({ shop: 'store', desk: 'wechat' })],
  [90, bakery],
  [40, pottery],
  [40, lost({ shop: 'tea', desk: 'alipay', attended: true })],
  [40, walksAway],
  [15, wrongPin],
  [12, pending],
  [10, refundPart],
  [8, refundAll],
  [6, twice],
  [6, edited],
  [5, afterClose],
  [5, forged],
  [3, reversed],
];

export function nextScene(random: Random): Scene {
  let left = random.below(1_000);
  for (const [perMille, scene] of ORDINARY) {
    if (left < perMille) return scene;
    left -= perMille;
  }
  return tea;
}
