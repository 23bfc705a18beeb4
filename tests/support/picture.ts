/** Pictures as phones show them: a barcode or QR code on a noisy page, written as PNG by code that does not read it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import { seeded } from '../../src/base/random.ts';

let ready: Promise<unknown> | undefined;
const prepared = (): Promise<unknown> =>
  (ready ??= prepareZXingModule({
    overrides: {
      wasmBinary: readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')))
        .buffer as ArrayBuffer,
    },
    fireImmediately: true,
  }) as Promise<unknown>);

export type Shown = Readonly<{ format: 'Code128' | 'QRCode'; text: string }>;

/** A screenshot: the codes one below the other, on a page with lines of “text” and noise. */
export async function screenshot(codes: readonly Shown[], seed = 1): Promise<Buffer> {
  await prepared();
  const [width, height] = [540, 200 + codes.length * 320];
  const pixels = Buffer.alloc(width * height, 0xf4);
  const random = seeded(seed);
  for (let y = 20; y < 160; y += 24)
    for (let x = 24; x < 400; x += 2) if (random.chance(400)) pixels[(y + random.below(12)) * width + x] = 0x30;
  let top = 180;
  for (const code of codes) {
    const { symbol, error } = await writeBarcode(code.text, { format: code.format });
    if (error !== '') throw new Error(error);
    const unit = Math.max(1, Math.floor((code.format === 'QRCode' ? 240 : 440) / symbol.width));
    const tall = code.format === 'QRCode' ? unit : Math.ceil(120 / symbol.height);
    for (let y = 0; y < symbol.height * tall; y += 1)
      for (let x = 0; x < symbol.width * unit; x += 1) {
        const dark = symbol.data[Math.floor(y / tall) * symbol.width + Math.floor(x / unit)] === 0;
        pixels[(top + y) * width + 40 + x] = dark ? 0x18 : 0xff;
      }
    top += 320;
  }
  // Salt and pepper, as recompression and cameras leave it.
  for (let i = 0; i < (width * height) / 250; i += 1)
    pixels[random.below(pixels.length)] = random.chance(500) ? 0 : 255;
  return png(width, height, pixels);
}

/** Grey, eight bits; `claims` writes another size into the head than there is. */
export function png(width: number, height: number, pixels: Uint8Array, claims = { width, height }): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(claims.width, 0);
  head.writeUInt32BE(claims.height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const chunk = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    out.set(body, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
