/** The saved mappings: what each reads and by which columns, its versions' author; the file for the command line; and an end to it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import type { ReactElement } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time } from '../../base/parts.tsx';
import { saveAs } from '../bytes.ts';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { books, type Mapping } from './api.ts';
import { MEANINGS } from './meanings.ts';
import { MAPPING_KINDS } from './say.ts';
import type { ImportsKey } from './words.ts';

export const fileNameOf = ({ kind }: Pick<Mapping, 'kind'>): string =>
  kind === 'orders' ? 'orders.mapping.yaml' : 'bill.formats.yaml';

export default function Mappings({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<ImportsKey>();
  const list = useQuery({ queryKey: ['mappings'], queryFn: books.mappings });
  return (
    <section className="imports">
      <p className="crumb">
        <a {...link('/app/imports')}>← {t('imports.title')}</a>
      </p>
      <div className="head">
        <h1>{t('imports.mappings')}</h1>
      </div>
      <p className="lead soft">{t('imports.mappingsHint')}</p>
      {list.isPending ? (
        <Rows n={4} />
      ) : list.isError ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.data.items.length === 0 ? (
        <Quiet title={t('imports.mappingsNone')}>
          <p>{t('imports.mappingsNoneHint')}</p>
        </Quiet>
      ) : (
        <ul className="mappings">
          {list.data.items.map((mapping) => (
            <li key={mapping.id} className="panel">
              <One mapping={mapping} mayAct={me.scopes.includes('act')} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function One({ mapping, mayAct }: Readonly<{ mapping: Mapping; mayAct: boolean }>): ReactElement {
  const { t, both } = useWords<ImportsKey>();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => books.endMapping(mapping.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['mappings'] });
      void client.invalidateQueries({ queryKey: ['reading'] });
    },
  });
  const columns = Object.entries((mapping.fields.columns ?? {}) as Record<string, string | readonly string[]>);
  return (
    <>
      <header>
        <h2>{mapping.name}</h2>
        <span className="soft">
          {both(MAPPING_KINDS[mapping.kind])} · {t('imports.version', { n: mapping.version })} ·{' '}
          <Time at={mapping.made_at} /> {mapping.made_by_name ?? ''}
        </span>
        <Button onClick={() => saveAs(fileNameOf(mapping), new Blob([mapping.document], { type: 'text/yaml' }))}>
          {t('imports.saveMappingFile')}
        </Button>
        {mayAct ? (
          <Popconfirm
            title={t('imports.endTitle')}
            description={t('imports.endSay')}
            okText={t('imports.endYes')}
            cancelText={t('imports.ask.no')}
            onConfirm={() => end.mutate()}
          >
            <Button loading={end.isPending}>{t('imports.end')}</Button>
          </Popconfirm>
        ) : null}
      </header>
      <ul className="meant">
        {columns.map(([field, column]) => (
          <li key={field}>
            <span className="soft">{MEANINGS[field] === undefined ? field : both(MEANINGS[field])}</span>
            <span translate="no">{typeof column === 'string' ? column : column.join(' / ')}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
