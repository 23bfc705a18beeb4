/** What the filter shows as a file. It says how far it is, and can be ended. */
import { type ReactElement, useRef, useState } from 'react';
import { ask, query, Trouble } from '../../base/api.ts';
import { currentLang, useWords } from '../../base/lang.ts';
import { nowMs, tookOf } from '../../base/time.ts';
import { saveAs } from '../bytes.ts';
import { askedOf, type Filter } from './filter.ts';
import type { BreaksKey } from './words.ts';

type Format = 'csv' | 'xlsx';
type Far = Readonly<{ bytes: number; rows: number; ms: number }>;
const TELL_MS = 300;
const MB = 1_000_000;
const NAMES = { csv: 'CSV', xlsx: 'Excel' } as const satisfies Record<Format, string>;

export function Export({ filter, total }: Readonly<{ filter: Filter; total: number | undefined }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  const [far, setFar] = useState<Far | undefined>();
  const [wrong, setWrong] = useState<string | undefined>();
  const over = useRef<AbortController>(undefined);
  const get = async (format: Format): Promise<void> => {
    over.current = new AbortController();
    setWrong(undefined);
    try {
      await download(format, filter, over.current.signal, setFar);
    } catch (error) {
      if (!over.current.signal.aborted) setWrong(error instanceof Trouble ? error.message : String(error));
    } finally {
      setFar(undefined);
    }
  };
  if (far !== undefined) {
    const share = total === undefined || total === 0 || far.rows === 0 ? undefined : Math.min(1, far.rows / total);
    const left = share === undefined ? undefined : (far.ms / share) * (1 - share);
    return (
      <div className="export" role="status">
        {share === undefined ? null : <progress max={1} value={share} aria-label={t('breaks.export')} />}
        <span>
          {far.rows > 0 ? t('breaks.exportRows', { rows: far.rows }) : `${Math.trunc(far.bytes / MB)} MB`}
          {left === undefined ? '' : ` · ${t('breaks.left', { time: tookOf(left) })}`}
        </span>
        <button type="button" className="plain" onClick={() => over.current?.abort()}>
          {t('breaks.cancel')}
        </button>
      </div>
    );
  }
  return (
    <div className="export">
      {wrong === undefined ? null : <span role="alert">{wrong}</span>}
      {(['csv', 'xlsx'] as const).map((format) => (
        <button
          type="button"
          className="plain"
          key={format}
          disabled={total === 0}
          aria-label={`${t('breaks.export')} ${NAMES[format]}`}
          onClick={() => void get(format)}
        >
          {format === 'csv' ? `${t('breaks.export')} ` : ''}
          {NAMES[format]}
        </button>
      ))}
    </div>
  );
}

async function download(format: Format, filter: Filter, signal: AbortSignal, tell: (far: Far) => void): Promise<void> {
  const begun = nowMs();
  let far: Far = { bytes: 0, rows: 0, ms: 0 };
  tell(far);
  const path = `/v1/breaks/export${query({ ...askedOf(filter), format, lang: currentLang() })}`;
  const response = await ask(path, { signal });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body!.getReader();
  for (let told = begun; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    // A line of the table ends with CR LF; what is quoted within one breaks with LF alone.
    const rows = format === 'csv' ? value.reduce((n, byte) => (byte === 13 ? n + 1 : n), 0) : 0;
    far = { bytes: far.bytes + value.length, rows: far.rows + rows, ms: nowMs() - begun };
    if (nowMs() - told < TELL_MS) continue;
    told = nowMs();
    tell(far);
  }
  saveAs(`breaks.${format}`, new Blob(parts));
}
