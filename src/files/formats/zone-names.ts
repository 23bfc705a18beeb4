/**
 * Zones as reports write them beside a local time: `CET`, `PDT`, `UTC`, `GMT+8`, `Europe/Berlin`. An abbreviation that says
 * winter or summer time is a fixed offset. `CST` and `IST` are several zones at once: such a time keeps its date and has no
 * instant, because a guess could be fourteen hours wrong.
 */

/** Minutes east of Greenwich. Source: the names of IANA's zones in English (CLDR), as Java prints them. */
const OFFSETS: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  MEZ: 60,
  CEST: 120,
  MESZ: 120,
  SAST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  TRT: 180,
  GST: 240,
  PKT: 300,
  ICT: 420,
  WIB: 420,
  SGT: 480,
  HKT: 480,
  PHT: 480,
  MYT: 480,
  AWST: 480,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  BRT: -180,
  ART: -180,
  CLST: -180,
  CLT: -240,
  ADT: -180,
  EDT: -240,
  EST: -300,
  CDT: -300,
  COT: -300,
  PET: -300,
  MDT: -360,
  MST: -420,
  PDT: -420,
  PST: -480,
  AKDT: -480,
  AKST: -540,
  HST: -600,
};

/** `CST` China, Chicago, Cuba; `IST` India, Israel, Ireland. */
const SEVERAL = ['CST', 'IST'];

/** Lets over the text of a zone: its name, whether IANA knows it, and its offset in minutes where the name is one. */
export function zoneLets(zone: string): Record<string, string> {
  const known = Object.entries(OFFSETS).map(([name, minutes]) => `when '${name}' then ${minutes}`);
  const part = (group: number): string =>
    `regexp_extract(upper(v_zone), '^(?:GMT|UTC)?([+-])([0-9]{1,2}):?([0-9]{2})?$', ${group})`;
  const number = (group: number): string => `coalesce(try_cast(nullif(${part(group)}, '') as bigint), 0)`;
  return {
    v_zone: zone,
    v_zone_sign: part(1),
    v_zone_named: `coalesce(v_zone in (select name from pg_timezone_names() where name like '%/%'), false)`,
    v_zone_minutes: `case upper(v_zone) ${known.join(' ')}
      else case v_zone_sign when '+' then ${number(2)} * 60 + ${number(3)} when '-' then -(${number(2)} * 60 + ${number(3)}) end end`,
  };
}

/** A local TIMESTAMP in the zone of the lets → microseconds since 1970 UTC; NULL when the zone's name says several or none. */
export const instantOf = (local: string): string =>
  `coalesce(epoch_us(${local}) - v_zone_minutes * 60000000, case when v_zone_named then epoch_us(timezone(v_zone, ${local})) end)`;

/** Anything but a zone there means a damaged row: `'zone'` when it can be one, else NULL. */
export const ZONE_GUARD = `case when v_zone_minutes is not null or v_zone_named or upper(v_zone) in (${SEVERAL.map((name) => `'${name}'`).join(', ')}) then 'zone' end`;
