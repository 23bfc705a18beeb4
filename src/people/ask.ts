/**
 * Asks the channels about what a customer claims, within a time: about a payment of the book, or about a merchant number that the book does
 * not know. An answer enters by the front door like every other; one that comes too late enters too, and the claim is looked at again.
 *
 * I7: no answer in time is silence and says nothing. A lone “no such payment” is kept as an answer and counted; it makes no payment.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { noteAnswer, noteFailure, takeTurns } from '../actions/health.ts';
import { type Asking, inquire } from '../actions/inquire.ts';
import { clock } from '../base/clock.ts';
import { sha256 } from '../base/ids.ts';
import { CHINA } from '../base/time.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import type { Answer } from '../channels/channel.ts';
import { askKnowingKeys } from '../channels/keys.ts';
import { needsOrder } from '../channels/ladders.ts';
import type { TenantTx } from '../db/pool.ts';
import { factsHash } from '../observations/facts.ts';
import { insertMessages } from '../sources/inbox.ts';
import { take } from '../traces/advance.ts';
import { paymentById } from '../traces/store.ts';
import { type Found, providersOf } from './find.ts';
import type { Hit } from './references.ts';

export type Heard = 'not_asked' | 'silent' | 'answered' | 'denied';
export type Claiming = Asking & Readonly<{ told(error: unknown): void }>;

/** What the channel said a moment ago it says still. */
const FRESH_SECONDS = 10;
/** A confirmed payment may have been given back since. */
const SURE_SECONDS = 600;
const MOST_ASKED = 4;
const LONGEST_MS = 2_500;

/** What `work` came to, or `silent` where it takes longer; it goes on to its end then. */
async function within(on: Claiming, ms: number, work: Promise<Heard>): Promise<Heard> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work.catch((error) => {
        on.told(error);
        return 'silent' as const;
      }),
      pause(Math.max(0, Math.min(ms, LONGEST_MS)), 'silent' as const, { signal: late.signal }).catch(
        () => 'silent' as const,
      ),
    ]);
  } finally {
    late.abort();
  }
}

/** Asks where the book alone cannot say yes, and the channel may say more. */
export async function askAbout(on: Claiming, tenantId: string, found: Found, withinMs: number): Promise<Heard> {
  const { verdict, lastAskedAt, capturedAt, position } = found;
  const since = (at: Temporal.Instant | undefined): number =>
    at === undefined ? Number.POSITIVE_INFINITY : at.until(on.pace.now()).total('seconds');
  const isOver = found.terminal && position !== 'captured';
  const isSure =
    verdict?.release === 'yes' &&
    verdict.confidence !== 'reported' &&
    Math.min(since(lastAskedAt), since(capturedAt)) < SURE_SECONDS;
  const isFresh = since(lastAskedAt) < FRESH_SECONDS && verdict !== undefined && verdict.code !== 'unknown';
  if (isOver || isSure || isFresh) return 'not_asked';
  return await within(on, withinMs, askBook(on, tenantId, found));
}

async function askBook(on: Claiming, tenantId: string, found: Found): Promise<Heard> {
  const { payment, open, mayAsk } = await on.book.tenant(tenantId, async (tx) => {
    const payment = await paymentById(tx, found.id);
    const open = await on.accounts.get(tx, found.accountId);
    const can = isAskable(open);
    return { payment, open, mayAsk: can && (await takeTurns(tx, open, 1)).granted > 0 };
  });
  if (!isAskable(open)) return 'not_asked';
  if (!mayAsk) return 'silent';
  const answer = await inquire(on, tenantId, payment, open);
  return answer.outcome === 'answered' ? 'answered' : 'silent';
}

const isAskable = (open: OpenAccount): boolean => open.state === 'active' && open.channel.capabilities.inquire === true;

