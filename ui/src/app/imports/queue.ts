/**
 * Files on their way to the server, two at a time, wherever the reader goes in the app meanwhile. After the last byte each is read once, so
 * that it can be said what it is. Progress by XMLHttpRequest: fetch does not tell how much has gone.
 */
import { useSyncExternalStore } from 'react';
import { headersOf, Trouble, troubleOf } from '../../base/api.ts';
import { nowMs } from '../../base/time.ts';
import { books, type Document, type Reading } from './api.ts';

const AT_ONCE = 2;
/** Of the newest second this much counts, so that the time left does not jump. */
const FRESH = 0.3;

export type Item = Readonly<{
  key: number;
  name: string;
  size: number;
  state: 'waiting' | 'sending' | 'reading' | 'done' | 'failed' | 'cancelled';
  sent: number;
  /** Bytes a second; undefined until it can be told. */
  rate?: number;
  document?: Document;
  reading?: Reading;
  trouble?: Trouble;
}>;

let items: readonly Item[] = [];
const files = new Map<number, File>();
const stops = new Map<number, AbortController>();
const heard = new Set<() => void>();
let last = 0;

function change(key: number, to: Partial<Item>): void {
  items = items.map((item) => (item.key === key ? { ...item, ...to } : item));
  for (const hear of heard) hear();
}

export const isOver = ({ state }: Item): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

export function useQueue(): readonly Item[] {
  return useSyncExternalStore(
    (hear) => {
      heard.add(hear);
      return () => heard.delete(hear);
    },
    () => items,
  );
}

/** Told of each that arrived. */
export const arrived = new Set<(document: Document) => void>();

export function bring(more: readonly File[]): void {
  const added = more.map((file): Item => {
    last += 1;
    files.set(last, file);
    return { key: last, name: file.name.slice(-200), size: file.size, state: 'waiting', sent: 0 };
  });
  items = [...items, ...added];
  for (const hear of heard) hear();
  startNext();
}

addEventListener('beforeunload', (event) => {
  if (items.some(({ state }) => state === 'waiting' || state === 'sending')) event.preventDefault();
});

export function cancel(key: number): void {
  change(key, { state: 'cancelled' });
  stops.get(key)?.abort();
  files.delete(key);
  startNext();
}

export function again(key: number): void {
  change(key, { state: 'waiting', sent: 0 });
  startNext();
}

/** Takes away what is over. */
export function tidy(): void {
  for (const item of items) if (isOver(item)) files.delete(item.key);
  items = items.filter((item) => !isOver(item));
  for (const hear of heard) hear();
}

function startNext(): void {
  const going = items.filter(({ state }) => state === 'sending' || state === 'reading').length;
  for (const item of items.filter(({ state }) => state === 'waiting').slice(0, AT_ONCE - going)) void run(item);
}

async function run({ key }: Item): Promise<void> {
  const stop = new AbortController();
  stops.set(key, stop);
  change(key, { state: 'sending' });
  try {
    const file = files.get(key)!;
    const document = await send(file, key, stop.signal);
    change(key, { state: 'reading', sent: file.size, document });
    for (const tell of arrived) tell(document);
    const reading = await books.reading(document.id, stop.signal);
    // With what was found in it; whether it was known only the upload's answer says.
    const read = { ...document, ...(await books.document(document.id)) };
    change(key, { state: 'done', reading, document: read });
    for (const tell of arrived) tell(read);
    files.delete(key);
  } catch (error) {
    if (stop.signal.aborted) return;
    const trouble = error instanceof Trouble ? error : new Trouble('broken', 0, String(error));
    change(key, { state: 'failed', trouble });
  } finally {
    stops.delete(key);
    startNext();
  }
}

function send(file: File, key: number, signal: AbortSignal): Promise<Document> {
  const name = encodeURIComponent(file.name.slice(-200));
  const request = new XMLHttpRequest();
  request.open('POST', `/v1/documents?name=${name}`);
  for (const [header, value] of Object.entries(headersOf({ 'content-type': 'application/octet-stream' })))
    request.setRequestHeader(header, value);
  let before = { at: nowMs(), sent: 0 };
  let rate: number | undefined;
  request.upload.onprogress = ({ loaded }) => {
    const at = nowMs();
    if (at - before.at >= 200) {
      const now = ((loaded - before.sent) * 1_000) / (at - before.at);
      rate = rate === undefined ? now : rate * (1 - FRESH) + now * FRESH;
      before = { at, sent: loaded };
    }
    change(key, { sent: loaded, ...(rate !== undefined && { rate }) });
  };
  return new Promise((done, fail) => {
    signal.addEventListener('abort', () => request.abort());
    request.onabort = () => fail(signal.reason);
    request.onerror = () => fail(new Trouble('offline', 0, 'offline'));
    request.onload = () => {
      const body = JSON.parse(request.responseText || '{}');
      if (request.status < 300) done(body as Document);
      else fail(troubleOf(request.status, body));
    };
    request.send(file);
  });
}
