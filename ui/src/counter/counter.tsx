/**
 * The counter: ask about a payment, hear the verdict, see money come in. One column, one question at a time, usable with a thumb on a phone
 * 360 px wide. It never says “paid” by itself: it shows what the server answered, and how old that answer is.
 */
import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { api, keptMode, Trouble } from '../base/api.ts';
import { type Asked, type Claim, claims } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Brand, Quiet } from '../base/parts.tsx';
import { nowMs } from '../base/time.ts';
import { Answer, toneOfClaim } from './answer.tsx';
import { Asking } from './asking.tsx';
import { Incoming } from './incoming.tsx';
import { queue, sendQueued } from './queue.ts';
import { useSettings } from './settings.ts';
import { SettingsSheet } from './settings-sheet.tsx';
import { play } from './sound.ts';
import type { CounterKey } from './words.ts';

export type Answered = Readonly<{ claim: Claim; atMs: number; asked: Asked }>;
type Now =
  | Readonly<{ is: 'ready' }>
  | Readonly<{ is: 'asking'; asked: Asked; sinceMs: number }>
  | Readonly<{ is: 'answered'; answer: Answered }>
  | Readonly<{ is: 'trouble'; trouble: Trouble; asked: Asked }>;

/** An id in order of time, as the server makes them (UUIDv7). */
function newClaimId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = nowMs();
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function Counter(): ReactElement {
  const { t } = useWords<CounterKey>();
  const settings = useSettings();
  const [now, setNow] = useState<Now>({ is: 'ready' });
  const [isDenied, setDenied] = useState(false);
  const [isOnline, setOnline] = useState(navigator.onLine);
  const [waiting, setWaiting] = useState(0);
  const [later, setLater] = useState<readonly Answered[]>([]);
  const [isSettings, setSettings] = useState(false);
  const asking = useRef<AbortController | undefined>(undefined);

  const answer = useCallback(
    (claim: Claim, asked: Asked, before?: Claim): void => {
      setNow({ is: 'answered', answer: { claim, asked, atMs: nowMs() } });
      // The same answer again is not news.
      if (before?.release !== claim.release || before.verdict?.code !== claim.verdict?.code)
        play(toneOfClaim(claim), settings.isLoud);
    },
    [settings.isLoud],
  );

  const ask = useCallback(
    async (asked: Asked): Promise<void> => {
      asking.current?.abort();
      const control = new AbortController();
      asking.current = control;
      setNow({ is: 'asking', asked, sinceMs: nowMs() });
      try {
        const claim = await claims.make(asked, control.signal);
        if (!control.signal.aborted) answer(claim, asked);
      } catch (error) {
        if (control.signal.aborted) return;
        if (!(error instanceof Trouble)) throw error;
        if (error.kind === 'offline') {
          // It may have arrived there: the same id makes it the same claim.
          await queue.add(asked);
          setWaiting((await queue.all()).length);
          setOnline(false);
          setNow({ is: 'ready' });
        } else if (error.kind === 'denied') setDenied(true);
        else setNow({ is: 'trouble', trouble: error, asked });
      }
    },
    [answer],
  );

  useEffect(() => {
    const look = async (): Promise<void> => {
      const all = await queue.all();
      setWaiting(all.length);
      if (!navigator.onLine || all.length === 0) return;
      await sendQueued(
        (claim, asked) => setLater((before) => [...before, { claim, asked, atMs: nowMs() }]),
        (trouble) => setNow({ is: 'trouble', trouble, asked: all[0]! }),
      );
      setWaiting((await queue.all()).length);
    };
    const online = (): void => {
      setOnline(true);
      void look();
    };
    const offline = (): void => setOnline(false);
    addEventListener('online', online);
    addEventListener('offline', offline);
    const timer = setInterval(() => {
      if (navigator.onLine) setOnline(true);
      void look();
    }, 5_000);
    void look();
    api.me().catch((error) => error instanceof Trouble && error.kind === 'denied' && setDenied(true));
    return () => {
      removeEventListener('online', online);
      removeEventListener('offline', offline);
      clearInterval(timer);
    };
  }, []);

  if (isDenied)
    return (
      <main className="page">
        <header className="bar">
          <Brand />
        </header>
        <Quiet title={t('denied')}>
          <p>{t('denied.hint')}</p>
          <a className="button primary" href="/app/">
            {t('denied.go')}
          </a>
        </Quiet>
      </main>
    );

  if (now.is === 'answered')
    return (
      <Answer
        key={now.answer.claim.id}
        answer={now.answer}
        renew={(claim) => answer(claim, now.answer.asked, now.answer.claim)}
        next={() => setNow({ is: 'ready' })}
      />
    );

  return (
    <main className="page">
      <header className="bar">
        <Brand />
        <span className="where">
          {keptMode() === 'live' ? null : <span className="test-side">{t('testSide')}</span>}
          {settings.store === '' ? t('store.none') : `${t('store')} ${settings.store}`}
        </span>
        <button type="button" className="round" aria-label={t('settings')} onClick={() => setSettings(true)}>
          <svg
            viewBox="0 0 24 24"
            width="22"
            height="22"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeLinecap="round"
            aria-hidden="true"
          >
            <path d="M4 7h9m5 0h2M4 17h2m5 0h9" />
            <circle cx="15.5" cy="7" r="2.5" />
            <circle cx="8.5" cy="17" r="2.5" />
          </svg>
        </button>
      </header>
      {isOnline ? null : (
        <div className="notice tone-late" role="status">
          <strong>{t('offline')}</strong> {t('offline.hint')}
        </div>
      )}
      {waiting === 0 ? null : (
        <div className="notice tone-waiting" role="status">
          {t('queued', { count: waiting })}
        </div>
      )}
      {later.length === 0 ? null : (
        <div className="notice tone-moving" role="status">
          {t('queued.done', { count: later.length })}
          <button
            type="button"
            className="link"
            onClick={() => {
              setNow({ is: 'answered', answer: later[0]! });
              setLater(later.slice(1));
            }}
          >
            {t('queued.show')}
          </button>
        </div>
      )}
      <h1 className="ask-title">{t('heading')}</h1>
      {now.is === 'trouble' ? (
        <Wrong trouble={now.trouble} again={() => void ask(now.asked)} close={() => setNow({ is: 'ready' })} />
      ) : null}
      <Asking
        isAsking={now.is === 'asking'}
        sinceMs={now.is === 'asking' ? now.sinceMs : undefined}
        cancel={() => {
          asking.current?.abort();
          setNow({ is: 'ready' });
        }}
        ask={(said) =>
          void ask({
            id: newClaimId(),
            claim: {
              kind: 'paid_not_seen',
              ...(settings.store === '' ? {} : { store: settings.store }),
              ...said,
            },
          })
        }
      />
      <Incoming />
      {isSettings ? <SettingsSheet close={() => setSettings(false)} /> : null}
    </main>
  );
}

function Wrong({
  trouble,
  again,
  close,
}: Readonly<{ trouble: Trouble; again: () => void; close: () => void }>): ReactElement {
  const { t } = useWords<CounterKey>();
  const isBroken = trouble.kind === 'broken';
  const title = t(isBroken ? 'broken' : 'refused');
  const hint = isBroken ? t('broken.hint') : `${trouble.message} ${trouble.remedy}`;
  return (
    <div className="notice tone-late" role="alert">
      <strong>{title}</strong>
      <p>{hint}</p>
      <div className="row">
        <button type="button" className="button" onClick={again}>
          {t('retry')}
        </button>
        <button type="button" className="button" onClick={close}>
          {t('dismiss')}
        </button>
      </div>
    </div>
  );
}