/** Merchant numbers that the book does not know, at the accounts that could have them. `by`: the account that denied. */
export async function askUnknown(
  on: Claiming,
  side: Readonly<{ tenantId: string; livemode: boolean }>,
  hits: readonly Hit[],
  app: string | undefined,
  withinMs: number,
): Promise<Readonly<{ heard: Heard; deniedBy: string | undefined }>> {
  const refs = hits.filter((h) => h.guesses.some((g) => g === 'order' || g === 'payment') && h.value.length <= 64);
  if (refs.length === 0) return { heard: 'not_asked', deniedBy: undefined };
  const accounts = await on.book.tenant(side.tenantId, (tx) => on.accounts.list(tx, side.livemode));
  const providers = providersOf(app);
  const able = accounts.filter(
    (o) =>
      isAskable(o) &&
      !needsOrder(o.account.provider) &&
      (providers === undefined || providers.includes(o.account.provider)),
  );
  const questions = refs.flatMap((h) => able.map((open) => ({ ref: h.value, open }))).slice(0, MOST_ASKED);
  if (questions.length === 0) return { heard: 'not_asked', deniedBy: undefined };
  const until = clock.ticks() + withinMs;
  const heard = await Promise.all(
    questions.map((q) => within(on, until - clock.ticks(), askOne(on, side.tenantId, q.ref, q.open))),
  );
  const best = (['answered', 'silent', 'denied', 'not_asked'] as const).find((h) => heard.includes(h))!;
  const at = heard.indexOf('denied');
  return { heard: best, deniedBy: best === 'denied' ? questions[at]!.open.account.id : undefined };
}

async function askOne(on: Claiming, tenantId: string, ref: string, open: OpenAccount): Promise<Heard> {
  const turns = await on.book.tenant(tenantId, (tx) => takeTurns(tx, open, 1));
  if (turns.granted === 0) return 'silent';
  const asked = { paymentRef: ref, channelTrade: undefined, product: open.account.settings.product };
  const answer = await askKnowingKeys(on, tenantId, open, async (current): Promise<Answer> => {
    try {
      return await current.channel.inquire(asked, current.account, current.keys, on.io);
    } catch (error) {
      return { outcome: 'unknown', detail: error instanceof Error ? error.message : String(error) };
    }
  });
  return await on.book.tenant(tenantId, (tx) => takeIn(tx, on, open, ref, answer));
}

async function takeIn(tx: TenantTx, on: Claiming, open: OpenAccount, ref: string, answer: Answer): Promise<Heard> {
  // That a number somebody told is refused says nothing about the account.
  if (answer.outcome === 'refused') return 'not_asked';
  if (answer.outcome !== 'answered') {
    await noteFailure(tx, open.account.id, answer);
    return 'silent';
  }
  const now = on.pace.now().round({ smallestUnit: 'millisecond' });
  await noteAnswer(tx, open.account.id, answer.raw, now);
  const incoming = {
    tenantId: tx.tenantId,
    accountId: open.account.id,
    kind: 'answer',
    key: ref,
    bodyHash: sha256(answer.observed.map(factsHash).join()),
    occurredAt: now,
    message: answer.raw,
  } as const;
  const messageId = (await insertMessages(tx, [incoming])).get(incoming);
  if (answer.observed.every((o) => o.kind === 'not_found')) return 'denied';
  await take(
    tx,
    answer.observed.map((observed) => ({
      accountId: open.account.id,
      livemode: open.account.livemode,
      observed: { ...observed, paymentRef: observed.paymentRef ?? ref },
      messageId,
      heardAt: now,
    })),
    on.follow,
  );
  return 'answered';
}

/** The bills of that day are there and whole: what they do not have never was. */
export async function billIsIn(tx: TenantTx, accountId: string, at: Temporal.Instant): Promise<boolean> {
  const day = at.toZonedDateTimeISO(CHINA).toPlainDate();
  const row = await tx.one<{ days: bigint; waiting: bigint }>(
    `select count(*) as days, count(*) filter (where state = 'expected') as waiting from bill_days
      where tenant_id = $1 and account_id = $2 and covers_on between $3 and $4`,
    [tx.tenantId, accountId, day, day.add({ days: 1 })],
  );
  // The next day's too: what was paid around midnight may stand there.
  return row.days >= 2n && row.waiting === 0n;
}
