/** Small things every route needs: cursors, absent members, not found. */
import { DaozhangError } from '../base/errors.ts';

/** Where a page ended: the key it is sorted by. Readers pass it back and do not look into it. */
export const cursor = (at: string, id: string): string => Buffer.from(`${at} ${id}`).toString('base64url');

export function fromCursor(text: string | undefined): readonly [at: string, id: string] | undefined {
  if (text === undefined) return undefined;
  const [at, id] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  // Nothing but what `cursor` wrote: the database is asked with it.
  if (at === undefined || id === undefined || !isInstant(at) || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new DaozhangError('api.bad_request', { reason: 'after' });
  return [at, id];
}

export function isInstant(text: string): boolean {
  try {
    return Temporal.Instant.from(text).toString() === text && /^\d{4}-/.test(text) && !text.startsWith('0000');
  } catch {
    return false;
  }
}

/** What is not there for this caller is not there. */
export function notFound(): never {
  throw new DaozhangError('api.not_found', {});
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
/** Members that are undefined are left out. */
export function dropEmpty<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Present<T>;
}
