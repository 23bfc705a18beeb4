/** Alipay's business bill as delivered: the detail of payments and refunds, and the summary by store, in one zip. */
import { type AlipayPeriod, alipayBill, alipayZip, long } from './alipay.ts';
import { settleOf, sum, type Trade } from './domain.ts';
import { stampText, yuan } from './text.ts';

const DETAIL =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';
const BY_STORE =
  '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）';

export type AlipayTradeBill = AlipayPeriod &
  Readonly<{
    trades: readonly Trade[];
    /** Store number → name. */
    stores?: ReadonlyMap<string, string>;
  }>;

export function alipayTradeZip(bill: AlipayTradeBill): Uint8Array {
  return alipayZip(bill, [
    ['业务明细', alipayTradeDetail(bill)],
    ['业务明细(汇总)', alipayTradeSummary(bill)],
  ]);
}

/** Signed as Alipay writes it: what goes back is negative. */
const signed = (t: Trade, of: (t: Trade) => bigint): bigint => (t.kind === 'payment' ? of(t) : -of(t));
const discountOf = (t: Trade): bigint => t.amount - settleOf(t);
const feeOf = (t: Trade): bigint => -t.fee;

export function alipayTradeDetail({ trades, stores, ...period }: AlipayTradeBill): Uint8Array {
  const paid = trades.filter((t) => t.kind === 'payment');
  const back = trades.filter((t) => t.kind !== 'payment');
  const total = (of: readonly Trade[], figure: (t: Trade) => bigint): string => yuan(sum(of, (t) => signed(t, figure)));
  return alipayBill(period, {
    title: '支付宝业务明细查询',
    list: '业务明细列表',
    header: DETAIL,
    rows: trades.map((t) => cellsOf(t, stores)),
    totals: [
      `交易合计：${paid.length}笔，商家实收共${total(paid, settleOf)}元，商家优惠共${total(paid, discountOf)}元`,
      `退款合计：${back.length}笔，商家实收退款共${total(back, settleOf)}元，商家优惠退款共${total(back, discountOf)}元`,
    ],
  });
}

function cellsOf(t: Trade, stores: AlipayTradeBill['stores']): string[] {
  const store = t.store ?? '';
  const created = t.kind === 'payment' ? t.at.subtract({ seconds: 3 }) : t.at;
  return [
    ...[long(t.tradeNo), long(t.orderRef), t.kind === 'payment' ? '交易' : '退款', t.product ?? '', stampText(created)],
    ...[stampText(t.at), store, stores?.get(store) ?? '', '', t.terminal ?? '', t.payer ?? ''],
    ...[
      yuan(signed(t, (x) => x.amount)),
      yuan(signed(t, settleOf)),
      '0.00',
      '0.00',
      '0.00',
      yuan(signed(t, discountOf)),
    ],
    ...[
      '0.00',
      '',
      '0.00',
      '0.00',
      t.kind === 'payment' ? '' : long(t.refundRef ?? ''),
      yuan(signed(t, feeOf)),
      '0.00',
      '',
    ],
  ];
}

export function alipayTradeSummary({ trades, stores, ...period }: AlipayTradeBill): Uint8Array {
  const row = (id: string, name: string, of: readonly Trade[]): string[] => {
    const refunds = of.filter((t) => t.kind !== 'payment').length;
    const total = (figure: (t: Trade) => bigint): string => yuan(sum(of, (t) => signed(t, figure)));
    return [
      ...[id, name, String(of.length - refunds), String(refunds), total((t) => t.amount), total(settleOf)],
      ...['0.00', total(discountOf), '0.00', total(feeOf), '0.00', total((t) => settleOf(t) - t.fee)],
    ];
  };
  const ids = [...new Set(trades.map((t) => t.store ?? ''))].filter((id) => id !== '').sort();
  const inStore = (id: string) => trades.filter((t) => t.store === id);
  return alipayBill(period, {
    title: '支付宝业务汇总查询',
    list: '业务汇总列表',
    header: BY_STORE,
    rows: [...ids.map((id) => row(id, stores?.get(id) ?? '', inStore(id))), row('合计', '', trades)],
    totals: [],
  });
}
