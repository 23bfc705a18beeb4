/** The stored bytes as they came, and their hash computed here once more: nobody has to take our word for it. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useEffect, useRef } from 'react';
import { api } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { ToneIcon } from '../base/parts.tsx';
import { Rows, Wrong } from './state.tsx';
import type { AppKey } from './words.ts';

type Read = Readonly<{
  bytes: Uint8Array<ArrayBuffer>;
  said: string;
  own: string | undefined;
  headers: Readonly<Record<string, string>>;
}>;

async function read(messageId: string): Promise<Read> {
  const response = await api.raw(messageId);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const headers = response.headers.get('x-daozhang-headers');
  return {
    bytes,
    said: response.headers.get('x-daozhang-sha256') ?? '',
    own: isSecureContext ? hex(await crypto.subtle.digest('SHA-256', bytes)) : undefined,
    headers:
      headers === null
        ? {}
        : JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(headers), (c) => c.charCodeAt(0)))),
  };
}

const hex = (buffer: ArrayBuffer): string =>
  [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');

/** JSON is laid out for eyes; the bytes that were hashed are those of “save”. */
function legible(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  try {
    // Numbers longer than a double holds must not change before somebody's eyes.
    return /\d{16,}/.test(text.replace(/"[^"]*"/g, '')) ? text : JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export default function Raw({ messageId, close }: Readonly<{ messageId: string; close: () => void }>): ReactElement {
  const { t } = useWords<AppKey>();
  const raw = useQuery({
    queryKey: ['raw', messageId],
    queryFn: () => read(messageId),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const drawer = useRef<HTMLDialogElement>(null);
  useEffect(() => drawer.current?.showModal(), []);
  const data = raw.data;
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([data!.bytes]));
    const a = Object.assign(document.createElement('a'), { href: url, download: `${messageId}.bin` });
    a.click();
    URL.revokeObjectURL(url);
  };
  const tone = data?.own === undefined ? 'waiting' : data.own === data.said ? 'arrived' : 'beware';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={drawer}
      className="raw"
      aria-labelledby="raw-title"
      onClose={close}
      onClick={(event) => event.target === drawer.current && drawer.current?.close()}
    >
      <div className="raw-body">
        <header>
          <h2 id="raw-title">{t('raw.title')}</h2>
          {data === undefined ? null : <Button onClick={save}>{t('raw.save')}</Button>}
          <Button type="primary" onClick={() => drawer.current?.close()}>
            {t('raw.close')}
          </Button>
        </header>
        {raw.isError ? (
          <Wrong error={raw.error} retry={() => void raw.refetch()} />
        ) : data === undefined ? (
          <Rows n={6} />
        ) : (
          <>
            <p
              className={`hash tone-${tone}`}
              data-same={data.own === undefined ? 'unknown' : String(data.own === data.said)}
            >
              <ToneIcon tone={tone} size={18} />
              <span>
                <strong>{t('raw.hash')}</strong>{' '}
                {t(data.own === undefined ? 'raw.cannot' : data.own === data.said ? 'raw.same' : 'raw.differs')}
                <code translate="no">{data.said}</code>
              </span>
            </p>
            <h3>
              {t('raw.body')} <small>{t('raw.size', { bytes: data.bytes.length })}</small>
            </h3>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre tabIndex={0} translate="no">
              {legible(data.bytes)}
            </pre>
            {Object.keys(data.headers).length === 0 ? null : (
              <>
                <h3>{t('raw.headers')}</h3>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
                <pre tabIndex={0} translate="no">
                  {Object.entries(data.headers)
                    .map(([name, value]) => `${name}: ${value}`)
                    .join('\n')}
                </pre>
              </>
            )}
          </>
        )}
      </div>
    </dialog>
  );
}
