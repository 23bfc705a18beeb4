/** The question: a code from the camera or a picture, a number or a pasted text, an amount. Nothing here is required but one of them. */
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { claims, type NewClaim } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { todayAt, useNow } from '../base/time.ts';
import { codesIn, hasCamera, watch } from './scan.ts';
import type { CounterKey } from './words.ts';

type Said = Partial<Omit<NewClaim, 'kind'>>;
const SLOW_MS = 3_000;

export function Asking(
  props: Readonly<{ isAsking: boolean; sinceMs: number | undefined; cancel: () => void; ask: (said: Said) => void }>,
): ReactElement {
  const { t } = useWords<CounterKey>();
  const [text, setText] = useState('');
  const [amount, setAmount] = useState('');
  const [tail, setTail] = useState('');
  const [time, setTime] = useState('');
  const [note, setNote] = useState<CounterKey | undefined>(undefined);
  const [isWatching, setWatching] = useState(false);
  const picture = useRef<HTMLInputElement>(null);
  const now = useNow(500);

  const clear = (): void => {
    for (const set of [setText, setAmount, setTail, setTime]) set('');
    setNote(undefined);
  };
  const ask = (said: Said): void => {
    props.ask({ ...said, ...more() });
    clear();
  };
  const more = (): Said => ({
    ...(amount === '' ? {} : { amount: { amount, currency: 'CNY' } }),
    ...(time === '' ? {} : { paid_at: todayAt(time) }),
  });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (amount !== '' && !/^(0|[1-9]\d{0,13})(\.\d{1,2})?$/.test(amount)) {
      setNote('amount.bad');
      return;
    }
    const typed = text.trim();
    if (typed === '' && amount === '' && tail === '') {
      setNote('need');
      return;
    }
    ask({
      ...(typed === '' ? {} : isReference(typed) ? { refs: [typed] } : { text: typed }),
      ...(tail === '' ? {} : { text: [typed, `尾号 ${tail}`].filter(Boolean).join('\n') }),
    });
  };

  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setNote('scan.reading');
    const [codes, image] = await Promise.all([
      codesIn(file).catch(() => []),
      // The picture itself is evidence too: the same one seen before is told. The server reads it for itself.
      claims.image(file).catch(() => undefined),
    ]);
    const hasCode = codes.length > 0 || (image !== undefined && image.hits.length > 0);
    if (!hasCode && (amount === '' || image === undefined)) {
      setNote('scan.none');
      return;
    }
    // What the picture says of itself was shown; a number sent beside it would count as typed.
    const unread = codes.filter((code) => isReference(code) && !image?.hits.some((hit) => hit.value === code));
    ask({
      ...(unread.length === 0 ? {} : { refs: unread }),
      ...(image === undefined ? {} : { images: [image.sha256] }),
    });
  };

  const scan = (): void => {
    if (hasCamera()) {
      setWatching(true);
      return;
    }
    setNote('scan.insecure');
    picture.current?.click();
  };

  const paste = async (): Promise<void> => {
    // Where the browser does not let us read, the field is there to paste into.
    const said = await navigator.clipboard?.readText?.().catch(() => '');
    if (said !== undefined && said !== '') setText(said);
    document.getElementById('said')?.focus();
  };

  if (props.isAsking) {
    const isSlow = props.sinceMs !== undefined && now - props.sinceMs > SLOW_MS;
    return (
      <section className="card looking" aria-live="polite">
        <div className="train" aria-hidden="true">
          <i />
          <i />
          <i />
          <i />
        </div>
        <p>{isSlow ? t('asking.slow') : t('asking')}</p>
        <button type="button" className="button" onClick={props.cancel}>
          {t('cancel')}
        </button>
      </section>
    );
  }

  return (
    <section className="card">
      {isWatching ? (
        <Camera
          found={(codes) => {
            setWatching(false);
            ask({ refs: codes });
          }}
          failed={() => {
            setWatching(false);
            setNote('scan.refused');
          }}
          stop={() => setWatching(false)}
        />
      ) : (
        <div className="ways">
          <button type="button" className="way first" onClick={scan}>
            <Sign d="M4 8V5a1 1 0 0 1 1-1h3m8 0h3a1 1 0 0 1 1 1v3m0 8v3a1 1 0 0 1-1 1h-3m-8 0H5a1 1 0 0 1-1-1v-3M8 8v8m4-8v8m4-8v8" />
            {t('scan')}
          </button>
          <button type="button" className="way" onClick={() => picture.current?.click()}>
            <Sign d="M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Zm-1 12 5-5 4 4 2-2 5 5M15.5 8.500h.01" />
            {t('photo')}
          </button>
          <button type="button" className="way" onClick={() => void paste()}>
            <Sign d="M9 4h6v3H9zM15 5h3a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1h3m0 7h6m-6 4h4" />
            {t('paste')}
          </button>
          <input
            ref={picture}
            type="file"
            accept="image/*"
            hidden
            data-testid="picture"
            onChange={(event) => {
              void read(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
        </div>
      )}
      {note === undefined ? null : (
        <p className="note" role="status">
          {t(note)}
        </p>
      )}
      <form onSubmit={submit} noValidate>
        <label className="field wide">
          <span>{t('text')}</span>
          <textarea
            id="said"
            rows={text.includes('\n') || text.length > 40 ? 4 : 1}
            value={text}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey && !text.includes('\n')) submit(event);
            }}
          />
        </label>
        <div className="fields">
          <label className="field">
            <span>{t('amount')}</span>
            <span className="with-sign">
              <i aria-hidden="true">¥</i>
              <input
                inputMode="decimal"
                autoComplete="off"
                placeholder="0.00"
                value={amount}
                onChange={(event) => setAmount(event.target.value.trim())}
              />
            </span>
          </label>
          <label className="field">
            <span>{t('at')}</span>
            <input type="time" value={time} onChange={(event) => setTime(event.target.value)} />
          </label>
          <label className="field">
            <span>{t('tail')}</span>
            <input
              inputMode="numeric"
              autoComplete="off"
              maxLength={8}
              value={tail}
              onChange={(event) => setTail(event.target.value.trim())}
            />
          </label>
        </div>
        <button type="submit" className="button primary big">
          {t('submit')}
        </button>
      </form>
    </section>
  );
}

/** One number without spaces is a reference; anything else is text for the server to read. */
const isReference = (text: string): boolean => /^[\x21-\x7e]{6,128}$/.test(text);

const Sign = ({ d }: Readonly<{ d: string }>): ReactElement => (
  <svg
    viewBox="0 0 24 24"
    width="28"
    height="28"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={d} />
  </svg>
);

function Camera({
  found,
  failed,
  stop,
}: Readonly<{ found: (codes: string[]) => void; failed: () => void; stop: () => void }>): ReactElement {
  const { t } = useWords<CounterKey>();
  const video = useRef<HTMLVideoElement>(null);
  const tell = useRef({ found, failed });
  useEffect(() => {
    const control = new AbortController();
    watch(video.current!, control.signal)
      .then((codes) => codes !== undefined && tell.current.found(codes))
      .catch(() => !control.signal.aborted && tell.current.failed());
    return () => control.abort();
  }, []);
  return (
    <div className="camera">
      <video ref={video} muted playsInline aria-label={t('scan.hint')} />
      <p>{t('scan.hint')}</p>
      <button type="button" className="button" onClick={stop}>
        {t('stop')}
      </button>
    </div>
  );
}
