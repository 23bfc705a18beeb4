/** The formats, most telling first: the first that recognises a document reads it. */
import { DaozhangError } from '../base/errors.ts';
import type { Format, Head } from './format.ts';
import { orderCsv } from './formats/order-csv.ts';
import { wechatpayTrade } from './formats/wechatpay-trade.ts';

export const FORMATS: readonly Format[] = [orderCsv, wechatpayTrade];

/** The format of a document by its content. `file.unknown_format` when none fits. */
export function detect(head: Head): Format {
  const format = FORMATS.find((f) => f.detect(head));
  if (!format) throw new DaozhangError('file.unknown_format', { path: head.name });
  return format;
}

/** A format by its id, for `--format`. */
export function formatOf(id: string): Format {
  const format = FORMATS.find((f) => f.id === id);
  if (!format) throw new DaozhangError('file.no_such_format', { format: id });
  return format;
}
