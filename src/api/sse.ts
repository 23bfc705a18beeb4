/** Server-sent events: looks again and again, tells what is new, and ends when the reader goes or there is no more to tell. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const BEAT_MS = 15_000;

export type Told = Readonly<{ id?: string; event: string; data: unknown }>;
export type Reply = Readonly<{ hijack(): void; raw: import('node:http').ServerResponse }>;

/**
 * `look` returns what came since it last looked, undefined where the stream ends; it is asked at once again while something comes. What a
 * reader must not miss is fixed before this is called: what happens once the reader has seen it open must come.
 */
export async function sse(
  reply: Reply,
  everyMs: number,
  look: () => Promise<readonly Told[] | undefined>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const gone = new AbortController();
  raw.on('close', () => gone.abort());
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.write(': open\n\n');
  let quietMs = 0;
  while (!gone.signal.aborted) {
    // After an error the reader comes again with the last number it has.
    const told = await look().catch(() => undefined);
    if (told === undefined) break;
    let fits = true;
    for (const { id, event, data } of told)
      fits = raw.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    // A reader that does not read is waited for, so that nothing piles up here.
    if (!fits) await once(raw, 'drain', { signal: gone.signal }).catch(() => {});
    if (told.length > 0) continue;
    await pause(everyMs, undefined, { signal: gone.signal }).catch(() => {});
    quietMs += everyMs;
    if (quietMs >= BEAT_MS) {
      raw.write(': here\n\n');
      quietMs = 0;
    }
  }
  raw.end();
}
