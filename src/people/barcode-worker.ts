/**
 * The reader of barcodes, alone in its thread: pictures of strangers are decoded here and not in the server's loop. `barcodes.ts` starts it,
 * hands it the bytes of one picture at a time, and ends it when one takes too long. The WebAssembly is read from our own packages.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** What the wallets and tills print: QR codes and the linear codes that carry a number. */
const FORMATS = ['QRCode', 'Code128', 'Code39', 'Code93', 'ITF', 'Codabar'] as const;
const MOST_CODES = 8;

await prepareZXingModule({
  overrides: {
    wasmBinary: readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
      .buffer as ArrayBuffer,
  },
  fireImmediately: true,
});

parentPort!.on('message', async ({ n, bytes }: Readonly<{ n: number; bytes: Uint8Array }>) => {
  try {
    const codes = await readBarcodes(bytes, { formats: [...FORMATS], tryHarder: true, maxNumberOfSymbols: MOST_CODES });
    const read = codes
      .filter((c) => c.isValid)
      .map((c) => ({ text: c.text.slice(0, 2_000), format: String(c.format) }));
    parentPort!.postMessage({ n, read });
  } catch (error) {
    parentPort!.postMessage({ n, failed: error instanceof Error ? error.message : String(error) });
  }
});
parentPort!.postMessage({ ready: true });
