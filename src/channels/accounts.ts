/**
 * Channel accounts and their credentials, as the book keeps them: settings in the open, secrets sealed. An opened account is kept in
 * memory for a few seconds, so that a change made elsewhere is seen soon; nothing opened is ever written or logged (I12).
 */
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Vault } from '../base/vault.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Account, Channel, ChannelId, Credential } from './channel.ts';
import { channelOf } from './registry.ts';

const KEEP_MS = 5_000;

export type Feed = 'relay' | 'copy' | 'none';
export type Closing = 'never' | 'auto';
export type OrderMode = 'required' | 'none';

export type OpenAccount = Readonly<{
  account: Account;
  name: string;
  channel: Channel;
  /** In the order in which they were entered: of two keys of our own the last is the one in use. */
  keys: readonly Credential[];
  feed: Feed;
  forwardUrl: string | undefined;
  closing: Closing;
  orderMode: OrderMode;
  state: 'active' | 'paused';
}>;

/** How an account is run, without anything secret: enough to read by. */
export type PlainAccount = Omit<OpenAccount, 'keys'>;

type NewAccount = Readonly<{
  provider: ChannelId;
  name: string;
  merchantNo: string;
  subMerchantNo?: string | undefined;
  livemode: boolean;
  baseUrl?: string | undefined;
  feed?: Feed | undefined;
  forwardUrl?: string | undefined;
  closing?: Closing | undefined;
  orderMode?: OrderMode | undefined;
  settings: Readonly<Record<string, string>>;
  credentials: readonly Credential[];
}>;

type AccountRow = Readonly<{
  id: string;
  provider: ChannelId;
  name: string;
  merchant_no: string;
  sub_merchant_no: string;
  livemode: boolean;
  base_url: string;
  feed: Feed;
  forward_url: string | null;
  closing: Closing;
  order_mode: OrderMode;
  settings: Record<string, string>;
  state: 'active' | 'paused';
}>;
const COLUMNS = `id, provider, name, merchant_no, sub_merchant_no, livemode, base_url, feed, forward_url, closing, order_mode, settings,
  state`;

