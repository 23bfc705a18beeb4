/** Multi-row VALUES as text and parameters: writes that every PostgreSQL takes under row-level security, distributed or not. */

/** PostgreSQL counts parameters of a statement in 16 bits. */
const MOST_PARAMETERS = 65_535;
const MOST_ROWS = 5_000;

export type Values = Readonly<{ text: string; params: readonly unknown[] }>;

/**
 * `values ($2::uuid, $3::text), ($4, $5)`: $1 is left to the tenant. The types of the first row hold for all. Rows beyond one
 * statement's limits are the caller's to split: see `inChunks`.
 */
export function values(types: readonly string[], rows: readonly (readonly unknown[])[]): Values {
  return list(types, rows, '');
}

/** `values ($1, $2::uuid, $3::text), ($1, $4, $5)`: each row begins with the tenant, for INSERT. */
export function tenantValues(types: readonly string[], rows: readonly (readonly unknown[])[]): Values {
  return list(types, rows, '$1, ');
}

function list(types: readonly string[], rows: readonly (readonly unknown[])[], lead: string): Values {
  let at = 2;
  const text = rows
    .map((row, i) => `(${lead}${row.map((_, j) => `$${at++}${i === 0 ? `::${types[j]}` : ''}`).join(', ')})`)
    .join(', ');
  return { text: `values ${text}`, params: rows.flat() };
}

/** The rows in pieces that fit into one statement. */
export function* inChunks<T>(rows: readonly T[], columns: number): Generator<readonly T[]> {
  const size = Math.min(MOST_ROWS, Math.floor((MOST_PARAMETERS - 1) / columns));
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}
