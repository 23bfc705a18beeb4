/** Bytes in the browser: onto the reader's disk, hashed, and how many they are in words. */
import { currentLang, type Lang } from '../base/lang.ts';

export function saveAs(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

/** SHA-256 in hex; browsers give it on https alone. */
export const hashOf = async (bytes: BufferSource): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    .map((b) => b.toString(16).padStart(2, '0'))
    .join('');

/** `1.4 MB`. */
export function sizeOf(bytes: number, lang: Lang = currentLang()): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let at = 0;
  let n = bytes;
  while (n >= 1_000 && at < units.length - 1) {
    n /= 1_000;
    at += 1;
  }
  return new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en', {
    style: 'unit',
    unit: units[at],
    unitDisplay: 'short',
    maximumFractionDigits: n >= 100 ? 0 : 1,
  }).format(n);
}
