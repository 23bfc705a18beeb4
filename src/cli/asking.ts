/** Asks the server for a command: of DAOZHANG_URL with DAOZHANG_API_KEY, or the one of ./data with the key that lies there. */
import { serverEnv } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { localKeys } from './keys.ts';

export type Asking = Readonly<{
  /** Throws `serve.not_reached`, or `serve.refused` with the server's own sentence. */
  ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
  live: boolean;
}>;

export function asking(flags: Readonly<{ data: string; live?: boolean }>, lang: Lang): Asking {
  const env = serverEnv();
  const keys = localKeys(flags.data);
  const key = env.apiKey ?? (flags.live === true ? keys?.live : keys?.test);
  const url = (env.serverUrl ?? keys?.url)?.replace(/\/$/, '');
  if (key === undefined || url === undefined) throw new DaozhangError('serve.no_key', {});
  return {
    live: key.startsWith('dz_live_'),
    async ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          'accept-language': lang === 'zh' ? 'zh-CN' : 'en',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      }).catch((error: Error) => {
        const cause = error.cause instanceof Error ? error.cause.message : error.message;
        throw new DaozhangError('serve.not_reached', { url, reason: cause });
      });
      const said = (await response.json().catch(() => ({}))) as T & { title?: string; remedy?: string };
      if (!response.ok)
        throw new DaozhangError('serve.refused', {
          says: said.title ?? String(response.status),
          remedy: said.remedy ?? '',
        });
      return said;
    },
  };
}
