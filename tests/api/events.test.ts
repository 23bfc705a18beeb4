/** The feed: in the order of commit, whoever writes at the same time; and a stream goes on where its reader was. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { appendEvents } from '../../src/actions/events.ts';
import { keyOf, type Living, living } from '../support/living.ts';

let on: Living;
let authorization: string;
before(async () => {
  on = await living({ webhook: false });
  authorization = `Bearer ${(await keyOf(on.test, { scopes: ['read'] })).token}`;
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

const append = (n: number, heldMs = 0): Promise<void> =>
  on.test.book.tenant(on.test.tenantId, async (tx) => {
    await appendEvents(
      tx,
      Array.from({ length: n }, () => ({ type: 'payment.changed', livemode: false, body: {} })),
    );
    // Written and not yet committed: here a reader could run past it.
    if (heldMs > 0) await pause(heldMs);
  });
const all = async (after = '0'): Promise<readonly string[]> =>
  (
    await on.test.book.tenant(on.test.tenantId, (tx) =>
      tx.rows<{ seq: bigint }>('select seq from events where tenant_id = $1 and seq > $2 order by seq', [
        tx.tenantId,
        after,
      ]),
    )
  ).map((r) => r.seq.toString());
type Page = Readonly<{ items: ReadonlyArray<{ seq: string }>; next?: string }>;

test('a reader that pages while eight write misses nothing and sees nothing twice', async () => {
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; i < 12; i += 1) await append(1 + ((writer + i) % 3), (writer * 7 + i * 3) % 11);
    }),
  ).finally(() => {
    writing = false;
  });
  const met: string[] = [];
  let after = '0';
  for (;;) {
    // Asked before the page is: what was committed before it is on it.
    const last = !writing;
    const { body } = await on.call<Page>('GET', `/v1/events?after=${after}&limit=20`);
    met.push(...body.items.map((e) => e.seq));
    after = body.next ?? after;
    if (last && body.items.length === 0) break;
  }
  await writers;
  assert.ok(met.length >= 8 * 12);
  assert.deepEqual(met, await all());
});

const MOST_MS = 30_000;

/** Reads a stream until so many events came, then leaves. */
async function streamed(
  n: number,
  headers: Record<string, string>,
  query = '',
  meanwhile?: () => Promise<unknown>,
): Promise<readonly string[]> {
  const gone = new AbortController();
  const response = await fetch(`${on.served.url}/v1/events/stream${query}`, {
    headers: { authorization, ...headers },
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(MOST_MS)]),
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const done = meanwhile?.();
  const ids: string[] = [];
  let text = '';
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    const ended = text.lastIndexOf('\n\n');
    const whole = text.slice(0, ended + 2);
    text = text.slice(ended + 2);
    for (const [, id, type, data] of whole.matchAll(/^id: (\d+)\nevent: (.*)\ndata: (.*)\n\n/gm)) {
      const event = JSON.parse(data!);
      assert.equal(event.seq, id);
      assert.equal(event.type, type);
      ids.push(id!);
    }
    if (ids.length >= n) break;
  }
  gone.abort();
  await done;
  return ids;
}

test('a stream goes on after Last-Event-ID, without a gap and without a repeat', async () => {
  const from = (await all()).at(-1) ?? '0';
  const first = await streamed(5, { 'last-event-id': from }, '', () => append(7));
  await append(250);
  const seen = first.slice(0, 5);
  const rest = await streamed((await all(seen.at(-1))).length, { 'last-event-id': seen.at(-1)! });
  assert.deepEqual([...seen, ...rest], await all(from));
  // The header is what a browser sends when it comes again: it goes before the address it began with.
  const again = await streamed(1, { 'last-event-id': rest.at(-2)! }, '?after=0');
  assert.equal(again[0], rest.at(-1));
});

test('a stream opens only once its beginning is known: what happens from there on comes', async () => {
  let opened = false;
  let came: Promise<readonly string[]> | undefined;
  const wasOpen = await on.test.book.tenant(on.test.tenantId, async (tx) => {
    // Where the feed stands cannot be read meanwhile.
    await tx.run('lock table counters in access exclusive mode');
    came = streamed(1, {}, '', () => {
      opened = true;
      return append(1);
    });
    came.catch(() => {});
    await pause(300);
    return opened;
  });
  assert.equal(wasOpen, false, 'it opened before it knew where to begin');
  assert.equal((await came)?.length, 1);
});

test('without a place a stream begins with what comes next; with one that cannot be read it is refused', async () => {
  const before = (await all()).at(-1)!;
  const came = await streamed(1, {}, '', () => append(1));
  assert.ok(BigInt(came[0]!) > BigInt(before));
  for (const id of ['x', '-1', '1e3', '9'.repeat(19)]) {
    const refused = await fetch(`${on.served.url}/v1/events/stream`, {
      headers: { authorization, 'last-event-id': id },
    });
    assert.equal(refused.status, 400, id);
    await refused.body?.cancel();
  }
});
