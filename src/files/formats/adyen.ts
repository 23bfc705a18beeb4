/**
 * What Adyen's settlement details and payment accounting reports share: columns by name in an order that differs between
 * accounts, amounts in major units with a point, a local time beside the abbreviation of its zone, and a payment's own
 * reference (`Psp Reference`) beside that of what was done to it.
 */
import type { TableField, TableLayout } from '../format.ts';
import { found, textOf } from './csv-header.ts';
import { instantOf, ZONE_GUARD, zoneLets } from './zone-names.ts';

/** Costs are written with up to this many decimals. */
export const FINE = 6;

/**
 * An amount at `FINE` decimals, absent = 0; NULL when it is none. Exact: what does not end there is refused. As 128 bits, so
 * that no sum of damaged cells can end the query.
 */
const fine = (text: string): string =>
  `coalesce(dz_as_written_2(${text})::hugeint * ${10 ** (FINE - 2)}, dz_scaled_plain(${text}, ${FINE})::hugeint, dz_scaled_patient(${text}, ${FINE})::hugeint)`;

/** Lets that read amounts: for each name its text, absent = 0, and its value. Not `l_…`: no check asks for them. */
export function fineLets(cells: Readonly<Record<string, string>>): Record<string, string> {
  const lets: Record<string, string> = {};
  for (const [name, text] of Object.entries(cells)) {
    lets[`t_${name}`] = `coalesce(${text}, '0.00')`;
    lets[`v_${name}`] = fine(`t_${name}`);
  }
  return lets;
}

/** To the minor unit, half away from zero, still at `FINE` decimals. */
export const rounded = (sql: string): string =>
  `case when ${sql} % v_unit = 0 then ${sql} else sign(${sql})::hugeint * ((abs(${sql}) + v_unit // 2) // v_unit) * v_unit end`;

/** Minor units of what is at `FINE` decimals; NULL when the currency has no such amount. `v_unit` is one minor unit. */
export const minor = (sql: string): string =>
  `case when (${sql}) % v_unit = 0 then try_cast((${sql}) // v_unit as bigint) end`;

/** Lets that give the exponent and the minor unit of the currency in this column. */
export const unitLets = (currency: string): Record<string, string> => ({
  v_currency: `dz_currency(upper(${currency}))`,
  v_exponent: `dz_exponent(v_currency)`,
  v_unit: `dz_pow10(${FINE} - v_exponent)`,
});

/** Adyen's name for a reference it made up because the merchant gave none. */
export const ownReference = (sql: string): string => `nullif(${sql}, '<auto>')`;

/** When it happened, its date, and that the zone's name is one. */
export function times(
  layout: TableLayout,
  dates: readonly string[],
  zones: readonly string[],
): { lets: Record<string, string>; occurredAt: TableField; businessOn: TableField; guard: TableField } {
  const column = found(layout, ...dates) ?? dates[0]!;
  return {
    lets: { v_local: `try_cast(${textOf(layout, ...dates)} as timestamp)`, ...zoneLets(textOf(layout, ...zones)) },
    occurredAt: { sql: instantOf('v_local'), column },
    businessOn: { sql: 'v_local::date', column, required: true, code: 'bad_date' },
    guard: { sql: ZONE_GUARD, column: found(layout, ...zones) ?? zones[0]!, code: 'bad_value' },
  };
}
