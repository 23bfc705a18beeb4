/**
 * Configuration files: YAML through a schema, refused with line and column. Every value is the text that was written (YAML's
 * failsafe schema), so no number ever becomes a float and a merchant number keeps its leading zeros.
 * A schema's own refusals are written in both languages, `english / 中文`.
 */
import { readFile } from 'node:fs/promises';
import { isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, stringify, visit } from 'yaml';
import type * as z from 'zod';
import { DaozhangError } from './errors.ts';

/** A text file as UTF-8. Throws `file.not_found`, `file.unreadable`, or `config.invalid` when it is in another encoding. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new DaozhangError('file.not_found', { path }, cause);
    throw new DaozhangError('file.unreadable', { path, reason: cause.code ?? cause.message }, cause);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DaozhangError('config.invalid', { path, reason: 'save it as UTF-8 / 请保存为 UTF-8 编码' });
  }
}

/** Fields of text as YAML that `parseYaml` reads back as the same text. */
export const yamlText = (value: object): string => stringify(value, { schema: 'failsafe', lineWidth: 0 });

type Path = readonly PropertyKey[];

/**
 * The text as the schema's value. `known` names the fields allowed at a path, for the message about an unknown one; `check`
 * looks at the whole and names what is wrong with it. Throws `config.invalid` with `path:line:column`.
 */
export function parseYaml<S extends z.ZodType>(
  source: string,
  path: string,
  schema: S,
  known: (at: Path) => readonly string[],
  check: (data: z.output<S>) => { path: Path; reason: string } | undefined = () => undefined,
): z.output<S> {
  const lines = new LineCounter();
  const doc = parseDocument(source, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const refuse = (offset: number, reason: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new DaozhangError('config.invalid', { path: `${path}:${line}:${col}`, reason });
  };
  const broken = doc.errors[0] ?? doc.warnings[0];
  if (broken) return refuse(broken.pos[0], `not valid YAML: ${broken.message} / YAML 语法有误`);
  visit(doc, {
    Pair(_, { key }) {
      if (!isScalar(key)) {
        refuse((key as Node | null)?.range?.[0] ?? 0, 'a field name must be plain text / 字段名应为普通文字');
      }
    },
  });
  let value: unknown;
  try {
    value = doc.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return refuse(0, `not valid YAML: ${error instanceof Error ? error.message : error} / YAML 语法有误`);
  }
  const read = schema.safeParse(value ?? {});
  if (!read.success) {
    // A misspelt field is told before the required one it leaves missing.
    const issue = read.error.issues.find((i) => i.code === 'unrecognized_keys') ?? read.error.issues[0]!;
    const { node, key } = locate(doc.contents, issue);
    return refuse((key ?? node)?.range?.[0] ?? 0, reasonOf(issue, value ?? {}, known));
  }
  const wrong = check(read.data);
  if (wrong) return refuse(locate(doc.contents, wrong).node?.range?.[0] ?? 0, wrong.reason);
  return read.data;
}

type Issue = Readonly<{ path: Path; code?: string | undefined; keys?: readonly string[] }>;

/** The node an issue is about, or the nearest one around it; for an unknown field, the field's own name. */
function locate(root: unknown, issue: Issue): { node: Node | undefined; key?: Node | undefined } {
  let node = root as Node | undefined;
  for (const step of issue.path) {
    if (isAlias(node)) break;
    const inner = (node as { get?: (k: unknown, keep: true) => unknown } | undefined)?.get?.(step, true);
    if (inner === undefined || inner === null) break;
    node = inner as Node;
  }
  if (issue.code !== 'unrecognized_keys' || !isMap(node)) return { node };
  const unknown = issue.keys?.[0];
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === unknown);
  return { node, key: pair?.key as Node | undefined };
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'one value, not a list or fields / 一个值,而不是列表或字段组',
  array: 'a list / 列表',
  object: 'fields, one a line / 字段组,每行一个字段',
};

/** An issue in both languages. What our own checks refuse already is; zod's own wording is replaced. */
function reasonOf(issue: z.core.$ZodIssue, root: unknown, knownAt: (at: Path) => readonly string[]): string {
  const at = nameOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownAt(issue.path);
    const name = `${at === '' ? '' : `${at}.`}${issue.keys[0]}`;
    return `there is no field “${name}”; known: ${known.join(', ')} / 没有名为“${name}”的字段;可用:${known.join('、')}`;
  }
  if (issue.code === 'invalid_type') {
    if (valueAt(root, issue.path) === undefined) return `${at} is missing / 缺少 ${at}`;
    const [en, zh] = (EXPECTED[issue.expected] ?? `${issue.expected} / ${issue.expected}`).split(' / ');
    return `${at || 'the file'} must be ${en} / ${at || '文件'} 应为${zh}`;
  }
  const cut = issue.message.lastIndexOf(' / ');
  return `${at}: ${issue.message.slice(0, cut)} / ${at}:${issue.message.slice(cut + 3)}`;
}

const nameOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step + 1}]`;
    return name === '' ? String(step) : `${name}.${String(step)}`;
  }, '');

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step], root);
