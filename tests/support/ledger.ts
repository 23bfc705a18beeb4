/**
 * A small market as the ledger hears of it: three business days, each with a bill in two versions and a bank statement, and what a run over
 * some of these documents states. Day 0 settles as an implied batch, day 1 as a stated one with a difference, day 2 by payouts from a balance.
 */
import { createHash } from 'node:crypto';
import { supersede } from '../../src/actions/reconcile.ts';
import { newId } from '../../src/base/ids.ts';
import { decimalText } from '../../src/base/money.ts';
import type { TenantTx } from '../../src/db/pool.ts';
import { type Check, checkControls } from '../../src/ledger/control.ts';
import { withLedger } from '../../src/ledger/store.ts';
import { takeRun } from '../../src/ledger/take.ts';
import type { Batch, Break, Result } from '../../src/reconcile/result.ts';
import { bankLine, type Stated, type StatedBatch } from '../../src/reconcile/stated.ts';
import { takeBatches } from '../../src/sources/batches.ts';
import { takeFound } from '../../src/sources/found.ts';

export const DAYS = ['2026-10-30', '2026-10-31', '2026-11-02'] as const;
/** `bill 0 2`: the second version of day 0's bill. `bank 0`: the statement that has its credit. */
export type Doc = `bill ${0 | 1 | 2} ${1 | 2}` | `bank ${0 | 1 | 2}`;

export type Told = Readonly<{ stated: readonly Stated[]; breaks: readonly Break[]; batches: readonly Batch[] }>;

const money = (minor: bigint) => ({ amount: decimalText(minor, 'CNY'), currency: 'CNY' });

/** The same number for the same words: a market without a generator. */
const figure = (words: string, most: number): bigint =>
  BigInt(createHash('sha256').update(words).digest().readUInt32BE(0) % most);

function breakOf(id: string, joint: Break['joint'], finding: string, difference: bigint, more: object = {}): Break {
  const size = difference < 0n ? -difference : difference;
  const its = {
    class: 'amount',
    verdict: 'unknown',
    release: 'ask',
    cause: 'none',
    reason: 'none',
    custody: 'channel',
  };
  const plain = {
    ours: [],
    theirs: [],
    candidates: [],
    counts: { ours: 0, theirs: 0 },
    also: [],
    next: [],
    says: { en: '', zh: '' },
  };
  return {
    ...its,
    ...plain,
    id,
    joint,
    finding,
    difference: money(difference),
    amount: money(size),
    channel: 'wechatpay',
    account: 'M1',
    ...more,
  } as unknown as Break;
}

