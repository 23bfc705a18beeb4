/**
 * Mappings that people saved, as formats. One is the very file that `daozhang.yaml` names (`orders:` or `formats:`), so that what is read
 * here is read the same by the command line. May not: know where they are kept.
 */
import { parse } from 'yaml';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { yamlText } from '../base/yaml.ts';
import type { Facts, Format } from '../files/format.ts';
import { mappedOrders } from '../files/formats/order-mapped.ts';
import { mappingText, parseMapping } from '../files/mapping.ts';
import { parseFormats } from './config.ts';

export const MAPPING_KINDS = ['orders', 'bill'] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];
export type Saved = Readonly<{ kind: MappingKind; name: string; version: number; document: string }>;

/** The same for every version, so that a line that two documents of one name give counts once. */
const idOf = (name: string, before: string): string => `${before}-${sha256(name).slice(0, 8)}`;

/** In the order given: the first that fits reads a document. Throws `config.invalid`. */
export const savedFormats = (all: readonly Saved[]): readonly Format[] => all.flatMap(formatsOf);

function formatsOf(saved: Saved): readonly Format[] {
  const { kind, name, document } = saved;
  if (kind === 'bill') return parseFormats(document, name).map((format) => told(format, saved));
  const mapped = mappedOrders(parseMapping(document, name));
  // An id of their own: an order book that this one does not fit may be another's, or speak for itself.
  const named = { id: idOf(name, 'orders'), title: { en: name, zh: name } };
  return mapped.map((format) => told({ ...format, ...named }, saved));
}

/** Whoever reads the result sees through which mapping. */
function told(format: Format, { name, version }: Saved): Format {
  const note = {
    en: `read by the saved mapping “${name}”, version ${version}`,
    zh: `按已存的读取方式“${name}”第 ${version} 版读取`,
  };
  const noted = (facts: Facts): Facts => ({ ...facts, notes: [note, ...(facts.notes ?? [])] });
  return format.shape === 'rows'
    ? { ...format, read: async (input, sink) => noted(await format.read(input, sink)) }
    : { ...format, facts: async (layout, input, query) => noted(await format.facts(layout, input, query)) };
}

const MOST_TEXT = 65_536;
/** The file of a mapping from its fields, checked; a bill's `id` and `title` are its name's. Throws `config.invalid`. */
export function mappingFile(kind: MappingKind, name: string, fields: Readonly<Record<string, unknown>>): string {
  const file = fileOf(kind, name, fields);
  if (file.length <= MOST_TEXT) return file;
  throw new DaozhangError('config.invalid', { path: name, reason: 'longer than any table needs / 过长' });
}

function fileOf(kind: MappingKind, name: string, fields: Readonly<Record<string, unknown>>): string {
  if (kind === 'orders') return mappingText(parseMapping(yamlText({ version: '1', ...fields }), name));
  const channel = typeof fields.channel === 'string' ? fields.channel : '';
  const text = yamlText({ formats: [{ id: idOf(name, channel), title: { en: name, zh: name }, ...fields }] });
  parseFormats(text, name);
  return text;
}

/** The fields of a saved file, to be changed by a person; what its name gives it is left out. */
export function mappingFields(kind: MappingKind, document: string): Readonly<Record<string, unknown>> {
  const read = parse(document, { schema: 'failsafe' }) as Record<string, unknown>;
  const { version, ...orders } = read;
  if (kind === 'orders') return orders;
  const { id, title, ...bill } = (read.formats as Record<string, unknown>[])[0]!;
  return bill;
}
