/** A picture that a customer showed: fetched with our own headers, never a page of ours; large at a press, with its hash. */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useState } from 'react';
import { ask } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Prompt } from '../prompt.tsx';
import type { CasesKey } from './words.ts';

export function Picture({ sha256 }: Readonly<{ sha256: string }>): ReactElement {
  const { t } = useWords<CasesKey>();
  const [isLarge, setLarge] = useState(false);
  const [url, setUrl] = useState<string | undefined>(undefined);
  const bytes = useQuery({
    queryKey: ['image', sha256],
    queryFn: async () => (await ask(`/v1/images/${sha256}`)).blob(),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const blob = bytes.data;
  useEffect(() => {
    if (blob === undefined) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (bytes.isError) return <span className="picture-none">{t('cases.noPicture')}</span>;
  return (
    <>
      <button type="button" className="picture" disabled={url === undefined} onClick={() => setLarge(true)}>
        {url === undefined ? <i aria-busy="true" /> : <img src={url} alt={t('cases.picture')} />}
      </button>
      {isLarge && url !== undefined ? (
        <Prompt title={t('cases.picture')} close={() => setLarge(false)} isWide>
          <img src={url} alt={t('cases.picture')} className="picture-large" />
          <p className="soft">
            SHA-256 <code translate="no">{sha256}</code>
          </p>
        </Prompt>
      ) : null}
    </>
  );
}
