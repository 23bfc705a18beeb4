/** The stored bytes as they came, and their hash computed here once more: nobody has to take our word for it. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { api } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { ToneIcon } from '../base/parts.tsx';
import { hashOf, saveAs } from './bytes.ts';
import { Drawer } from './prompt.tsx';
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
    own: isSecureContext ? await hashOf(bytes) : undefined,
    headers:
      headers === null
        ? {}
        : JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(headers), (c) => c.charCodeAt(0)))),
  };
}

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
  const data = raw.data;
  const tone = data?.own === undefined ? 'waiting' : data.own === data.said ? 'arrived' : 'beware';
  return (
    <Drawer
      title={t('raw.title')}
      close={close}
      acts={
        data === undefined ? null : (
          <Button onClick={() => saveAs(`${messageId}.bin`, new Blob([data.bytes]))}>{t('raw.save')}</Button>
        )
      }
    >
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
    </Drawer>
  );
}
