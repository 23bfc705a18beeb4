/**
 * What the simulated channels know, kept in the data folder: a line of JSON for each change, so that after a restart nobody says “unpaid”
 * of what was paid before it. A payment's last line counts; a line that a crash cut off is left out.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

export type Kept = Readonly<{
  of(desk: string): readonly unknown[];
  /** What a channel account keeps besides: its keys. */
  keys(desk: string): unknown;
  /** Writes it where it is another than it was. */
  keep(desk: string, ref: string, what: unknown): void;
}>;

/** No payment has this number. */
export const KEYS = 'keys';

export function keptIn(path: string): Kept {
  const last = new Map<string, string>();
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  for (const line of text.split('\n')) {
    const [desk, ref] = parsed(line) ?? [];
    if (desk !== undefined) last.set(`${desk}/${ref}`, line);
  }
  // Older states of a payment go, and with them a line without its end.
  if (text !== '') writeFileSync(path, [...last.values(), ''].join('\n'));
  return {
    of: (desk) =>
      [...last].flatMap(([key, line]) =>
        key.startsWith(`${desk}/`) && key !== `${desk}/${KEYS}` ? [unpacked(parsed(line)![2])] : [],
      ),
    keys(desk) {
      const line = last.get(`${desk}/${KEYS}`);
      return line === undefined ? undefined : unpacked(parsed(line)![2]);
    },
    keep(desk, ref, what) {
      const line = JSON.stringify([desk, ref, packed(what)]);
      const key = `${desk}/${ref}`;
      if (last.get(key) === line) return;
      last.set(key, line);
      appendFileSync(path, `${line}\n`);
    },
  };
}

function parsed(line: string): readonly [desk: string, ref: string, what: unknown] | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function packed(value: unknown): unknown {
  if (typeof value === 'bigint') return { $minor: String(value) };
  if (value instanceof Temporal.Instant) return { $at: value.toString() };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, packed(v)]));
}

function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  const it = value as Record<string, unknown>;
  if (typeof it.$minor === 'string') return BigInt(it.$minor);
  if (typeof it.$at === 'string') return Temporal.Instant.from(it.$at);
  return Object.fromEntries(Object.entries(it).map(([k, v]) => [k, unpacked(v)]));
}
