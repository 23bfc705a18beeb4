/** A very small shop on 2026-11-19, a Thursday: documents written row by row, so that a test can be read beside them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHINA } from '../../src/base/time.ts';
import { type Run, type RunOptions, reconcile } from '../../src/reconcile/run.ts';
import { WECHAT_ALL } from './bills.ts';

export type Doc = Readonly<{ name: string; bytes: Uint8Array }>;
const doc = (name: string, text: string): Doc => ({ name, bytes: Buffer.from(text) });

export const ACCOUNT = '1900000109';

/** `ref status amount time`, and `refund` before an amount that went back; local time of 2026-11-19 unless a date is given. */
export function orderBook(rows: readonly string[], terminal = 'T01'): Doc {
  const lines = rows.map((row) => {
    const [ref, status, amount, time, kind = 'payment', payment = ''] = row.split(/\s+/);
    const at = time!.replace('T', ' ');
    return [
      ref,
      payment,
      kind,
      status,
      amount,
      'CNY',
      at.includes('-') ? at : `2026-11-19 ${at}`,
      'wechatpay',
      'S1',
      terminal,
    ].join(',');
  });
  const header = 'order_ref,payment_ref,kind,status,amount,currency,created_at,channel,store,terminal';
  return doc('orders.csv', `${[header, ...lines].join('\n')}\n`);
}

const two = (fen: number): string =>
  `${fen < 0 ? '-' : ''}${Math.trunc(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;

/** `order channelRef amount time`; a refund is `order channelRef -amount time refundRef`; a fee of 0.60 %. */
export function wechatBill(rows: readonly string[], name = 'wechat.csv'): Doc {
  const sums = { paid: 0, back: 0, fee: 0 };
  const lines = rows.map((row) => {
    const [order, ref, amount, time, refund = '0', state = 'REFUND'] = row.split(/\s+/);
    const fen = Math.round(Number(amount) * 100);
    const fee = Math.round(fen * 0.006);
    const paid = Math.max(fen, 0);
    const back = Math.max(-fen, 0);
    sums.paid += paid;
    sums.back += back;
    sums.fee += fee;
    const cells = [
      ...[
        `2026-11-19 ${time}`,
        'wx0',
        ACCOUNT,
        '0',
        '',
        ref,
        order,
        'u',
        'MICROPAY',
        fen < 0 ? state : 'SUCCESS',
        'OTHERS',
        'CNY',
      ],
      ...[
        two(paid),
        '0.00',
        refund,
        refund,
        two(back),
        '0.00',
        fen < 0 ? 'ORIGINAL' : '',
        fen < 0 ? 'SUCCESS' : '',
        'tea',
        '',
      ],
      ...[`${two(fee)}000`, '0.60%', two(paid), two(back), ''],
    ];
    return `\`${cells.join(',`')}`;
  });
  const total = [
    String(rows.length),
    two(sums.paid),
    two(sums.back),
    '0.00',
    `${two(sums.fee)}000`,
    two(sums.paid),
    two(sums.back),
  ];
  const summary = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
  return doc(name, `\ufeff${[WECHAT_ALL, ...lines, summary, `\`${total.join(',`')}`].join('\r\n')}\r\n`);
}

/** An MT940 of 2026-11-20 (or another `YYMMDD`): `amount reference text`, credits only unless negative. */
export function statement(rows: readonly string[], day = '261120'): Doc {
  let balance = 0;
  const entries = rows.flatMap((row) => {
    const [amount, ref, ...text] = row.split(/\s+/);
    const fen = Math.round(Number(amount) * 100);
    balance += fen;
    return [
      `:61:${day}${day.slice(2)}${fen < 0 ? 'D' : 'C'}${two(Math.abs(fen)).replace('.', ',')}NTRF${ref}//${ref}`,
      `:86:${text.join(' ')}`,
    ];
  });
  const lines = [
    ':20:STMT',
    ':25:311000068800112233',
    ':28C:1/1',
    `:60F:C${day}CNY0,00`,
    ...entries,
    `:62F:C${day}CNY${two(balance).replace('.', ',')}`,
    '-',
  ];
  return doc('bank.sta', `${lines.join('\r\n')}\r\n`);
}

/** Reconciles documents in a folder of their own; `close` removes the run and the folder. */
export async function openRun(
  documents: readonly Doc[],
  options: Partial<RunOptions> = {},
): Promise<{ run: Run; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-test-'));
  for (const { name, bytes } of documents) writeFileSync(join(folder, name), bytes);
  const run = await reconcile({ paths: [folder], zone: CHINA, ...options });
  if (run.result.refused.length > 0) throw new Error(JSON.stringify(run.result.refused));
  const close = async () => {
    await run.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { run, close };
}

/** As `openRun`, closed when `use` is done. */
export async function withRun<T>(
  documents: readonly Doc[],
  use: (run: Run) => Promise<T>,
  options: Partial<RunOptions> = {},
): Promise<T> {
  const { run, close } = await openRun(documents, options);
  try {
    return await use(run);
  } finally {
    await close();
  }
}
