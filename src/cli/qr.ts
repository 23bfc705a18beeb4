/** A QR code drawn with half blocks, two rows a line, dark on light whatever the terminal's colours are. */
import { qrOf } from '../base/qr.ts';

const QUIET = 2;

export async function qrText(text: string): Promise<string> {
  const { size, isDark } = await qrOf(text);
  const lines: string[] = [];
  for (let y = -QUIET; y < size + QUIET; y += 2) {
    let line = '';
    for (let x = -QUIET; x < size + QUIET; x += 1) line += BLOCKS[Number(isDark(x, y))]![Number(isDark(x, y + 1))];
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
