/**
 * One pass over a document's bytes: hash, size, encoding, head and tail, whether a quote sign stands anywhere, and where the lines
 * lie. A large document is surveyed in a thread of its own, so that two of them use two cores. Cost: O(bytes) time, O(1) memory but
 * for a number kept every 1024 lines.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { EncodingWatch } from './encoding.ts';
import { type LineIndex, LineWatch } from './line-index.ts';

type Survey = Readonly<{
  size: number;
  sha256: string;
  /** Computed when asked for, where somebody knows what it must be. */
  sha1: string | undefined;
  head: Uint8Array;
  tail: Uint8Array;
  hasQuote: boolean;
  /** What the bytes say of their encoding, and the first one that is not UTF-8. */
  verdict: ReturnType<EncodingWatch['verdict']>;
  invalidAt: number | undefined;
  /** The lines as line feeds end them, whatever the encoding and the quotes. */
  lines: LineIndex | undefined;
}>;

const HEAD = 64 * 1024;
const QUOTE = 0x22;
/** From this size on a thread is worth its start. */
const LARGE = 32 * 2 ** 20;

export const chunksOf = (path: string): AsyncIterable<Uint8Array> =>
  createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;

/** `size` is only for choosing the thread; `pass` is told of the bytes of each chunk, and what it throws ends the survey. */
export function survey(path: string, size: number, withSha1: boolean, pass: (bytes: number) => void): Promise<Survey> {
  if (size < LARGE) return surveyHere(path, withSha1, pass);
  const script = join(import.meta.dirname, `survey${extname(import.meta.filename)}`);
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { workerData: { surveyed: path, withSha1 } });
    thread.on('message', (told: Survey | number) => {
      if (typeof told !== 'number') return resolve(told);
      try {
        pass(told);
      } catch (stop) {
        thread.terminate().then(() => reject(stop), reject);
      }
    });
    thread.once('error', reject);
  });
}

/** The chunks of a file, all in one buffer: each is gone when the next is asked for. A new one each would cost a tenth of the pass. */
async function* sameBuffer(path: string): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  const file = await openFile(path, 'r');
  try {
    while (true) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function surveyHere(path: string, withSha1: boolean, pass: (bytes: number) => void): Promise<Survey> {
  const hash = createHash('sha256');
  const sha1 = withSha1 ? createHash('sha1') : undefined;
  const watch = new EncodingWatch();
  const lines = new LineWatch();
  const heads: Uint8Array[] = [];
  let tail: Uint8Array = new Uint8Array(0);
  let size = 0;
  let hasQuote = false;
  for await (const chunk of sameBuffer(path)) {
    if (size < HEAD) heads.push(Buffer.from(chunk.subarray(0, HEAD - size)));
    tail = Buffer.concat([tail, chunk.subarray(-HEAD)]).subarray(-HEAD);
    hash.update(chunk);
    sha1?.update(chunk);
    watch.push(chunk);
    lines.push(chunk);
    hasQuote ||= chunk.includes(QUOTE);
    size += chunk.length;
    pass(chunk.length);
  }
  const verdict = watch.verdict();
  const head = Buffer.concat(heads);
  const { invalidAt } = watch;
  const hashes = { sha256: hash.digest('hex'), sha1: sha1?.digest('hex') };
  return { size, ...hashes, head, tail: tail.slice(), hasQuote, verdict, invalidAt, lines: lines.index() };
}

const asked = workerData as { surveyed?: string; withSha1?: boolean } | null;
if (parentPort && asked?.surveyed !== undefined) {
  const parent = parentPort;
  parent.postMessage(await surveyHere(asked.surveyed, asked.withSha1 === true, (bytes) => parent.postMessage(bytes)));
}
