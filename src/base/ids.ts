/** Ids and hashes: those made of content, and the book's row ids. */
import { hash, randomUUIDv7 } from 'node:crypto';

/** Lower-case hex SHA-256. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes);
}

/**
 * An id made of what it names: the same facts give the same id on every machine and in every run.
 * Parts are joined by U+001F, which no source writes inside a field.
 */
export function contentId(prefix: string, parts: readonly string[]): string {
  return `${prefix}_${sha256(parts.join('\u001f')).slice(0, 20)}`;
}

/** A row's id: UUIDv7, so that new rows stand together in an index. Its order is not the order of commit. */
export const newId = (): string => randomUUIDv7();
