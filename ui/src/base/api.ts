/**
 * The server, typed by its own contract: shapes are read as types only, so no validator comes to the browser. Who asks is a session's cookie
 * or a key that this tab, or this device, keeps.
 */
import type { z } from 'zod';
import type * as shape from '../../../src/api/contract.ts';
import { currentLang } from './lang.ts';
import { learnClock } from './time.ts';

export type Me = z.output<typeof shape.me>;
export type Payment = z.output<typeof shape.payment>;
export type Verdict = z.output<typeof shape.verdict>;
export type Trace = z.output<typeof shape.trace>;
export type Observation = z.output<typeof shape.observation>;
export type Money = z.output<typeof shape.money>;
export type Channel = z.output<typeof shape.channel>;
export type Event = z.output<typeof shape.event>;
type ProblemOut = z.output<typeof shape.problem>;
export type PageOf<T> = Readonly<{ items: readonly T[]; next?: string | undefined }>;

/** What went wrong, in words: `kind` says what a page does about it. */
export class Trouble extends Error {
  readonly kind: 'offline' | 'refused' | 'denied' | 'absent' | 'broken';
  readonly status: number;
  readonly remedy: string;
  readonly code: string | undefined;
  constructor(kind: Trouble['kind'], status: number, says: string, remedy = '', code?: string) {
    super(says);
    this.kind = kind;
    this.status = status;
    this.remedy = remedy;
    this.code = code;
  }
}

const KEY = 'daozhang.key';
const MODE = 'daozhang.mode';
export type Mode = 'live' | 'test';

export const keptKey = (): string | null => sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
export function keepKey(key: string, onDevice: boolean): void {
  (onDevice ? localStorage : sessionStorage).setItem(KEY, key);
}
export function forgetKey(): void {
  localStorage.removeItem(KEY);
  sessionStorage.removeItem(KEY);
}
export const keptMode = (): Mode | undefined => {
  const mode = localStorage.getItem(MODE);
  return mode === 'live' || mode === 'test' ? mode : undefined;
};
export const keepMode = (mode: Mode): void => localStorage.setItem(MODE, mode);

export function headersOf(more: Readonly<Record<string, string>>, mode?: Mode): Record<string, string> {
  const key = keptKey();
  return {
    'accept-language': currentLang() === 'zh' ? 'zh-CN' : 'en',
    'x-daozhang': '1',
    'x-daozhang-mode': mode ?? keptMode() ?? 'test',
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...more,
  };
}

export type Ask = Readonly<{
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  bytes?: Blob | undefined;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  mode?: Mode;
}>;

export async function ask(
  path: string,
  { method = 'GET', body, bytes, headers = {}, signal, mode }: Ask = {},
): Promise<Response> {
  const type: Record<string, string> =
    bytes !== undefined
      ? { 'content-type': 'application/octet-stream' }
      : body !== undefined
        ? { 'content-type': 'application/json' }
        : {};
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: headersOf({ ...type, ...headers }, mode),
      cache: 'no-store',
      ...(bytes !== undefined ? { body: bytes } : body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new Trouble('offline', 0, String(error));
  }
  learnClock(response.headers.get('date'));
  if (response.ok) return response;
  throw troubleOf(response.status, await response.json().catch(() => ({})));
}

/** A refusal in the server's own words. */
export function troubleOf(status: number, problem: Partial<ProblemOut>): Trouble {
  const kind =
    status === 401
      ? 'denied'
      : status === 404
        ? 'absent'
        : status >= 500 || status === 408 || status === 429
          ? 'broken'
          : 'refused';
  return new Trouble(kind, status, problem.detail ?? `HTTP ${status}`, problem.remedy, problem.code);
}

export async function json<T>(path: string, how?: Ask): Promise<T> {
  const response = await ask(path, how);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** `?a=1&b=2` of what is there. */
export const query = (values: Readonly<Record<string, string | undefined>>): string => {
  const said = Object.entries(values).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  return said.length === 0 ? '' : `?${new URLSearchParams(said)}`;
};

export const api = {
  me: (mode?: Mode) => json<Me>('/v1/me', mode === undefined ? {} : { mode }),
  leave: () => json<void>('/v1/me/leave', { method: 'POST' }),
  payments: (by: Readonly<Record<string, string | undefined>>, how?: Ask) =>
    json<PageOf<Payment>>(`/v1/payments${query(by)}`, how),
  trace: (id: string) => json<Trace>(`/v1/payments/${id}/trace`),
  inquire: (id: string) =>
    json<{ outcome: string; detail?: string; payment: Payment }>(`/v1/payments/${id}/inquire`, { method: 'POST' }),
  repair: (id: string) => json<Payment>(`/v1/payments/${id}/repair`, { method: 'POST' }),
  giveUp: (orderId: string) => json<unknown>(`/v1/orders/${orderId}/cancel`, { method: 'POST', body: {} }),
  channels: () => json<PageOf<Channel>>('/v1/channels'),
  raw: (messageId: string) => ask(`/v1/messages/${messageId}/raw`),
};

/**
 * What changes, as it changes: reads the feed's stream with the same headers as everything else, and comes again by itself. Returns the end.
 */
export function follow(hear: (event: Event) => void, seen?: (isOpen: boolean) => void): () => void {
  const over = new AbortController();
  let last: string | undefined;
  const run = async (): Promise<void> => {
    for (let wait = 500; !over.signal.aborted; wait = Math.min(wait * 2, 15_000)) {
      try {
        const response = await ask('/v1/events/stream', {
          signal: over.signal,
          headers: last === undefined ? {} : { 'last-event-id': last },
        });
        seen?.(true);
        wait = 500;
        let text = '';
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          text += value;
          for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
            const block = text.slice(0, end);
            text = text.slice(end + 2);
            last = /^id: (\d+)$/m.exec(block)?.[1] ?? last;
            const data = /^data: (.*)$/m.exec(block)?.[1];
            if (data !== undefined) hear(JSON.parse(data));
          }
        }
      } catch (error) {
        if (error instanceof Trouble && error.kind === 'denied') return;
      }
      if (over.signal.aborted) return;
      seen?.(false);
      await new Promise((done) => setTimeout(done, wait));
    }
  };
  void run();
  return () => over.abort();
}
