/**
 * Barcodes and QR codes in pictures. One thread decodes, one picture at a time; what takes too long or breaks it ends the thread and not the
 * server, and the next picture gets a new one. WebP is kept but not decoded here (the web app draws it to PNG first).
 *
 * Cost: a screenshot of 1080 × 2400 takes about 100 ms; the thread is kept, because starting it costs as much again.
 */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { childEnv } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import { pictureOf } from './images.ts';
import { type Hit, referencesIn } from './references.ts';

export const MOST_IMAGE_BYTES = 8 * 2 ** 20;
/** A camera's picture; at four bytes a point what it decodes to stays under 200 MB. */
const MOST_POINTS = 40_000_000;
const MOST_SIDE = 16_384;
const MOST_WAITING = 8;
const START_MS = 10_000;

export type Barcode = Readonly<{ text: string; format: string }>;
export type Barcodes = Readonly<{
  /** What the codes say; [] where there is none, or the picture cannot be decoded. Throws `image.busy` where too many wait. */
  read(bytes: Uint8Array, withinMs: number): Promise<readonly Barcode[]>;
  close(): Promise<void>;
}>;

type Waiting = Readonly<{ bytes: Uint8Array; withinMs: number; done(read: readonly Barcode[]): void }>;

export function openBarcodes(): Barcodes {
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let busy: Waiting | undefined;
  let timer: NodeJS.Timeout | undefined;
  let n = 0;
  let ready = false;

  const finish = (read: readonly Barcode[]): void => {
    const it = busy;
    busy = undefined;
    clearTimeout(timer);
    it?.done(read);
    next();
  };
  const end = (): void => {
    const gone = worker;
    worker = undefined;
    void gone?.terminate();
    finish([]);
  };
  const start = (): Worker => {
    const made = new Worker(join(import.meta.dirname, `barcode-worker${extname(import.meta.filename)}`), {
      resourceLimits: { maxOldGenerationSizeMb: 128, stackSizeMb: 4 },
      env: childEnv(),
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    made.unref();
    made.on('message', (told: Readonly<{ ready?: true; n?: number; read?: readonly Barcode[] }>) => {
      if (made !== worker || busy === undefined) return;
      if (told.ready === true) {
        ready = true;
        clearTimeout(timer);
        timer = setTimeout(end, busy.withinMs);
      } else if (told.n === n) finish(told.read ?? []);
    });
    const broke = (): void => {
      if (made === worker) end();
    };
    made.on('error', broke);
    made.on('exit', broke);
    return made;
  };
  const next = (): void => {
    if (busy !== undefined) return;
    busy = queue.shift();
    if (busy === undefined) return;
    if (worker === undefined) {
      ready = false;
      worker = start();
    }
    n += 1;
    // A thread that starts is given its own time: it takes longer than a picture.
    timer = setTimeout(end, ready ? busy.withinMs : START_MS);
    worker.postMessage({ n, bytes: busy.bytes });
  };
  return {
    read(bytes, withinMs) {
      checkPicture(bytes);
      if (pictureOf(bytes)!.type === 'image/webp') return Promise.resolve([]);
      if (queue.length >= MOST_WAITING) throw new DaozhangError('image.busy', {});
      return new Promise((done) => {
        queue.push({ bytes, withinMs, done });
        next();
      });
    },
    async close() {
      const gone = worker;
      worker = undefined;
      for (const it of queue.splice(0)) it.done([]);
      if (busy !== undefined) finish([]);
      await gone?.terminate();
    },
  };
}

/** Throws `image.not_one`, `image.too_large`. */
export function checkPicture(bytes: Uint8Array): void {
  const picture = pictureOf(bytes);
  if (picture === undefined || picture.width === 0 || picture.height === 0)
    throw new DaozhangError('image.not_one', {});
  const { width, height } = picture;
  if (width > MOST_SIDE || height > MOST_SIDE || width * height > MOST_POINTS)
    throw new DaozhangError('image.too_large', { width, height });
}

/** The numbers in what the codes say, each once. */
export function hitsOfCodes(codes: readonly Barcode[]): readonly Hit[] {
  const hits = new Map<string, Hit>();
  for (const code of codes)
    for (const hit of referencesIn(code.text, 'barcode')) if (!hits.has(hit.value)) hits.set(hit.value, hit);
  return [...hits.values()];
}
