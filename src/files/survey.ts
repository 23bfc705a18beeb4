/**
 * One pass over a document's bytes: hash, size, encoding, head and tail, and whether a quote sign stands anywhere. A large document
 * is surveyed in a thread of its own, so that two of them use two cores. Cost: O(bytes) time, O(1) memory.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extname, join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { EncodingWatch } from './encoding.ts';

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

async function surveyHere(path: string, withSha1: boolean, pass: (bytes: number) => void): Promise<Survey> {
  const hash = createHash('sha256');
  const sha1 = withSha1 ? createHash('sha1') : undefined;
  const watch = new EncodingWatch();
  const heads: Uint8Array[] = [];
  let tail: Uint8Array = new Uint8Array(0);
  let size = 0;
  let hasQuote = false;
  for await (const chunk of chunksOf(path)) {
    if (size < HEAD) heads.push(chunk.subarray(0, HEAD - size));
    tail = chunk.length >= HEAD ? chunk.subarray(chunk.length - HEAD) : Buffer.concat([tail, chunk]).subarray(-HEAD);
    hash.update(chunk);
    sha1?.update(chunk);
    watch.push(chunk);
    hasQuote ||= chunk.includes(QUOTE);
    size += chunk.length;
    pass(chunk.length);
  }
  const verdict = watch.verdict();
  const head = Buffer.concat(heads);
  const { invalidAt } = watch;
  const hashes = { sha256: hash.digest('hex'), sha1: sha1?.digest('hex') };
  return { size, ...hashes, head, tail: tail.slice(), hasQuote, verdict, invalidAt };
}

const asked = workerData as { surveyed?: string; withSha1?: boolean } | null;
if (parentPort && asked?.surveyed !== undefined) {
  const parent = parentPort;
  parent.postMessage(await surveyHere(asked.surveyed, asked.withSha1 === true, (bytes) => parent.postMessage(bytes)));
}
