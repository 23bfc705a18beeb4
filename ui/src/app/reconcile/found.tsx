/** What a run found: the verdict in a sentence, what to work on by class and money, the proof, what reached the bank, and its papers. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, type MoneyOut, Quiet, ToneIcon } from '../../base/parts.tsx';
import { dayOf } from '../../base/time.ts';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Run, reconciliations, type Summary, save, useSummary } from './api.ts';
import { Proof } from './proof.tsx';
import { amountsText, breaksOf, channelName, type Key, StateIcon, TONES } from './states.tsx';

export default function Found({ run }: Readonly<{ run: Run }>): ReactElement {
  const { t, both } = useWords<Key>();
  const asked = useSummary(run.id);
  const found = asked.data;
  if (asked.error instanceof Trouble && asked.error.kind === 'absent')
    return (
      <>
        <Quiet title={t('run.noSummary')} />
        <Files run={run} />
      </>
    );
  if (asked.isError) return <Wrong error={asked.error} retry={() => void asked.refetch()} />;
  if (found === undefined) return <Rows n={10} />;
  return (
    <>
      <div className={`verdict tone-${TONES[found.state]}`}>
        <StateIcon state={found.state} size={28} />
        <div>
          <p className="said">{both(found.headline)}</p>
          {found.caveat === undefined ? null : <p>{both(found.caveat)}</p>}
          {found.atRisk.length === 0 ? null : (
            <p>
              {t('run.risk')} <strong>{amountsText(found.atRisk)}</strong>
            </p>
          )}
        </div>
      </div>
      <div className="columns">
        <div>
          <Classes run={run} found={found} />
          <Proof run={run} found={found} />
          <Batches found={found} />
          <Fees found={found} />
        </div>
        <div>
          <SignOffs run={run} />
          <Files run={run} />
          <Documents run={run} found={found} />
        </div>
      </div>
    </>
  );
}

const PARTS = [
  ['break', 'run.work'],
  ['open', 'run.open'],
  ['ambiguous', 'run.unclear'],
] as const;

function Classes({ run, found }: Readonly<{ run: Run; found: Summary }>): ReactElement {
  const { t, both } = useWords<Key>();
  return (
    <section className="panel">
      {found.classes.some((c) => c.part !== 'open') ? null : (
        <p className="ok-line tone-arrived">
          <ToneIcon tone="arrived" />
          {t('run.noWork')}
        </p>
      )}
      {PARTS.map(([part, title]) => {
        const rows = found.classes.filter((c) => c.part === part);
        return rows.length === 0 ? null : (
          <div key={part} className="classes">
            <h2>{t(title)}</h2>
            <ul>
              {rows.map((row) => (
                <li key={row.class}>
                  <a {...link(breaksOf(run.id, row.class, part))}>
                    {both(found.words.classes?.[row.class] ?? { zh: row.class, en: row.class })}
                  </a>
                  <small>{both(found.words.explains?.[row.class] ?? { zh: '', en: '' })}</small>
                  <span className="count">{t('run.count', { count: row.count })}</span>
                  <span className="money">{amountsText(row.amounts)}</span>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </section>
  );
}

const BATCH_TONES: Readonly<Record<Summary['batches'][number]['state'], Tone>> = {
  credited: 'arrived',
  on_its_way: 'moving',
  late: 'late',
  returned: 'no',
  short: 'late',
  not_checked: 'waiting',
};

function Batches({ found }: Readonly<{ found: Summary }>): ReactElement | null {
  const { t, both, lang } = useWords<Key>();
  if (found.batches.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t('batches.title')}</h2>
      <Scroll label={t('batches.title')}>
        <thead>
          <tr>
            <th scope="col">{t('batches.batch')}</th>
            <th scope="col" className="right">
              {t('batches.lines')}
            </th>
            <th scope="col" className="right">
              {t('batches.fees')}
            </th>
            <th scope="col" className="right">
              {t('batches.net')}
            </th>
            <th scope="col">{t('batches.due')}</th>
            <th scope="col">{t('batches.state')}</th>
          </tr>
        </thead>
        <tbody>
          {found.batches.map((batch) => (
            <tr key={batch.id}>
              <th scope="row">
                {channelName(batch.channel, lang)} <small translate="no">{batch.account}</small>
                <small className="line">
                  {batch.businessFrom === batch.businessTo
                    ? dayOf(batch.businessTo, lang)
                    : `${dayOf(batch.businessFrom, lang)} – ${dayOf(batch.businessTo, lang)}`}
                  {' · '}
                  {both(found.words.batch_kinds?.[batch.kind] ?? { zh: batch.kind, en: batch.kind })}
                </small>
              </th>
              <td className="right">{batch.lines === 0 ? '' : batch.lines.toLocaleString('en')}</td>
              <td className="right">{batch.lines === 0 ? null : <Money of={short(batch.fees)} />}</td>
              <td className="right">
                <Money of={batch.net} />
              </td>
              <td>{batch.dueOn === undefined ? '' : dayOf(batch.dueOn, lang)}</td>
              <td>
                <span className={`mark tone-${BATCH_TONES[batch.state]}`}>
                  <ToneIcon tone={BATCH_TONES[batch.state]} size={14} />
                  {both(found.words.batches?.[batch.state] ?? { zh: batch.state, en: batch.state })}
                  {batch.creditedOn === undefined ? '' : ` ${dayOf(batch.creditedOn, lang)}`}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </Scroll>
      {(found.of.batches ?? 0) > found.batches.length ? (
        <p className="soft">{t('batches.ofMany', { shown: found.batches.length, of: found.of.batches ?? 0 })}</p>
      ) : null}
    </section>
  );
}

function Fees({ found }: Readonly<{ found: Summary }>): ReactElement | null {
  const { t, lang } = useWords<Key>();
  if (found.fees.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t('fees.title')}</h2>
      <Scroll label={t('fees.title')}>
        <thead>
          <tr>
            <th scope="col">{t('days.account')}</th>
            <th scope="col" className="right">
              {t('fees.gross')}
            </th>
            <th scope="col" className="right">
              {t('fees.stated')}
            </th>
            <th scope="col" className="right">
              {t('fees.agreed')}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.fees.map((fee) => (
            <tr key={`${fee.channel} ${fee.account} ${fee.month} ${fee.currency}`}>
              <th scope="row">
                {channelName(fee.channel, lang)} <small translate="no">{fee.account}</small>
                <small className="line" translate="no">
                  {fee.month}
                </small>
              </th>
              <td className="right">
                <Money of={fee.gross} />
              </td>
              <td className="right">
                <Money of={short(fee.stated)} />
              </td>
              <td className="right">
                <Money of={fee.agreed === undefined ? undefined : short(fee.agreed)} />
              </td>
            </tr>
          ))}
        </tbody>
      </Scroll>
    </section>
  );
}

/** Fees may be finer than the currency; zeros beyond it say nothing. */
const short = ({ amount, currency }: MoneyOut): MoneyOut => ({
  amount: amount.replace(/(\.\d\d\d*?)0+$/, '$1'),
  currency,
});