/** What a run over these documents states, by a market of this seed. */
export function told(seed: number, docs: readonly Doc[]): Told {
  const stated: Stated[] = [];
  const breaks: Break[] = [];
  const batches: Batch[] = [];
  for (const [day, on] of DAYS.entries()) {
    const f = (what: string, most: number): bigint => figure(`${seed} ${day} ${what}`, most);
    const version = docs.includes(`bill ${day}  2`.replace('  ', ' ') as Doc)
      ? 2n
      : docs.includes(`bill ${day} 1` as Doc)
        ? 1n
        : 0n;
    const banked = docs.includes(`bank ${day}` as Doc);
    const whose = { channel: 'wechatpay', account: 'M1', currency: 'CNY', on };
    const kind = (['implied', 'stated', 'payout'] as const)[day]!;
    const key = `${kind}/wechatpay/M1/CNY/${on}`;
    const credit = f('credit', 9_000) + 1n;
    if (version === 0n) {
      if (banked)
        breaks.push(
          breakOf(`stray ${day}`, 'bank', 'credit_unidentified', -credit, {
            theirs: [
              { money: money(credit), refs: { bank_ref: `B${day}` }, account: 'BANK', businessOn: '2026-11-03' },
            ],
            businessOn: on,
          }),
        );
      continue;
    }
    const amount = f('sales', 50_000) * version + 1n;
    const settle = amount - f('discount', 100);
    const fee = f('fee', 300);
    const inBatch = kind === 'payout' ? {} : { batch: key };
    stated.push({
      type: 'day',
      kind: 'payment',
      ...whose,
      ...inBatch,
      lines: Number(version) * 10,
      amount: `${amount}`,
      settle: `${settle}`,
      fee: `${fee}`,
    });
    let cells = settle - fee;
    for (let i = 0n; i < version; i += 1n) {
      const back = f(`refund ${i}`, 900) + 1n;
      const of = {
        ...whose,
        ...inBatch,
        amount: `${-back}`,
        settle: `${-back}`,
        fee: '-1',
        sha256: 'a'.repeat(64),
        at: Number(i) * 10,
        length: 10,
      };
      stated.push({
        type: 'line',
        kind: i === 0n ? 'refund' : 'chargeback',
        key: `refund/${i}`,
        reserve: false,
        ...of,
      });
      cells += 1n - back;
    }
    if (day === 2) {
      const held = f('held', 500) - 250n;
      const of = {
        ...whose,
        amount: `${held}`,
        settle: `${held}`,
        fee: '0',
        sha256: 'b'.repeat(64),
        at: 0,
        length: 10,
      };
      stated.push({ type: 'line', kind: 'adjustment', key: 'adjustment', reserve: seed % 2 === 0, ...of });
    }
    const rounding = kind === 'payout' ? 0n : f('rounding', 3) - 1n;
    const missing = kind === 'stated' ? f('missing', 50) : 0n;
    const net = kind === 'payout' ? f('payout', 40_000) + 1n : cells - rounding - missing;
    const short = banked && day === 1 ? f('short', 80) - 40n : 0n;
    const state = !banked ? 'on_its_way' : day === 2 ? 'returned' : short === 0n ? 'credited' : 'short';
    const line = bankLine({
      bank: 'BANK',
      on: '2026-11-03',
      amount: money(credit).amount,
      ref: `B${day}`,
      sha256: '',
      at: 0,
    });
    const came = { amount: `${net - short}`, on: '2026-11-03', bank: 'BANK', line };
    const batch: StatedBatch = {
      type: 'batch',
      key,
      kind,
      ...whose,
      net: `${net}`,
      rounding: `${rounding}`,
      lines: 1,
      state,
      credited: banked ? [came] : [],
      returned: state === 'returned' ? [{ ...came, on: '2026-11-04' }] : [],
    };
    stated.push(batch);
    batches.push({
      id: key,
      kind,
      channel: 'wechatpay',
      account: 'M1',
      businessFrom: on,
      businessTo: on,
      lines: 1,
      state,
      gross: money(amount),
      refunds: money(0n),
      fees: money(fee),
      net: money(net),
    });
    const its = { businessOn: on };
    if (missing !== 0n) breaks.push(breakOf(`stated ${day}`, 'batches', 'settled_short', missing, its));
    if (day === 2) breaks.push(breakOf(`entry ${day}`, 'batches', 'settled_without_line', -f('entry', 70) - 1n, its));
    if (short !== 0n)
      breaks.push(
        breakOf(`bank ${day}`, 'bank', short > 0n ? 'bank_short' : 'bank_over', short, {
          ...its,
          ours: [{ kind, refs: {} }],
        }),
      );
    if (!banked) breaks.push(breakOf(`late ${day} ${version}`, 'bank', 'bank_late', net, its));
    // The first is the same difference in both versions, the second is of this one alone.
    breaks.push(breakOf(`order ${day}`, 'orders', 'underpaid', f('order', 400) - 200n || 1n, its));
    breaks.push(breakOf(`order ${day} ${version}`, 'orders', 'no_order', -f(`order ${version}`, 400) - 1n, its));
    breaks.push(
      breakOf(`fee ${day}`, 'batches', 'fee_differs', f('feeoff', 20) + 1n, {
        ...its,
        ours: [{ kind: 'payment', refs: {} }],
      }),
    );
  }
  return { stated, breaks, batches };
}

export type Posted = Readonly<{ id: string; written: number; check: Check }>;

/** The documents into the book and a finished run over them, as `actions/reconcile.ts` leaves it: not yet posted. */
export async function finished(tx: TenantTx, docs: readonly Doc[], it: Told): Promise<string> {
  const id = newId();
  await tx.run(
    `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by, outcome) values ($1, $2, false, 'running', 'Asia/Shanghai', 'en', 'a test', 'breaks')`,
    [tx.tenantId, id],
  );
  for (const doc of docs) {
    const sha = createHash('sha256').update(doc).digest();
    await tx.run(
      `insert into documents (tenant_id, id, livemode, kind, name, sha256, size, origin) values ($1, $2, false, 'trade', $3, $4, 1, 'upload') on conflict do nothing`,
      [tx.tenantId, newId(), doc, sha],
    );
    await tx.run(
      `insert into reconciliation_documents (tenant_id, reconciliation_id, document_id, name)
       select $1, $2, id, name from documents where tenant_id = $1 and sha256 = $3`,
      [tx.tenantId, id, sha],
    );
  }
  await takeBatches(tx, { id, livemode: false }, it.batches);
  return id;
}

/** Posts a finished run once; whoever comes second posts nothing. */
export async function post(tx: TenantTx, id: string, it: Told): Promise<Posted | undefined> {
  const run = { id, livemode: false };
  const mine = await tx.run(
    `update reconciliations set state = 'done', ended_at = now() where tenant_id = $1 and id = $2 and state = 'running'`,
    [tx.tenantId, id],
  );
  if (mine === 0) return undefined;
  await takeFound(tx, run, { breaks: it.breaks, open: [], ambiguous: [] } as unknown as Result);
  await supersede(tx, id);
  return await withLedger(tx, run, async (ledger) => {
    const stated = async function* () {
      yield* it.stated;
    };
    const written = await takeRun(tx, ledger, run, { breaks: it.breaks, on: DAYS[2], stated });
    return { id, written, check: await checkControls(tx, false, ledger.postedAt, id) };
  });
}
