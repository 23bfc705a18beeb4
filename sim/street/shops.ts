/** Who is on the street: shops, their tills, what they sell and for how much. All made up; no number belongs to anybody. */
import type { Text } from '../../src/base/lang.ts';
import type { DeskName } from './desks.ts';

export type ShopName = 'noodles' | 'tea' | 'store' | 'bakery' | 'pottery';

export type Shop = Readonly<{
  name: Text;
  /** Of the numbers of its orders. */
  mark: string;
  /** Where a customer of it can pay; the first is the usual one. */
  desks: readonly DeskName[];
  tills: readonly Text[];
  currency: 'CNY' | 'USD';
  menu: ReadonlyArray<readonly [item: Text, minor: number]>;
  /** Payments of an ordinary day at each of its desks, before today. */
  daily: number;
}>;

export const SHOPS: Readonly<Record<ShopName, Shop>> = {
  noodles: {
    name: { en: 'Lao Chen Noodles', zh: '老陈面馆' },
    mark: 'NDL',
    desks: ['sticker'],
    tills: [{ en: 'code on the counter', zh: '柜台收款码' }],
    currency: 'CNY',
    menu: [
      [{ en: 'beef noodles', zh: '红烧牛肉面' }, 2_800],
      [{ en: 'wonton soup', zh: '鲜肉馄饨' }, 1_600],
      [{ en: 'noodles with egg', zh: '葱油拌面加蛋' }, 1_500],
      [{ en: 'pork chop noodles', zh: '大排面' }, 2_400],
    ],
    daily: 5,
  },
  tea: {
    name: { en: 'Qinghe Tea, Huaihai Road', zh: '青禾茶铺淮海路店' },
    mark: 'TEA',
    desks: ['wechat', 'alipay'],
    tills: [
      { en: 'front till', zh: '前台 1 号收银机' },
      { en: 'takeaway window', zh: '外带窗口收银机' },
    ],
    currency: 'CNY',
    menu: [
      [{ en: 'jasmine milk tea', zh: '茉莉奶绿' }, 1_500],
      [{ en: 'oolong milk tea', zh: '乌龙奶茶' }, 1_600],
      [{ en: 'grape with cheese foam', zh: '芝士葡萄' }, 2_200],
      [{ en: 'lemon tea', zh: '手打柠檬茶' }, 1_800],
      [{ en: 'mango sago', zh: '杨枝甘露' }, 2_500],
    ],
    daily: 4,
  },
  store: {
    name: { en: 'Qinghe Corner Store, Station', zh: '青禾便利虹桥站店' },
    mark: 'STN',
    desks: ['alipay', 'wechat'],
    tills: [
      { en: 'till 1', zh: '1 号收银台' },
      { en: 'self-checkout 2', zh: '2 号自助收银' },
    ],
    currency: 'CNY',
    menu: [
      [{ en: 'rice ball', zh: '饭团' }, 690],
      [{ en: 'sandwich and coffee', zh: '三明治加咖啡' }, 2_280],
      [{ en: 'lunch box', zh: '便当' }, 1_880],
      [{ en: 'umbrella', zh: '雨伞' }, 2_950],
      [{ en: 'water and gum', zh: '矿泉水、口香糖' }, 1_280],
    ],
    daily: 4,
  },
  bakery: {
    name: { en: 'Maixiang Bakery', zh: '麦香坊烘焙' },
    mark: 'BKY',
    desks: ['pos'],
    tills: [{ en: 'POS by the door', zh: '门口 POS 机' }],
    currency: 'CNY',
    menu: [
      [{ en: 'toast', zh: '生吐司' }, 2_600],
      [{ en: 'birthday cake', zh: '生日蛋糕' }, 16_800],
      [{ en: 'egg tarts, six', zh: '蛋挞六只' }, 3_900],
      [{ en: 'croissant', zh: '可颂' }, 1_400],
    ],
    daily: 0,
  },
  pottery: {
    name: { en: 'Hillside Pottery (online)', zh: '山间器物(网店)' },
    mark: 'POT',
    desks: ['online'],
    tills: [{ en: 'web shop', zh: '网店' }],
    currency: 'USD',
    menu: [
      [{ en: 'tea bowl', zh: '茶碗' }, 4_800],
      [{ en: 'gaiwan', zh: '盖碗' }, 6_400],
      [{ en: 'tea set for two', zh: '双人茶具' }, 12_900],
    ],
    daily: 0,
  },
};

/** What each channel account is called in the book. */
export const ACCOUNTS: Readonly<Record<DeskName, Text>> = {
  sticker: { en: 'Lao Chen Noodles · WeChat sticker', zh: '老陈面馆 · 微信收款码' },
  wechat: { en: 'Qinghe · WeChat Pay', zh: '青禾 · 微信支付' },
  alipay: { en: 'Qinghe · Alipay', zh: '青禾 · 支付宝' },
  pos: { en: 'Maixiang Bakery · Lakala', zh: '麦香坊 · 拉卡拉' },
  online: { en: 'Hillside Pottery · Stripe', zh: '山间器物 · Stripe' },
};