/** A table that may be wider than its place: it scrolls by itself, by keyboard too. */
function Scroll({ label, children }: Readonly<{ label: string; children: ReactNode }>): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" aria-label={label} tabIndex={0}>
      <table className="figures">{children}</table>
    </section>
  );
}

function SignOffs({ run }: Readonly<{ run: Run }>): ReactElement | null {
  const { t, lang } = useWords<Key>();
  const asked = useQuery({ queryKey: ['sign-offs'], queryFn: () => reconciliations.signOffs(), staleTime: 30_000 });
  if (run.from === undefined || asked.data === undefined) return null;
  const signed = asked.data.items.filter(
    (s) => s.reopened === undefined && s.business_on >= run.from! && s.business_on <= run.to!,
  );
  return (
    <section className="panel">
      <h2>{t('signed.title')}</h2>
      {signed.length === 0 ? <p className="soft">{t('signed.none')}</p> : null}
      {signed.map((s) => (
        <p key={s.id}>{t('signed.by', { day: dayOf(s.business_on, lang, true), who: s.signed_by })}</p>
      ))}
      <p>
        <a {...link(`/app/ledger/days?day=${run.from}`)}>{t('signed.open')}</a>
      </p>
    </section>
  );
}

function Documents({ run, found }: Readonly<{ run: Run; found: Summary }>): ReactElement {
  const { t, both, lang } = useWords<Key>();
  return (
    <section className="panel papers">
      <h2>{t('documents.title')}</h2>
      <ul>
        {found.refused.map((d) => (
          <li key={d.file}>
            <span className="mark tone-beware">
              <ToneIcon tone="beware" size={14} />
              {t('documents.refused')}
            </span>
            <span className="file">{both(d.says)}</span>
            <small>{both(d.remedy)}</small>
          </li>
        ))}
        {found.documents.map((d) => {
          const [name, ...inside] = d.file.split(' › ') as [string, ...string[]];
          const kept = run.documents.find((x) => x.name === name);
          return (
            <li key={d.sha256}>
              <span className="file" translate="no">
                {kept === undefined ? name : <a {...link(`/app/imports/${kept.id}`)}>{name}</a>}
                {inside.length === 0 ? null : <small> › {inside.join(' › ')}</small>}
              </span>
              <small>
                {both(found.words.roles?.[d.role] ?? { zh: d.role, en: d.role })}
                {d.from === undefined ? '' : ` · ${dayOf(d.from, lang)}`}
                {d.to === undefined || d.to === d.from ? '' : ` – ${dayOf(d.to, lang)}`}
                {` · ${t('documents.lines', { count: d.lines.toLocaleString('en') })}`}
                {d.rejected > 0 ? ` · ${t('documents.rejected', { count: d.rejected })}` : ''}
              </small>
              <code className="sha" translate="no">
                {d.sha256}
              </code>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What each file is for, the ones people want first. */
const FILES: readonly (readonly [RegExp, Key])[] = [
  [/^report\.html$/, 'files.report'],
  [/^bank-reconciliation\.xlsx$/, 'files.bankPaper'],
  [/^breaks\.(xlsx|csv)$/, 'files.breaksTable'],
  [/^open\.csv$/, 'files.openTable'],
  [/^fees\.csv$/, 'files.fees'],
  [/^result\.json$/, 'files.result'],
  [/^summary\.json$/, 'files.summary'],
  [/^lines-/, 'files.linesTable'],
  [/^matches\.parquet$/, 'files.matches'],
  [/^stated\.jsonl$/, 'files.stated'],
];
const rankOf = (name: string): number =>
  FILES.findIndex(([pattern]) => pattern.test(name)) + (/csv$/.test(name) ? 0.5 : 0);

/** Those for people stand open, those for machines behind a word. */
const FOR_PEOPLE = 7;

function Files({ run }: Readonly<{ run: Run }>): ReactElement {
  const { t } = useWords<Key>();
  const files = [...run.files].sort((a, b) => rankOf(a.name) - rankOf(b.name));
  const isFor = (name: string): boolean => rankOf(name) < FOR_PEOPLE - 1;
  const list = (some: Run['files']): ReactElement => (
    <ul>
      {some.map(({ name, sha256, size }) => {
        const what = FILES.find(([pattern]) => pattern.test(name))?.[1];
        return (
          <li key={name}>
            <Button type="link" className="file" onClick={() => void save(reconciliations.file(run.id, name), name)}>
              {name}
            </Button>
            <small>
              {what === undefined ? '' : `${t(what)} · `}
              {sizeOf(size)}
            </small>
            <code className="sha" translate="no">
              {sha256}
            </code>
          </li>
        );
      })}
    </ul>
  );
  return (
    <section className="panel papers">
      <h2>{t('files.title')}</h2>
      {list(files.filter((f) => isFor(f.name)))}
      <details>
        <summary>{t('files.data')}</summary>
        {list(files.filter((f) => !isFor(f.name)))}
      </details>
    </section>
  );
}

function sizeOf(bytes: string): string {
  const n = Number(bytes);
  return n < 1_000 ? `${n} B` : n < 1_000_000 ? `${Math.ceil(n / 1_000)} kB` : `${Math.ceil(n / 1_000_000)} MB`;
}
