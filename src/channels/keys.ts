/**
 * The channel's keys change while messages are on their way (F19). Whoever meets a signature by a key that is not held fetches the keys
 * once, whether a notification named it or the answer to a question did; a name that nobody has stops nobody: one fetch an account and
 * minute, over all processes.
 */
import type { Book } from '../db/pool.ts';
import type { Accounts, OpenAccount } from './accounts.ts';
import type { Answer, BillAnswer, Credential, Io, PayoutAnswer } from './channel.ts';

const FETCH_MS = 60_000;

type On = Readonly<{ book: Book; accounts: Accounts; io: Io }>;

/** Asks, and asks once more where the answer was signed by a key that could be fetched. */
export async function askKnowingKeys<A extends Answer | BillAnswer | PayoutAnswer>(
  on: On,
  tenantId: string,
  open: OpenAccount,
  ask: (open: OpenAccount) => Promise<A>,
): Promise<A> {
  const answer = await ask(open);
  if (answer.outcome !== 'unknown' || answer.unknownKey !== true) return answer;
  const current = await withFreshKeys(on, tenantId, open);
  return current === undefined ? answer : await ask(current);
}

/** Many meet the new key in the same moment: they wait for one fetch. */
const underway = new Map<string, Promise<OpenAccount | undefined>>();

/** The account with what was fetched, by us or by another who was quicker; undefined where nothing new is held. */
export function withFreshKeys(
  on: On,
  tenantId: string,
  open: OpenAccount,
  named?: string,
): Promise<OpenAccount | undefined> {
  const name = `${tenantId}/${open.account.id}`;
  const known = underway.get(name);
  if (known !== undefined) return known;
  const fetching = renewed(on, tenantId, open, named).finally(() => underway.delete(name));
  underway.set(name, fetching);
  return fetching;
}

async function renewed(
  on: On,
  tenantId: string,
  open: OpenAccount,
  named: string | undefined,
): Promise<OpenAccount | undefined> {
  if (open.channel.capabilities.keys !== true) return undefined;
  const mine = await on.book.tenant(tenantId, (tx) =>
    tx.run(
      `update account_health set keys_fetched_at = now() where tenant_id = $1 and account_id = $2
          and (keys_fetched_at is null or keys_fetched_at < now() - $3 * interval '1 millisecond')`,
      [tenantId, open.account.id, FETCH_MS],
    ),
  );
  if (mine === 0) {
    // Another process fetched them, or this one did and what it kept in memory was read before its COMMIT.
    on.accounts.forget(tenantId, open.account.id);
    const current = await on.book.tenant(tenantId, (tx) => on.accounts.get(tx, open.account.id));
    return holdsSame(current.keys, open.keys) ? undefined : current;
  }
  const fetched = await open.channel.fetchKeys(open.account, open.keys, on.io, named).catch(() => []);
  if (fetched.length === 0) return undefined;
  await on.book.tenant(tenantId, (tx) => on.accounts.putCredentials(tx, open.account.id, fetched));
  on.accounts.forget(tenantId, open.account.id);
  return await on.book.tenant(tenantId, (tx) => on.accounts.get(tx, open.account.id));
}

const namesOf = (keys: readonly Credential[]): string =>
  keys
    .map((k) => `${k.kind}/${k.id}`)
    .sort()
    .join();
const holdsSame = (a: readonly Credential[], b: readonly Credential[]): boolean => namesOf(a) === namesOf(b);
