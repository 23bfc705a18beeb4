/** The notification address: shown once, when it is made; a new one can be made, and those before ended. */
import { useMutation } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Refused, Say } from '../form.tsx';
import { channelApi } from './api.ts';
import type { ChannelsKey } from './words.ts';

export function AddressShown({ url, where }: Readonly<{ url: string; where: string }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  };
  return (
    <section className="panel address" aria-labelledby="address-shown">
      <h2 id="address-shown">{t('channels.addressTitle')}</h2>
      <div className="address-line">
        <code className="mono" translate="no" data-testid="address">
          {url}
        </code>
        <Button onClick={() => void copy().catch(() => undefined)}>
          {t(isCopied ? 'channels.copied' : 'channels.copy')}
        </Button>
      </div>
      <p>{where}</p>
      <p className="soft">{t('channels.addressOnce')}</p>
    </section>
  );
}

export function AddressPanel({
  id,
  where,
  mayChange,
}: Readonly<{ id: string; where: string; mayChange: boolean }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const make = useMutation({ mutationFn: (endOthers: boolean) => channelApi.address(id, endOthers) });
  return (
    <section className="panel" aria-labelledby="address">
      <h2 id="address">{t('channels.address')}</h2>
      <p className="soft">{t('channels.addressHidden')}</p>
      {make.data === undefined ? null : (
        <>
          <AddressShown url={make.data.notification_url} where={where} />
          {make.data.others === 0 ? null : (
            <Say tone="moving">{t('channels.addressOthers', { n: make.data.others })}</Say>
          )}
        </>
      )}
      <Refused error={make.error} />
      {mayChange ? (
        <div className="acts-row">
          <Button loading={make.isPending} onClick={() => make.mutate(false)}>
            {t('channels.addressNew')}
          </Button>
          <Popconfirm
            title={t('channels.addressEndAsk')}
            description={t('channels.addressEndHint')}
            okText={t('channels.addressEnd')}
            cancelText={t('channels.cancel')}
            onConfirm={() => make.mutate(true)}
          >
            <Button type="text">{t('channels.addressEnd')}</Button>
          </Popconfirm>
        </div>
      ) : null}
    </section>
  );
}
