/** QR codes as what they are: a square of dark and light. Drawn as SVG for a page; `cli/qr.ts` draws it for a terminal. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Qr = Readonly<{ size: number; isDark(x: number, y: number): boolean }>;

let ready: Promise<unknown> | undefined;

export async function qrOf(text: string): Promise<Qr> {
  const { prepareZXingModule, writeBarcode } = await import('zxing-wasm/writer');
  ready ??= prepareZXingModule({
    overrides: {
      wasmBinary: readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')))
        .buffer as ArrayBuffer,
    },
    fireImmediately: true,
  }) as Promise<unknown>;
  await ready;
  const { symbol, error } = await writeBarcode(text, { format: 'QRCode' });
  if (error !== '' && error !== undefined) throw new Error(error);
  const { data, width, height } = symbol;
  return {
    size: width,
    isDark: (x, y) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 0,
  };
}

/** Light around it, as readers need. */
const QUIET = 4;

/** Black on white in any theme: a reader does not find light modules on a dark ground. One stroke a run of dark modules. */
export function svgOf({ size, isDark }: Qr): string {
  const runs: string[] = [];
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      if (!isDark(x, y)) continue;
      const from = x;
      while (isDark(x + 1, y)) x += 1;
      runs.push(`M${from + QUIET} ${y + QUIET}h${x - from + 1}v1H${from + QUIET}z`);
    }
  const all = size + 2 * QUIET;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${all} ${all}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${all}v${all}H0z"/><path d="${runs.join('')}"/></svg>`;
}
