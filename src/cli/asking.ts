/** Asks the server for a command: of DAOZHANG_URL with DAOZHANG_API_KEY, or the one of ./data with the key that lies there. */
import { serverEnv } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { localKeys } from './keys.ts';

export type Asking = Readonly<{
  /** `key`: the same request again is answered as the first was. Throws `serve.not_reached`, or `serve.refused` with the server's own sentence. */
  ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, key?: string): Promise<T>;
  /** What is too long to hold, or no JSON. */
  stream(path: string): Promise<ReadableStream<Uint8Array>>;
  /** A file as the body, byte for byte. */
  send<T>(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<T>;
  live: boolean;
}>;

export function asking(flags: Readonly<{ data: string; live?: boolean }>, lang: Lang): Asking {
  const env = serverEnv();
  const keys = localKeys(flags.data);
  const key = env.apiKey ?? (flags.live === true ? keys?.live : keys?.test);
  const url = (env.serverUrl ?? keys?.url)?.replace(/\/$/, '');
  if (key === undefined || url === undefined) throw new DaozhangError('serve.no_key', {});
  const send = async (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    signal?: AbortSignal,
    idempotencyKey?: string,
  ): Promise<Response> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'accept-language': lang === 'zh' ? 'zh-CN' : 'en',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(body === undefined
          ? {}
          : { 'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream' }),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new DaozhangError('serve.not_reached', { url, reason: cause });
    });
    if (response.ok) return response;
    const said = (await response.json().catch(() => ({}))) as { code?: string; title?: string; remedy?: string };
    throw new DaozhangError('serve.refused', {
      says: said.title ?? String(response.status),
      remedy: said.remedy ?? '',
      status: response.status,
      code: said.code ?? '',
    });
  };
  return {
    live: key.startsWith('dz_live_'),
    async ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, key?: string): Promise<T> {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const response = await send(method, path, text, AbortSignal.timeout(60_000), key);
      return (await response.json().catch(() => ({}))) as T;
    },
    async send<T>(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<T> {
      const response = await send('POST', path, bytes, AbortSignal.timeout(60_000));
      return (await response.json().catch(() => ({}))) as T;
    },
    stream: async (path) => (await send('GET', path, undefined)).body ?? new ReadableStream(),
  };
}
