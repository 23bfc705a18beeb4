/**
 * The verdict, the whole screen: may the goods go, in one word; what it is; what to say. It looks again by itself when the server said it
 * would, and never turns waiting into “not paid”. After half a minute it says how old it is.
 */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Trouble } from '../base/api.ts';
import { type Claim, claims } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Brand, Money, Time, ToneIcon, titleOf, toneOf, VerdictMark } from '../base/parts.tsx';
import { clockOf, countdown, msOf, textOf, tookOf, useNow } from '../base/time.ts';
import type { Answered } from './counter.tsx';
import type { CounterKey } from './words.ts';

/** Older than this, and its age is said. */
const FRESH_MS = 30_000;
/** Where the server named no time. */
const LOOK_MS = 5_000;

export function Answer({
  answer,
  renew,
  next,
}: Readonly<{ answer: Answered; renew: (claim: Claim) => void; next: () => void }>): ReactElement {
  const { t, both, lang } = useWords<CounterKey>();
  const now = useNow(250);
  const [isLooking, setLooking] = useState(false);
  const [isOut, setOut] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const { claim, atMs } = answer;
  const { verdict } = claim;
  const tone = toneOf(verdict.code);
  const isWaiting = tone === 'waiting';
  const nextMs =
    verdict.next_look_at === undefined ? atMs + LOOK_MS : Math.max(msOf(verdict.next_look_at), atMs + 1_000);

  const look = async (): Promise<void> => {
    setLooking(true);
    try {
      renew(await claims.get(claim.id));
      setOut(false);
    } catch (error) {
      // What was known stays on screen, with its age.
      if (!(error instanceof Trouble)) throw error;
      setOut(true);
    } finally {
      setLooking(false);
    }
  };

  useEffect(() => heading.current?.focus(), []);
  const due = isWaiting && now >= nextMs;
  const lookNow = useRef(look);
  lookNow.current = look;
  useEffect(() => {
    if (!due) return;
    void lookNow.current();
    const timer = setInterval(() => void lookNow.current(), LOOK_MS);
    return () => clearInterval(timer);
  }, [due]);

  const says = verdict.says;
  return (
    <main className={`answer tone-${tone} is-${tone}`}>
      <header className="bar">
        <Brand />
        <span className="where">{t('asOf', { time: clockOf(textOf(atMs), lang) })}</span>
      </header>
      <div className="verdict" role="status" aria-live="assertive">
        <ToneIcon tone={tone} size={72} />
        <h1 ref={heading} tabIndex={-1}>
          {t(`release.${verdict.release}`)}
        </h1>
        <p className="what">
          {both(titleOf(verdict.code))}
          {claim.payment?.captured === undefined ? null : (
            <>
              {' · '}
              <Money of={claim.payment.captured} />
            </>
          )}
        </p>
        {says === undefined ? null : <p className="why">{both(says.cashier)}</p>}
        {now - atMs > FRESH_MS ? (
          <p className="age">
            <strong>{t('age', { age: tookOf(now - atMs, lang) })}</strong>
          </p>
        ) : null}
        {isWaiting ? (
          <p className="next-look">
            <strong role="timer">
              {isLooking || due ? t('lookingNow') : t('nextLook', { time: countdown(nextMs - now) })}
            </strong>
            <span>{t('nextHint')}</span>
          </p>
        ) : null}
        {isOut ? <p className="age">{t('broken')}</p> : null}
      </div>
      {says === undefined ? null : (
        <section className="say">
          <h2>{t('sayTo')}</h2>
          <blockquote>{both(says.agent)}</blockquote>
        </section>
      )}
      {claim.facts.length === 0 ? null : (
        <section className="facts">
          <h2>{t('facts')}</h2>
          <ul>
            {claim.facts.map((fact) => (
              <li key={fact.en}>{both(fact)}</li>
            ))}
          </ul>
        </section>
      )}
      {claim.candidates.length === 0 ? null : (
        <section className="facts">
          <h2>{t('candidates')}</h2>
          <ul className="candidates">
            {claim.candidates.map(({ payment, why }) => (
              <li key={payment.id}>
                <a href={`/app/payments/${payment.id}`}>
                  <Money of={payment.captured ?? payment.ordered} />
                  {payment.captured_at === undefined ? null : <Time at={payment.captured_at} />}
                  <span>…{(payment.order_ref ?? payment.payment_ref).slice(-6)}</span>
                  {payment.verdict === undefined ? null : <VerdictMark code={payment.verdict.code} />}
                  <small>{both(why)}</small>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <footer className="acts">
        <button type="button" className="button primary big" onClick={next}>
          {t('next')}
        </button>
        <div className="row">
          {claim.payment === undefined ? null : (
            <a className="button" href={`/app/payments/${claim.payment.id}`}>
              {t('evidence')}
            </a>
          )}
          <button type="button" className="button" disabled={isLooking} onClick={() => void look()}>
            {t('again')}
          </button>
        </div>
      </footer>
    </main>
  );
}
