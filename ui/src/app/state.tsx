/** What goes wrong or is not there, told the same way on every page. */
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { Trouble } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { Quiet } from '../base/parts.tsx';
import type { AppKey } from './words.ts';

export function Wrong({ error, retry }: Readonly<{ error: unknown; retry: () => void }>): ReactElement {
  const { t } = useWords<AppKey>();
  const isOffline = error instanceof Trouble && error.kind === 'offline';
  const detail = error instanceof Trouble ? `${error.message} ${error.remedy}` : String(error);
  return (
    <Quiet title={t(isOffline ? 'trouble.offline' : 'trouble.broken')} tone="late">
      <p>{isOffline ? t('trouble.offlineHint') : detail}</p>
      <Button onClick={retry}>{t('trouble.retry')}</Button>
    </Quiet>
  );
}

/** The shape of what comes, before it is there. */
export function Rows({ n }: Readonly<{ n: number }>): ReactElement {
  return (
    <div className="ghost" aria-busy="true">
      {Array.from({ length: n }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike
        <i key={i} />
      ))}
    </div>
  );
}
