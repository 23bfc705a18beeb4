/** Stories in a book: a channel account without secrets, and observations in one line each. */
import { newId } from '../../src/base/ids.ts';
import { money } from '../../src/base/money.ts';
import type { TenantTx } from '../../src/db/pool.ts';
import type { Kind, Observed, Source } from '../../src/observations/observation.ts';
import type { Said } from '../../src/traces/advance.ts';

export const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');

/** An account row for tests that never call the channel. */
export async function bareAccount(tx: TenantTx, merchantNo = '1900000001'): Promise<string> {
  const id = newId();
  await tx.run(
    `insert into accounts (tenant_id, id, provider, name, merchant_no, livemode, base_url)
     values ($1, $2, 'wechatpay', 'the shop', $3, false, 'http://127.0.0.1:1')`,
    [tx.tenantId, id, merchantNo],
  );
  await tx.run('insert into account_health (tenant_id, account_id) values ($1, $2)', [tx.tenantId, id]);
  return id;
}

/**
 * `20 captured notification O1 100.00 #4200001`: seconds after T0, what, from whom, the payment (`-` for none), yuan, and a channel's
 * number. The line is the observation's name, so the same line twice is the same fact.
 */
export function said(accountId: string, line: string): Said {
  const [seconds, kind, source, ref, ...rest] = line.trim().split(/\s+/) as [string, Kind, Source, string, ...string[]];
  const yuan = rest.find((w) => /^\d+\.\d\d$/.test(w));
  const trade = rest.find((w) => w.startsWith('#'))?.slice(1);
  const refund = rest.find((w) => w.startsWith('R'));
  const at = T0.add({ seconds: Number(seconds) });
  const observed: Observed = {
    source,
    key: line.trim(),
    kind,
    occurredAt: at,
    ...(ref === '-' ? {} : { paymentRef: ref }),
    refs: trade === undefined ? [] : [{ kind: 'channel_trade', value: trade }],
    said: kind.toUpperCase(),
    ...(yuan === undefined ? {} : { amount: money(BigInt(yuan.replace('.', '')), 'CNY') }),
    ...(refund === undefined ? {} : { refund: { ref: refund, state: 'succeeded' } }),
  };
  return { accountId, livemode: false, observed, messageId: undefined, heardAt: at };
}