export class Accounts {
  readonly #vault: Vault;
  readonly #kept = new Map<string, Readonly<{ open: OpenAccount; at: number }>>();
  readonly #plain = new Map<string, Readonly<{ plain: PlainAccount; at: number }>>();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Throws `account.not_found`. */
  async get(tx: TenantTx, id: string): Promise<OpenAccount> {
    const name = `${tx.tenantId}/${id}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined && clock.ticks() - kept.at < KEEP_MS) return kept.open;
    const open = await this.#load(tx, id);
    this.#kept.set(name, { open, at: clock.ticks() });
    return open;
  }

  /** As `get`, but nothing sealed is opened: reading needs no secret. Throws `account.not_found`. */
  async plain(tx: TenantTx, id: string): Promise<PlainAccount> {
    const name = `${tx.tenantId}/${id}`;
    const kept = this.#plain.get(name);
    if (kept !== undefined && clock.ticks() - kept.at < KEEP_MS) return kept.plain;
    const plain = await plainOf(tx, id);
    this.#plain.set(name, { plain, at: clock.ticks() });
    return plain;
  }

  /** What was changed here is seen here at once. */
  forget(tenantId: string, id: string): void {
    this.#kept.delete(`${tenantId}/${id}`);
    this.#plain.delete(`${tenantId}/${id}`);
  }

  async list(tx: TenantTx, livemode: boolean): Promise<readonly OpenAccount[]> {
    const rows = await tx.rows<{ id: string }>(
      'select id from accounts where tenant_id = $1 and livemode = $2 order by created_at, id',
      [tx.tenantId, livemode],
    );
    const all: OpenAccount[] = [];
    for (const row of rows) all.push(await this.get(tx, row.id));
    return all;
  }

  async create(tx: TenantTx, wanted: NewAccount): Promise<string> {
    const channel = channelOf(wanted.provider);
    const id = newId();
    const made = await tx.rows<{ id: string }>(
      `insert into accounts (tenant_id, id, provider, name, merchant_no, sub_merchant_no, livemode, base_url, feed, forward_url,
         closing, order_mode, settings)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       on conflict (tenant_id, provider, merchant_no, sub_merchant_no, livemode) do nothing returning id`,
      [
        tx.tenantId,
        id,
        wanted.provider,
        wanted.name,
        wanted.merchantNo,
        wanted.subMerchantNo ?? '',
        wanted.livemode,
        wanted.baseUrl ?? channel.defaultBaseUrl,
        wanted.feed ?? 'relay',
        wanted.forwardUrl ?? null,
        wanted.closing ?? 'never',
        wanted.orderMode ?? 'required',
        JSON.stringify(wanted.settings),
      ],
    );
    if (made.length === 0)
      throw new DaozhangError('account.exists', { provider: wanted.provider, merchant: wanted.merchantNo });
    await tx.run('insert into account_health (tenant_id, account_id) values ($1, $2)', [tx.tenantId, id]);
    await this.putCredentials(tx, id, wanted.credentials);
    return id;
  }

  /** Adds or replaces credentials by (kind, id). */
  async putCredentials(tx: TenantTx, accountId: string, credentials: readonly Credential[]): Promise<void> {
    for (const c of credentials)
      await tx.run(
        `insert into credentials (tenant_id, account_id, kind, key_id, sealed, not_after) values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, account_id, kind, key_id) do update
            set sealed = excluded.sealed, not_after = excluded.not_after, created_at = now()`,
        [
          tx.tenantId,
          accountId,
          c.kind,
          c.id,
          this.#vault.seal(c.value, [tx.tenantId, accountId, c.kind, c.id]),
          c.notAfter ?? null,
        ],
      );
    this.forget(tx.tenantId, accountId);
  }

  async removeCredentials(
    tx: TenantTx,
    accountId: string,
    names: ReadonlyArray<Readonly<{ kind: string; id: string }>>,
  ): Promise<void> {
    for (const { kind, id } of names)
      await tx.run('delete from credentials where tenant_id = $1 and account_id = $2 and kind = $3 and key_id = $4', [
        tx.tenantId,
        accountId,
        kind,
        id,
      ]);
    this.forget(tx.tenantId, accountId);
  }

  async #load(tx: TenantTx, id: string): Promise<OpenAccount> {
    const plain = await plainOf(tx, id);
    const sealed = await tx.rows<{ kind: string; key_id: string; sealed: Buffer; not_after: Temporal.Instant | null }>(
      'select kind, key_id, sealed, not_after from credentials where tenant_id = $1 and account_id = $2 order by created_at, kind, key_id',
      [tx.tenantId, id],
    );
    return Object.freeze({
      ...plain,
      keys: sealed.map((s) => ({
        kind: s.kind,
        id: s.key_id,
        value: this.#vault.open(s.sealed, [tx.tenantId, id, s.kind, s.key_id]),
        notAfter: s.not_after ?? undefined,
      })),
    });
  }
}

async function plainOf(tx: TenantTx, id: string): Promise<PlainAccount> {
  const row = await tx.maybe<AccountRow>(`select ${COLUMNS} from accounts where tenant_id = $1 and id = $2`, [
    tx.tenantId,
    id,
  ]);
  if (row === undefined) throw new DaozhangError('account.not_found', { account: id });
  return Object.freeze({
    account: {
      id: row.id,
      provider: row.provider,
      merchantNo: row.merchant_no,
      subMerchantNo: row.sub_merchant_no === '' ? undefined : row.sub_merchant_no,
      livemode: row.livemode,
      baseUrl: row.base_url,
      settings: row.settings,
    },
    name: row.name,
    channel: channelOf(row.provider),
    feed: row.feed,
    forwardUrl: row.forward_url ?? undefined,
    closing: row.closing,
    orderMode: row.order_mode,
    state: row.state,
  });
}
