/**
 * The chain whose day is simulated: two tea shops and a convenience store by a railway station, with the merchant numbers
 * they are paid through. Everything here is made up; no number belongs to anybody.
 */

/** One place that takes payments of one kind. */
export type Till = Readonly<{
  channel: 'wechatpay' | 'alipay' | 'lakala' | 'unionpay';
  /** Merchant number at the channel. */
  account: string;
  store: string;
  /** Counter, or the number of a stand-alone card terminal. */
  terminal: string;
  /** The terminal and the order book do not know each other: the channel learns no order number, the book no channel number. */
  standAlone?: boolean;
  /** The book keeps the channel's number beside the order. */
  keepsNumbers?: boolean;
  /** Agreed rate in parts per million. */
  feePpm: number;
  method: string;
  menu: Menu;
  /** Relative traffic by hour of the day, 0 to 23. */
  hours: readonly number[];
}>;

export type Menu = 'tea' | 'convenience';

export const OWNER = '上海青禾餐饮管理有限公司';
export const STORE_NAMES: ReadonlyMap<string, string> = new Map([
  ['01', '青禾茶铺淮海路店'],
  ['02', '青禾茶铺静安寺店'],
  ['03', '青禾便利虹桥站店'],
]);

export const WECHAT = { '01': '1900000101', '02': '1900000102', '03': '1900000103' } as const;
export const ALIPAY = { tea: '2088001234567801', convenience: '2088001234567802' } as const;
export const LAKALA = { '02': '822290059430AB2', '03': '822290059430AB3' } as const;
export const UNIONPAY = '898330158120317';

const TEA_HOURS = [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 9, 16, 14, 8, 10, 11, 8, 9, 8, 6, 3, 0, 0];
const STATION_HOURS = [1, 1, 1, 1, 1, 3, 8, 14, 12, 7, 6, 8, 14, 10, 6, 6, 7, 11, 13, 10, 7, 5, 3, 2];
/** Phone payments by UnionPay stop with the tea shops: its day closes at 23:00. */
const UNIONPAY_HOURS = TEA_HOURS;

const tea = { menu: 'tea', hours: TEA_HOURS } as const;
const station = { menu: 'convenience', hours: STATION_HOURS } as const;
const wechat = { channel: 'wechatpay', feePpm: 6000, method: 'MICROPAY' } as const;
const alipay = { channel: 'alipay', feePpm: 6000, method: '' } as const;
const lakala = { channel: 'lakala', feePpm: 5000, method: 'BANKCARD', standAlone: true } as const;

export const TILLS = {
  wechat01: { ...wechat, ...tea, account: WECHAT['01'], store: '01', terminal: 'T01-1', keepsNumbers: true },
  wechat02: { ...wechat, ...tea, account: WECHAT['02'], store: '02', terminal: 'T02-1' },
  wechat03: { ...wechat, ...station, account: WECHAT['03'], store: '03', terminal: 'T03-1' },
  alipay01: { ...alipay, ...tea, account: ALIPAY.tea, store: '01', terminal: 'T01-1', keepsNumbers: true },
  alipay02: { ...alipay, ...tea, account: ALIPAY.tea, store: '02', terminal: 'T02-1' },
  alipay03: { ...alipay, ...station, account: ALIPAY.convenience, store: '03', terminal: 'T03-1' },
  lakala02: { ...lakala, ...tea, account: LAKALA['02'], store: '02', terminal: 'D0060201' },
  lakala03a: { ...lakala, ...station, account: LAKALA['03'], store: '03', terminal: 'D0060301' },
  lakala03b: { ...lakala, ...station, account: LAKALA['03'], store: '03', terminal: 'D0060302' },
  unionpay: {
    channel: 'unionpay',
    ...tea,
    hours: UNIONPAY_HOURS,
    feePpm: 5000,
    method: '0001',
    account: UNIONPAY,
    store: '01',
    terminal: 'T01-2',
  },
} as const satisfies Record<string, Till>;

/** Payments of an ordinary day at each till; about two thousand in all. */
export const TRAFFIC: ReadonlyArray<readonly [keyof typeof TILLS, number]> = [
  ['wechat01', 330],
  ['wechat02', 290],
  ['wechat03', 420],
  ['alipay01', 170],
  ['alipay02', 150],
  ['alipay03', 210],
  ['lakala02', 80],
  ['lakala03a', 95],
  ['lakala03b', 75],
  ['unionpay', 160],
];

/** Product and price in fen. */
export const MENUS: Readonly<Record<Menu, ReadonlyArray<readonly [string, number]>>> = {
  tea: [
    ['茉莉奶绿', 1500],
    ['乌龙奶茶', 1600],
    ['芝士葡萄', 2200],
    ['杨枝甘露', 2500],
    ['手打柠檬茶', 1800],
    ['桂花酒酿', 1900],
    ['冷泡青茶', 1200],
    ['燕麦拿铁,大杯', 2400],
    ['红豆麻薯', 900],
  ],
  convenience: [
    ['饭团', 690],
    ['三明治', 990],
    ['关东煮', 1250],
    ['矿泉水', 200],
    ['无糖乌龙茶', 550],
    ['咖啡', 1290],
    ['便当', 1880],
    ['茶叶蛋', 250],
    ['充电线', 3990],
    ['雨伞', 2950],
    ['酸奶', 780],
    ['口香糖', 1080],
  ],
};
