/**
 * The verdict, the whole screen: may the goods go, in one word; what it is; what to say. It looks again by itself when the server said it
 * would, and never turns waiting into “not paid”. After half a minute it says how old it is.
 */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { Tone } from '../../../src/verdicts/catalogue.ts';
import { Trouble } from '../base/api.ts';
import { type Claim, claims, type End } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Brand, Money, Time, ToneIcon, titleOf, toneOf } from '../base/parts.tsx';
import { StatusLink } from '../base/status-link.tsx';
import { clockOf, countdown, msOf, textOf, tookOf, useNow } from '../base/time.ts';
import type { Answered } from './counter.tsx';
import type { CounterKey } from './words.ts';

/** Older than this, and its age is said. */
const FRESH_MS = 30_000;
/** How it may have ended, likeliest first by what was answered. */
const ENDS: Readonly<Record<Claim['release'], readonly End[]>> = {
  yes: ['goods_given', 'goods_kept', 'repaid', 'withdrawn'],
  ask: ['goods_kept', 'goods_given', 'repaid', 'withdrawn'],
  no: ['goods_kept', 'repaid', 'withdrawn', 'goods_given'],
};
/** Where the server named no time. */
const LOOK_MS = 5_000;

/** Without a verdict nothing is known yet: that is waiting, whatever else it may become. */
export const toneOfClaim = (claim: Claim): Tone =>
  claim.verdict === undefined ? 'waiting' : toneOf(claim.verdict.code);

export function Answer({
  answer,
  renew,
  next,
}: Readonly<{ answer: Answered; renew: (claim: Claim) => void; next: () => void }>): ReactElement {
  const { t, both, lang } = useWords<CounterKey>();
  const now = useNow(250);
  const [isLooking, setLooking] = useState(false);
  const [out, setOut] = useState<string | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const { claim, atMs } = answer;
  const { verdict } = claim;
  const tone = toneOfClaim(claim);
  const isWaiting = claim.state === 'open';
  const nextMs = claim.next_look_at === undefined ? atMs + LOOK_MS : Math.max(msOf(claim.next_look_at), atMs + 1_000);

  const look = async (how: () => Promise<Claim>): Promise<void> => {
    setLooking(true);
    try {
      renew(await how());
      setOut(undefined);
    } catch (error) {
      // What was known stays on screen, with its age.
      if (!(error instanceof Trouble)) throw error;
      setOut(error.kind === 'refused' ? error.message : t('broken'));
    } finally {
      setLooking(false);
    }
  };

  useEffect(() => heading.current?.focus(), []);
  const due = isWaiting && now >= nextMs;
  const lookNow = useRef(() => Promise.resolve());
  lookNow.current = () => look(() => claims.get(claim.id));
  useEffect(() => {
    if (!due) return;
    void lookNow.current();
    const timer = setInterval(() => void lookNow.current(), LOOK_MS);
    return () => clearInterval(timer);
  }, [due]);

  const says = verdict?.says;
  return (
    <main className={`answer tone-${tone} is-${tone}`}>
      <header className="bar">
        <Brand />
        <span className="where">{t('asOf', { time: clockOf(textOf(atMs), lang) })}</span>
      </header>
      <div className="verdict" role="status" aria-live="assertive">
        <ToneIcon tone={tone} size={72} />
        <h1 ref={heading} tabIndex={-1}>
          {t(`release.${claim.release}`)}
        </h1>
        <p className="what">
          {verdict === undefined ? t('unclear') : both(titleOf(verdict.code))}
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
        {out === undefined ? null : <p className="age">{out}</p>}
      </div>
      {says === undefined ? null : (
        <section className="say">
          <h2>{t('sayTo')}</h2>
          <blockquote>{both(says.agent)}</blockquote>
        </section>
      )}
      <section className="say">
        <StatusLink path={`/v1/claims/${claim.id}`} />
      </section>
      {claim.why.length === 0 ? null : (
        <section className="facts">
          <h2>{t('facts')}</h2>
          <ul>
            {claim.why.map((why) => (
              <li key={why.en}>{both(why)}</li>
            ))}
          </ul>
        </section>
      )}
      {claim.candidates.length === 0 ? null : (
        <section className="facts">
          <h2>{t('candidates')}</h2>
          <ul className="candidates">
            {claim.candidates.map((one) => (
              <li key={one.payment_id}>
                <button
                  type="button"
                  disabled={isLooking}
                  onClick={() => void look(() => claims.look(claim.id, one.payment_id))}
                >
                  <Money of={one.amount} />
                  <Time at={one.at} />
                  <span className="number">…{(one.order_ref ?? one.payment_ref).slice(-6)}</span>
                  {one.store === undefined && one.terminal === undefined ? null : (
                    <span>{[one.store, one.terminal].filter(Boolean).join(' · ')}</span>
                  )}
                  {one.why.map((why) => (
                    <small key={why.en}>{both(why)}</small>
                  ))}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <footer className="acts">
        <button type="button" className="button primary big" onClick={next}>
          {t('next')}
        </button>
        <Ending claim={claim} isBusy={isLooking} end={(ended) => void look(() => claims.close(claim.id, ended))} />
        <div className="row">
          {claim.payment === undefined ? null : (
            <a className="button" href={`/app/payments/${claim.payment.id}`}>
              {t('evidence')}
            </a>
          )}
          <button
            type="button"
            className="button"
            disabled={isLooking || claim.state === 'closed'}
            onClick={() => void look(() => claims.look(claim.id))}
          >
            {t('again')}
          </button>
        </div>
      </footer>
    </main>
  );
}

/** What became of it: it stands for the payment from then on, and for whoever shows it again. */
function Ending({
  claim,
  isBusy,
  end,
}: Readonly<{ claim: Claim; isBusy: boolean; end: (ended: End) => void }>): ReactElement {
  const { t, both } = useWords<CounterKey>();
  if (claim.state === 'closed')
    return (
      <p className="ended" role="status">
        {t('end.done', {
          ended: claim.closed_by_rule
            ? both(claim.closed_by_rule.says)
            : t(`end.${(claim.ended ?? 'withdrawn') as End}`),
        })}
      </p>
    );
  return (
    <fieldset className="ending">
      <legend>{t('end.title')}</legend>
      {ENDS[claim.release].map((ended) => (
        <button key={ended} type="button" className="button slim" disabled={isBusy} onClick={() => end(ended)}>
          {t(`end.${ended}`)}
        </button>
      ))}
    </fieldset>
  );
}
