/** Is everything well? Each check in words, what is not well first, with what to do and where. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { ToneIcon } from '../../base/parts.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Finding, settings } from './api.ts';
import { at } from './parts.tsx';
import type { SettingsKey } from './words.ts';

/** Where a check's remedy is done, by its name's beginning. */
const WAYS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^messages\./, at('/messages?state=unreadable')],
  [/^(channel|keys)[ .]|^clock\.(?!database)/, '/app/channels'],
];

export default function Doctor({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  const found = useQuery({ queryKey: ['doctor', lang], queryFn: settings.doctor, staleTime: 0 });
  if (found.isError && found.data === undefined)
    return <Wrong error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Rows n={8} />;
  const { checks } = found.data;
  const bad = checks.filter((c) => !c.ok);
  const tone = bad.length === 0 ? 'arrived' : 'late';
  return (
    <>
      <div className={`well tone-${tone}`} role="status">
        <ToneIcon tone={tone} size={28} />
        <p>
          <strong>{bad.length === 0 ? t('settings.allWell') : t('settings.notWell', { count: bad.length })}</strong>
          <span>{t('settings.checked', { count: checks.length, version: me.version })}</span>
        </p>
        <Button loading={found.isFetching} onClick={() => void found.refetch()}>
          {t('settings.lookAgain')}
        </Button>
      </div>
      <ul className="checks">
        {[...bad, ...checks.filter((c) => c.ok)].map((c) => (
          <Check key={c.name} of={c} />
        ))}
      </ul>
    </>
  );
}

function Check({ of }: Readonly<{ of: Finding }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const way = WAYS.find(([name]) => name.test(of.name))?.[1];
  const tone = of.ok ? 'arrived' : 'late';
  return (
    <li className={`check tone-${tone}`} data-check={of.name}>
      <ToneIcon tone={tone} size={18} />
      <div>
        <p className="check-title">
          {of.title} <span className="hidden">{t(of.ok ? 'settings.ok' : 'settings.notOk')}</span>
        </p>
        <p className="soft">{of.detail}</p>
        {of.remedy === undefined ? null : (
          <p className="remedy">
            {of.remedy} {way === undefined ? null : <a {...link(way)}>{t('settings.goThere')}</a>}
          </p>
        )}
      </div>
    </li>
  );
}
