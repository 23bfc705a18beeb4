/** The format of the plain bill that `market.ts` writes. */
import { delimitedChannel, delimitedConfig } from '../src/files/formats/lakala-delimited.ts';

/** The plain bill's columns, as an operator would describe them. */
export const PLAIN = delimitedChannel(
  delimitedConfig.parse({
    id: 'bench-bill',
    title: { en: 'bench', zh: '基准' },
    channel: 'wechatpay',
    columns: { channelRef: '单号', orderRef: '商户订单号', amount: '金额', fee: '手续费' },
    time: { columns: ['时间'], format: 'yyyy-MM-dd HH:mm:ss' },
    kind: { column: '类型', values: { 消费: 'payment', 退货: 'refund' } },
    amounts: { unit: 'yuan', refunds: 'unsigned' },
    key: 'channelRef',
  }),
);
