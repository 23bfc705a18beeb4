/**
 * One box for whatever somebody has in hand. Numbers are found as they are written; the server decides what a text means. A picture is read
 * there as well: the codes in it become the question.
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { Trouble } from '../base/api.ts';
import { claims, type Hit } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Money, Time, VerdictMark } from '../base/parts.tsx';
import { PARTS, type Place } from './pages.ts';
import { go } from './route.ts';
import { type AppKey, words } from './words.ts';

const PAUSE_MS = 160;

/** Its column stands also where a bill alone told of the payment. */
function timeOf({ payment: { captured_at, placed_at } }: Hit): ReactElement {
  const at = captured_at ?? placed_at;
  return at === undefined ? <span /> : <Time at={at} ago />;
}

const placesNamed = (said: string): readonly Place[] =>
  said === ''
    ? []
    : PARTS.flatMap((part) => part.places).filter(({ name }) =>
        Object.values(words[name]).some((title) => title.toLowerCase().includes(said.toLowerCase())),
      );

function PaymentHit({ hit }: Readonly<{ hit: Hit }>): ReactElement {
  const { both } = useWords<AppKey>();
  return (
    <>
      <span className="ref" translate="no">
        {hit.payment.order_ref ?? hit.payment.payment_ref}
      </span>
      <Money of={hit.payment.captured ?? hit.payment.ordered} />
      {hit.payment.verdict === undefined ? <span /> : <VerdictMark code={hit.payment.verdict.code} />}
      {timeOf(hit)}
      {hit.why.length === 0 ? null : <small>{hit.why.map(both).join(' · ')}</small>}
    </>
  );
}

export default function Search({ close }: Readonly<{ close: () => void }>): ReactElement {
  const { t } = useWords<AppKey>();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [at, setAt] = useState(0);
  const [isOver, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    dialog.current?.showModal();
    input.current?.focus();
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => {
      setAsked(text.trim());
      setAt(0);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const places = placesNamed(asked);
  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: async () => (await claims.search(asked)).items,
    enabled: asked.length >= 2 && places.length === 0,
  });
  const hits: readonly (Hit | Place)[] = places.length > 0 ? places : (found.data ?? []);
  const open = (hit: Hit | Place | undefined): void => {
    if (hit === undefined) return;
    dialog.current?.close();
    go('payment' in hit ? `/app/payments/${hit.payment.id}` : `/app${hit.path}`);
  };
  const picture = useMutation({
    mutationFn: (file: Blob) => claims.image(file),
    onSuccess: ({ hits: read }) => {
      setText(read.map((hit) => hit.value).join(' '));
      input.current?.focus();
    },
  });
  const take = (from: FileList | null | undefined): boolean => {
    const file = [...(from ?? [])].find(({ type }) => type.startsWith('image/'));
    if (file !== undefined) picture.mutate(file);
    return file !== undefined;
  };
  const wrong = picture.error ?? found.error;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt((n) => Math.min(n + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setAt((n) => Math.max(n - 1, 0));
    else if (event.key === 'Enter' && asked === text.trim()) open(hits[at]);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className="search"
      aria-label={t('search.title')}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button below does the same */}
      <div
        className={isOver ? 'search-body over' : 'search-body'}
        onPaste={(event) => take(event.clipboardData.files) && event.preventDefault()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls="hits"
          aria-activedescendant={hits.length > 0 ? `hit-${at}` : undefined}
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            picture.reset();
          }}
          onKeyDown={onKey}
        />
        <div className="results" role="status">
          {picture.isPending ? (
            <p className="soft">{t('search.reading')}</p>
          ) : wrong !== null ? (
            <p className="soft">
              {t('search.wrong')}. {wrong instanceof Trouble ? `${wrong.message} ${wrong.remedy}` : ''}
            </p>
          ) : picture.data?.hits.length === 0 && text === '' ? (
            <p className="soft">{t('search.noCode')}</p>
          ) : asked.length < 2 ? (
            <p className="soft">{t('search.hint')}</p>
          ) : found.isLoading ? (
            <p className="soft">{t('search.busy')}</p>
          ) : hits.length === 0 ? (
            <div className="soft">
              <p>
                <strong>{t('search.none', { q: asked.slice(0, 60) })}</strong>
              </p>
              <p>{t('search.noneHint')}</p>
            </div>
          ) : null}
        </div>
        <div id="hits" role="listbox" aria-label={t('search.title')} className="hits" hidden={hits.length === 0}>
          {hits.map((hit, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the box above has the focus and the keys
            <div
              key={'payment' in hit ? hit.payment.id : hit.path}
              id={`hit-${i}`}
              role="option"
              aria-selected={i === at}
              className={i === at ? 'hit at' : 'hit'}
              onClick={() => open(hit)}
            >
              {'payment' in hit ? <PaymentHit hit={hit} /> : <span>{t(hit.name)}</span>}
            </div>
          ))}
        </div>
        <div className="search-foot">
          <p className="keys">{t('search.keys')}</p>
          <Button size="small" type="text" onClick={() => chooser.current?.click()}>
            {t('search.picture')}
          </Button>
          <input
            ref={chooser}
            type="file"
            accept="image/png,image/jpeg"
            hidden
            data-testid="search-picture"
            onChange={(event) => {
              take(event.target.files);
              event.target.value = '';
            }}
          />
        </div>
      </div>
    </dialog>
  );
}
