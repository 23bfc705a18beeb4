/**
 * The other side of the wire: how Stripe reads a request and signs what it sends. Written from the protocol and on its own, not by the
 * adapter's code: an echo proves nothing. The official SDK's tests are the judge.
 */
import { createHmac } from 'node:crypto';
import type http from 'node:http';
import type { Json } from './truth.ts';

/** Nested names: `metadata[order_id]`, `expand[]`, `types[0]`, `created[gte]`. A list is an object of its places until it is read. */
export type Params = { [name: string]: string | Params };

export function paramsOf(text: string): Params {
  const params: Params = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/\]\[|\[|\]/).filter((part, i, all) => i === 0 || i < all.length - 1 || part !== '');
    let at = params;
    path.forEach((raw, i) => {
      const part = raw === '' ? String(Object.keys(at).length) : raw;
      if (i === path.length - 1) {
        at[part] = value;
        return;
      }
      const next = at[part];
      const deeper: Params = typeof next === 'object' ? next : {};
      at[part] = deeper;
      at = deeper;
    });
  }
  return params;
}

export const textOf = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};
export const listOf = (params: Params, name: string): readonly string[] => {
  const value = params[name];
  return typeof value === 'object' ? Object.values(value).filter((v) => typeof v === 'string') : [];
};
export const tableOf = (params: Params, name: string): Record<string, string> => {
  const value = params[name];
  const pairs = typeof value === 'object' ? Object.entries(value) : [];
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
};

/** An answer that is an error of Stripe's. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly says: Json;

  constructor(status: number, type: string, says: Readonly<{ message: string; code?: string; param?: string }> & Json) {
    super(says.message);
    this.status = status;
    this.says = { ...says, type };
  }
}

export const invalid = (message: string, code?: string, param?: string): ApiError =>
  new ApiError(400, 'invalid_request_error', {
    message,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
export const missing = (what: string, id: string, param: string): ApiError =>
  new ApiError(404, 'invalid_request_error', { message: `No such ${what}: '${id}'`, code: 'resource_missing', param });

/** The key that a request names, as Bearer or as the user of Basic. */
export function keyOf({ authorization = '' }: http.IncomingHttpHeaders): string {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme === 'Bearer') return value;
  return scheme === 'Basic' ? (Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '') : '';
}

/** One v1 for each secret while one is rolled. */
export function signature(body: string, secrets: readonly string[], at: number): string {
  const of = (secret: string): string => createHmac('sha256', secret).update(`${at}.${body}`, 'utf8').digest('hex');
  return [`t=${at}`, ...secrets.map((secret) => `v1=${of(secret)}`)].join(',');
}
