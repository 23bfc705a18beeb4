/** A QR code drawn with half blocks, two rows a line, dark on light whatever the terminal's colours are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const QUIET = 2;

export async function qrText(text: string): Promise<string> {
  const { prepareZXingModule, writeBarcode } = await import('zxing-wasm/writer');
  const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')));
  await prepareZXingModule({ overrides: { wasmBinary: wasm.buffer as ArrayBuffer }, fireImmediately: true });
  const { symbol, error } = await writeBarcode(text, { format: 'QRCode' });
  if (error !== '' && error !== undefined) throw new Error(error);
  const { data, width, height } = symbol;
  const isDark = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 0;
  const lines: string[] = [];
  for (let y = -QUIET; y < height + QUIET; y += 2) {
    let line = '';
    for (let x = -QUIET; x < width + QUIET; x += 1) line += BLOCKS[Number(isDark(x, y))]![Number(isDark(x, y + 1))];
    // Black on white: a reader does not find light modules on a dark ground.
    lines.push(`\u001b[30;107m${line}\u001b[0m`);
  }
  return lines.join('\n');
}

/** By upper and lower half. */
const BLOCKS = [
  [' ', '▄'],
  ['▀', '█'],
] as const;
