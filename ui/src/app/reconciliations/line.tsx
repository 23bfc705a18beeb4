/** The evidence of one line: where it stands in its document, the bytes as they are with what was read of them marked, and its other half. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, ToneIcon } from '../../base/parts.tsx';
import { Drawer } from '../prompt.tsx';
import { type Evidence, Record } from '../record.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type LineWhole, type Run, reconciliations, type Summary, save } from './api.ts';
import { type Key, PLACE_TONES } from './states.tsx';

type Named = (table: string, code: string) => string;

export function LineDrawer({
  run,
  id,
  summary,
  named,
  open,
  close,
}: Readonly<{
  run: Run;
  id: string;
  summary: Summary | undefined;
  named: Named;
  open: (id: string) => void;
  close: () => void;
}>): ReactElement {
  const { t, both } = useWords<Key>();
  const asked = useQuery({
    queryKey: ['reconciliation', run.id, 'line', id],
    queryFn: () => reconciliations.line(run.id, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const line = asked.data;
  const passOf = (name: string): string => {
    const title = summary?.passes.find((pass) => pass.pass === name)?.title;
    return title === undefined ? name : both(title);
  };
  return (
    <Drawer
      className="line-drawer"
      title={t('line.title')}
      close={close}
      acts={
        line?.document_id === undefined ? null : (
          <Button
            onClick={() => void save(reconciliations.document(line.document_id!), line.evidence.file.split(' › ')[0]!)}
          >
            {t('line.save')}
          </Button>
        )
      }
    >
      {asked.isError ? (
        <Wrong error={asked.error} retry={() => void asked.refetch()} />
      ) : line === undefined ? (
        <Rows n={8} />
      ) : (
        <>
          <Said line={line} run={run} named={named} />
          <Record
            of={line.evidence}
            documentId={line.document_id}
            encoding={summary?.documents.find((d) => d.sha256 === line.evidence.sha256)?.encoding}
          />
          <Fields of={line.evidence} named={named} />
          <h3>{t(line.with.length === 0 ? 'line.alone' : 'line.met')}</h3>
          {line.pass === undefined ? null : <p className="soft">{t('line.by', { pass: passOf(line.pass) })}</p>}
          <ul className="halves">
            {line.with.map((other) => (
              <li key={other.id}>
                <button type="button" onClick={() => open(other.id)}>
                  <span>
                    {named('roles', other.evidence.role)} · {named('kinds', other.evidence.kind)}
                  </span>
                  <code translate="no">{Object.values(other.evidence.refs)[0]}</code>
                  <Money of={other.evidence.money} />
                </button>
              </li>
            ))}
          </ul>
          {line.batch === undefined ? null : (
            <p className="soft">
              {t('line.batch')} <code translate="no">{line.batch}</code>
            </p>
          )}
        </>
      )}
    </Drawer>
  );
}

/** Where it ended up, and which break names it. */
function Said({ line, run, named }: Readonly<{ line: LineWhole; run: Run; named: Named }>): ReactElement {
  const { t } = useWords<Key>();
  const tone = line.break === undefined ? (PLACE_TONES[line.place] ?? 'waiting') : 'no';
  return (
    <p className={`line-said tone-${tone}`}>
      <ToneIcon tone={tone} size={20} />
      <span>
        <strong>
          {named('kinds', line.evidence.kind)} <Money of={line.evidence.money} />
        </strong>{' '}
        · {named('places', line.place)}
        {line.break === undefined ? null : (
          <>
            {' · '}
            {named('classes', line.break.class)}{' '}
            <a {...link(`/app/breaks/${run.id}/${line.break.n}`)}>{t('line.break')}</a>
          </>
        )}
      </span>
    </p>
  );
}

const FIELDS = [
  ['line.at', 'occurredAt'],
  ['line.on', 'businessOn'],
  ['line.account', 'account'],
  ['line.store', 'store'],
  ['line.terminal', 'terminal'],
  ['line.party', 'party'],
  ['line.text', 'text'],
] as const;

/** What was read of it. */
function Fields({ of, named }: Readonly<{ of: Evidence; named: Named }>): ReactElement {
  const { t } = useWords<Key>();
  return (
    <>
      <h3>{t('line.read')}</h3>
      <dl className="fields">
        <dt>{t('line.amount')}</dt>
        <dd>
          <Money of={of.money} />
        </dd>
        <dt>{t('line.kind')}</dt>
        <dd>{named('kinds', of.kind)}</dd>
        {of.status === undefined ? null : (
          <>
            <dt>{t('line.status')}</dt>
            <dd>{named('statuses', of.status)}</dd>
          </>
        )}
        {Object.entries(of.refs).map(([name, value]) => (
          <div key={name} className="pair">
            <dt>{named('refs', name)}</dt>
            <dd>
              <code translate="no">{value}</code>
            </dd>
          </div>
        ))}
        {FIELDS.map(([word, field]) =>
          of[field] === undefined ? null : (
            <div key={field} className="pair">
              <dt>{t(word)}</dt>
              <dd>{of[field]}</dd>
            </div>
          ),
        )}
      </dl>
    </>
  );
}
