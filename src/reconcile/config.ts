/**
 * `daozhang.yaml` beside the documents: what a folder of documents needs to be read and judged the same way every day.
 * Reference: docs/reference/config.md. Paths are relative to the file.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { isCurrency } from '../base/currency.ts';
import { isZone } from '../base/time.ts';
import { parseYaml, readText } from '../base/yaml.ts';
import type { Format } from '../files/format.ts';
import { bankTableWith } from '../files/formats/bank-table.ts';
import { delimitedChannel, delimitedConfig } from '../files/formats/lakala-delimited.ts';
import { mappedOrders } from '../files/formats/order-mapped.ts';
import { loadMapping } from '../files/mapping.ts';

const zone = z.string().refine(isZone, 'not a time zone such as Asia/Shanghai / 不是 Asia/Shanghai 这样的时区');

const minutes = (most: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/, 'not a whole number of minutes / 不是整数分钟')
    .transform(Number)
    .refine((n) => n <= most, `at most ${most} / 最多 ${most}`);

const FIELDS = {
  timezone: zone.optional(),
  plans: z.string().optional(),
  calendars: z.string().optional(),
  formats: z.array(z.string()).optional(),
  orders: z.string().optional(),
  currency: z
    .string()
    .refine(isCurrency, 'not an ISO 4217 currency such as CNY / 不是 CNY 这样的 ISO 4217 货币代码')
    .optional(),
  carry_days: z
    .string()
    .regex(/^\d{1,2}$/, 'not a whole number of days / 不是整数天')
    .transform(Number)
    .optional(),
  margin_minutes: minutes(240).optional(),
  window_minutes: minutes(240).optional(),
};

const CONFIG_FIELDS = Object.keys(FIELDS);

export type Config = Readonly<{
  path?: string;
  timezone?: string | undefined;
  /** Absolute path. */
  plans?: string | undefined;
  /** Absolute path. */
  calendars?: string | undefined;
  formats: readonly Format[];
  /** The mapping of order books, absolute; it is among the formats. */
  orders?: string | undefined;
  carryDays?: number | undefined;
  marginMinutes?: number | undefined;
  windowMinutes?: number | undefined;
}>;

/** Reads a configuration file. `config.invalid` with line and column when it cannot be understood. */
export async function loadConfig(path: string): Promise<Config> {
  const read = parseYaml(await readText(path), path, z.strictObject(FIELDS), () => CONFIG_FIELDS);
  const beside = (name: string): string => resolve(dirname(path), name);
  return {
    path,
    timezone: read.timezone,
    plans: read.plans === undefined ? undefined : beside(read.plans),
    calendars: read.calendars === undefined ? undefined : beside(read.calendars),
    formats: [
      ...(await Promise.all((read.formats ?? []).map((name) => loadFormats(beside(name))))).flat(),
      ...(read.orders === undefined ? [] : mappedOrders(await loadMapping(beside(read.orders)))),
      ...(read.currency === undefined ? [] : [bankTableWith({ currency: read.currency })]),
    ],
    orders: read.orders === undefined ? undefined : beside(read.orders),
    carryDays: read.carry_days,
    marginMinutes: read.margin_minutes,
    windowMinutes: read.window_minutes,
  };
}

const formatsFile = z.strictObject({ formats: z.array(delimitedConfig) });

/** A file of operator-configured formats (examples/lakala.formats.yaml is a worked one). */
const loadFormats = async (path: string): Promise<Format[]> => parseFormats(await readText(path), path);

/** The same from its text; `config.invalid` names line and column. */
export function parseFormats(source: string, path: string): Format[] {
  const known = (at: readonly PropertyKey[]): readonly string[] =>
    at.length === 0 ? ['formats'] : at.length === 2 ? Object.keys(delimitedConfig.shape) : [];
  return parseYaml(source, path, formatsFile, known).formats.map(delimitedChannel);
}

/**
 * The configuration of these documents: the file named, else the `daozhang.yaml` beside them; and the `orders.mapping.yaml`
 * beside them when that names no mapping.
 */
export async function configOf(paths: readonly string[], named?: string): Promise<Config> {
  const path = named ?? findConfig(paths);
  const config: Config = path === undefined ? { formats: [] } : await loadConfig(path);
  const mapping = config.orders === undefined ? findBeside(paths, ['orders.mapping.yaml']) : undefined;
  if (mapping === undefined) return config;
  return { ...config, formats: [...config.formats, ...mappedOrders(await loadMapping(mapping))] };
}

/** The `daozhang.yaml` of these documents. */
const findConfig = (paths: readonly string[]): string | undefined =>
  findBeside(paths, ['daozhang.yaml', 'daozhang.yml']);

/** The first of these in a named folder or beside a named file; else one beside a named folder. */
function findBeside(paths: readonly string[], names: readonly string[]): string | undefined {
  const folders = paths.filter((path) => existsSync(path) && statSync(path).isDirectory());
  const around = folders.map((path) => dirname(resolve(path)));
  const places = [...paths.map((path) => (folders.includes(path) ? path : dirname(path))), ...around];
  return places.flatMap((place) => names.map((name) => join(place, name))).find((path) => existsSync(path));
}
