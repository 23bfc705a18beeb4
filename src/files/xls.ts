/**
 * Legacy BIFF workbooks (`.xls`), which many banks still hand out, as rows of exact text. The reading itself happens in
 * `xls-child.ts`, a process with a small heap and a deadline that may read this file and nothing else.
 *
 * Inside a workbook there are no byte offsets: `length` is 0, `row` is the sheet's own row number. Rows are kept in
 * memory; BIFF has at most 65,536 a sheet.
 */
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DaozhangError } from '../base/errors.ts';
import { inspectContainer } from './cfb.ts';
import { numberText } from './sheet.ts';

type XlsRow = Readonly<{ sheet: number; row: number; cells: readonly string[] }>;

type XlsLimits = Readonly<{ fileBytes: number; heapMiB: number; timeoutMs: number; outputBytes: number }>;
export const XLS_LIMITS: XlsLimits = {
  fileBytes: 64 * 2 ** 20,
  heapMiB: 256,
  timeoutMs: 60_000,
  outputBytes: 128 * 2 ** 20,
};

const CFB = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/** True for the container format of legacy office documents; whether a workbook is in it, the reader finds out. */
export const isXls = (bytes: Uint8Array): boolean => CFB.every((byte, i) => bytes[i] === byte);

/** Every visible sheet's rows that are not empty. `file.cut`, `file.corrupt`, `file.archive` (encrypted), `file.too_large`. */
export async function readXls(path: string, name: string, limits: XlsLimits = XLS_LIMITS): Promise<XlsRow[]> {
  if (statSync(path).size > limits.fileBytes) {
    throw new DaozhangError('file.too_large', { path: name, limit: limits.fileBytes });
  }
  const bytes = readFileSync(path);
  const container = inspectContainer(bytes);
  if (container === 'cut') {
    const reason = 'a part of the workbook lies behind its end / 工作簿的一部分缺失';
    throw new DaozhangError('file.cut', { path: name, offset: bytes.length, reason });
  }
  if (container === 'no workbook') throw new DaozhangError('file.unknown_format', { path: name });
  const { output, errors, signal, code, late, tooMuch } = await runChild(path, name, limits);
  if (code === 0) return output;
  if (tooMuch) throw new DaozhangError('file.too_large', { path: name, limit: limits.outputBytes });
  if (late)
    throw corrupt(
      name,
      `reading took longer than ${limits.timeoutMs / 1000} s / 读取超过 ${limits.timeoutMs / 1000} 秒`,
    );
  if (/password|encrypt/i.test(errors)) {
    throw new DaozhangError('file.archive', { path: name, reason: 'protected by a password / 有密码保护' });
  }
  if (signal !== null || /heap/i.test(errors)) {
    throw new DaozhangError('file.too_large', { path: name, limit: limits.heapMiB * 2 ** 20 });
  }
  throw corrupt(name, /^\w*Error: (.{1,200})$/m.exec(errors)?.[1] ?? 'no workbook in it / 里面没有工作簿');
}

const corrupt = (name: string, reason: string): DaozhangError =>
  new DaozhangError('file.corrupt', { path: name, offset: 0, reason });

type Run = {
  output: XlsRow[];
  errors: string;
  code: number | null;
  signal: string | null;
  late: boolean;
  tooMuch: boolean;
};

function runChild(path: string, name: string, limits: XlsLimits): Promise<Run> {
  const script = join(import.meta.dirname, `xls-child${extname(import.meta.filename)}`);
  const library = dirname(fileURLToPath(import.meta.resolve('@e965/xlsx')));
  const may = [script, library, path].map((allowed) => `--allow-fs-read=${allowed}`);
  const flags = [
    `--max-old-space-size=${limits.heapMiB}`,
    '--disable-warning=ExperimentalWarning',
    '--permission',
    ...may,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, script, path], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: XlsRow[] = [];
    let errors = '';
    let rest = '';
    let printed = 0;
    let late = false;
    let tooMuch = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limits.timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk.length;
      if (printed > limits.outputBytes) {
        tooMuch = true;
        child.kill('SIGKILL');
        return;
      }
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) output.push(rowOf(line));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (errors.length < 10_000) errors += chunk;
    });
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new DaozhangError('file.unreadable', { path: name, reason: cause.message }, cause));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ output, errors, code, signal, late, tooMuch });
    });
  });
}

function rowOf(line: string): XlsRow {
  const [sheet, row, ...cells] = JSON.parse(line) as [number, number, ...(string | number | null)[]];
  // The shortest form of a double names it exactly, so nothing is lost on the way through JSON.
  return {
    sheet,
    row,
    cells: cells.map((cell) => (typeof cell === 'number' ? numberText(String(cell)) : (cell ?? ''))),
  };
}
