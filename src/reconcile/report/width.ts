/**
 * How wide text is in a terminal, and how to cut it. A Chinese character takes two cells, a combining mark none.
 * Ranges: Unicode East Asian Width W and F, emoji presentation; simplified to blocks, which is exact for what bills contain.
 */

/** Two cells: CJK, kana, hangul, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const NONE = /[\p{Mn}\p{Me}\u200b-\u200f\u2060-\u2064]/u;

/** What would move the cursor, change colours or turn the reading direction: shown as a sign that something was there. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of a stranger, safe to print: no escape sequence reaches the terminal. */
export const printable = (text: string): string => text.replace(CONTROL, '\ufffd');

const cells = (char: string): number => (NONE.test(char) ? 0 : WIDE.test(char) ? 2 : 1);

/** Terminal cells that a printable text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += cells(char);
  return width;
}

/** At most `width` cells, with … where something was cut away. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    if (used + cells(char) > width - 1) break;
    kept += char;
    used += cells(char);
  }
  return width < 1 ? '' : `${kept}…`;
}

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;
