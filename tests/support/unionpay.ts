/** UnionPay ZM and ZME records from field numbers, as the interface specification counts them. Widths stated here again on purpose. */
import iconv from 'iconv-lite';

const ZM = [
  3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
  8, 32, 13, 13, 12, 2, 1, 32, 98,
];
const ZME = [3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135];

/** Field number → its text; the others are blank. */
export type UnionpayFields = Readonly<Record<number, string>>;

function record(widths: readonly number[], fields: UnionpayFields): Buffer {
  const parts = widths.map((width, i) => {
    const text = iconv.encode(fields[i + 1] ?? '', 'gb18030');
    if (text.length > width) throw new Error(`field ${i + 1} is wider than ${width}`);
    return Buffer.concat([text, Buffer.alloc(width - text.length, ' ')]);
  });
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from(' '), part])));
}

const lines = (records: readonly Buffer[]): Buffer => Buffer.concat(records.flatMap((r) => [r, Buffer.from('\r\n')]));

/** `spare` bytes more in the reserved field, as some releases have. */
export const zmFile = (records: readonly UnionpayFields[], spare = 0): Buffer =>
  lines(records.map((fields) => record([...ZM.slice(0, -1), ZM.at(-1)! + spare], fields)));
export const zmeFile = (records: readonly UnionpayFields[]): Buffer =>
  lines(records.map((fields) => record(ZME, fields)));

export const n12 = (fen: number): string => String(fen).padStart(12, '0');
export const x12 = (fen: number): string => `${fen < 0 ? 'D' : 'C'}${n12(Math.abs(fen))}`;

/** A transaction of a merchant: type, signed amount and fee in fen (a fee that costs is positive), time MMDDhhmmss, trace number. */
export function zm(
  type: string,
  amount: number,
  fee: number,
  time: string,
  trace: string,
  more: UnionpayFields = {},
): UnionpayFields {
  return {
    1: amount < 0 ? 'S30' : 'S22',
    2: '00049992',
    3: '00049992',
    4: trace,
    5: time,
    6: '622202******1234',
    7: n12(Math.abs(amount)),
    8: '5411',
    9: '07',
    10: `7426${time}${trace}8`,
    12: `POS${time}${trace}`,
    13: '01',
    16: x12(-fee),
    17: x12(amount - fee),
    18: '0001',
    20: type,
    21: '01',
    22: '000201',
    23: '01',
    28: '898310053310001',
    33: x12(amount - fee),
    34: '01080209',
    ...more,
  };
}

/** An error record: code, signed amount and fee in fen, and the transaction it goes back to. */
export function zme(
  code: string,
  amount: number,
  fee: number,
  time: string,
  trace: string,
  more: UnionpayFields = {},
): UnionpayFields {
  return {
    1: code,
    2: '00049992',
    3: '00049992',
    4: trace,
    5: time,
    6: '622202******1234',
    7: n12(Math.abs(amount)),
    8: '5411',
    9: '07',
    10: '01',
    14: n12(Math.abs(amount)),
    15: x12(-fee),
    16: x12(amount - fee),
    18: '898310053310001',
    ...more,
  };
}
