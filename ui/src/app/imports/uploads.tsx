/** The files of this visit: how far each is, by when it will be there, and what each turned out to be. */
import { Button, Progress } from 'antd';
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { ToneIcon } from '../../base/parts.tsx';
import { fullOf, tookOf } from '../../base/time.ts';
import { sizeOf } from '../bytes.ts';
import { link } from '../route.ts';
import { type Document, isRead, type ReadPart } from './api.ts';
import { again, cancel, type Item, isOver, tidy, useQueue } from './queue.ts';
import { daysOf, linesOf } from './say.ts';
import type { ImportsKey } from './words.ts';

export function Uploads({
  reconcile,
}: Readonly<{ reconcile: (documents: readonly Document[]) => void }>): ReactElement | null {
  const { t } = useWords<ImportsKey>();
  const items = useQueue();
  if (items.length === 0) return null;
  const over = items.filter(isOver);
  const read = items.filter((item) => item.reading?.parts.some(isRead) === true);
  const documents = [...new Map(read.map((item) => [item.document!.id, item.document!])).values()];
  return (
    <section className="panel uploads" aria-label={t('imports.queue')}>
      <header>
        <h2>
          {over.length < items.length
            ? t('imports.going', { done: over.length, n: items.length })
            : t('imports.allThere', { n: items.length, read: read.length })}
        </h2>
        {over.length > 0 ? <Button onClick={tidy}>{t('imports.tidy')}</Button> : null}
        {over.length === items.length && documents.length > 0 ? (
          <Button type="primary" onClick={() => reconcile(documents)}>
            {t('imports.reconcileThese', { n: documents.length })}
          </Button>
        ) : null}
      </header>
      <ul>
        {items.map((item) => (
          <li key={item.key} data-state={item.state}>
            <Upload item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Upload({ item }: Readonly<{ item: Item }>): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  const { key, name, size, state, sent, rate, document, trouble } = item;
  const left = rate === undefined || rate <= 0 ? undefined : ((size - sent) / rate) * 1_000;
  return (
    <>
      <div className="upload-name">
        {document === undefined ? (
          <strong translate="no">{name}</strong>
        ) : (
          <a {...link(`/app/imports/${document.id}`)} translate="no">
            <strong>{name}</strong>
          </a>
        )}
        <small className="soft">{sizeOf(size, lang)}</small>
      </div>
      <div className="upload-state" role={state === 'sending' ? undefined : 'status'}>
        {state === 'sending' ? (
          <>
            <Progress
              percent={size === 0 ? 0 : Math.floor((sent * 100) / size)}
              size="small"
              showInfo={false}
              aria-label={t('imports.progress', { name })}
            />
            <small className="soft">
              {sizeOf(sent, lang)}
              {rate === undefined ? '' : ` · ${sizeOf(rate, lang)}/s`}
              {left === undefined ? '' : ` · ${t('imports.left', { time: tookOf(left, lang) })}`}
            </small>
          </>
        ) : state === 'failed' ? (
          <p className="tone-no said">
            <ToneIcon tone="no" size={16} />
            <span>
              {trouble?.kind === 'offline' ? t('imports.offline') : trouble?.message} {trouble?.remedy}
            </span>
          </p>
        ) : state === 'done' ? (
          <Found item={item} />
        ) : (
          <p className="soft">
            {t(
              state === 'waiting'
                ? 'imports.waiting'
                : state === 'reading'
                  ? 'imports.reading'
                  : document === undefined
                    ? 'imports.cancelled'
                    : 'imports.kept',
            )}
          </p>
        )}
        {document?.known === true ? <Known document={document} /> : null}
      </div>
      <div className="upload-act">
        {state === 'failed' ? <Button onClick={() => again(key)}>{t('imports.again')}</Button> : null}
        {isOver(item) ? null : <Button onClick={() => cancel(key)}>{t('imports.cancel')}</Button>}
        {state === 'done' ? (
          <Button href={`/app/imports/${document!.id}`} onClick={link(`/app/imports/${document!.id}`).onClick}>
            {t('imports.look')}
          </Button>
        ) : null}
      </div>
    </>
  );
}

/** What it turned out to be. */
function Found({ item }: Readonly<{ item: Item }>): ReactElement {
  const { t } = useWords<ImportsKey>();
  const parts = item.reading?.parts ?? [];
  const read = parts.filter(isRead);
  const bad = parts.length - read.length;
  const rejected = read.reduce((sum, part) => sum + part.rejected, 0);
  const tone = read.length === 0 ? 'late' : rejected > 0 || bad > 0 ? 'late' : 'arrived';
  return (
    <p className={`tone-${tone} said`}>
      <ToneIcon tone={tone} size={16} />
      <span>
        {read.length === 0
          ? t('imports.foundNone')
          : read.slice(0, 3).map((part) => <PartWords part={part} key={`${part.member} ${part.format}`} />)}
        {read.length > 3 ? ` ${t('imports.andMore', { n: read.length - 3 })}` : ''}
        {rejected > 0 ? ` ${t('imports.rejectedSay', { lines: linesOf(rejected) })}` : ''}
        {bad > 0 && read.length > 0 ? ` ${t('imports.membersBad', { n: bad })}` : ''}
      </span>
    </p>
  );
}

function PartWords({ part }: Readonly<{ part: ReadPart }>): ReactElement {
  const { both, lang } = useWords();
  const facts = [both(part.title), part.account, daysOf(part.from, part.to), linesOf(part.lines, lang)];
  return <span className="part-words">{facts.filter((fact) => fact !== undefined && fact !== '').join(' · ')}</span>;
}

/** The same bytes again: said plainly, so that nobody fears they count twice. */
export function Known({ document }: Readonly<{ document: Document }>): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  return (
    <p className="tone-found said">
      <ToneIcon tone="found" size={16} />
      <span>
        {t(document.origin === 'channel' ? 'imports.knownFetched' : 'imports.known', {
          at: fullOf(document.received_at, lang),
          name: document.name,
        })}{' '}
        <a {...link(`/app/imports/${document.id}`)}>{t('imports.knownOpen')}</a>
      </span>
    </p>
  );
}
