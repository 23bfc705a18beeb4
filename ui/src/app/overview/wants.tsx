/** What waits for a person, one sentence each, the most urgent first; or that nothing does. */
import type { ReactElement } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, ToneIcon, toneOf } from '../../base/parts.tsx';
import { agoOf } from '../../base/time.ts';
import { link } from '../route.ts';
import type { Want } from './api.ts';
import { type OverviewKey, words } from './words.ts';

export function Wants({ of }: Readonly<{ of: readonly Want[] }>): ReactElement {
  const { t, lang } = useWords<OverviewKey>();
  return (
    <section className="panel wants" aria-labelledby="wants-title">
      <h2 id="wants-title">{t('overview.wants')}</h2>
      {of.length === 0 ? (
        <Quiet title={t('overview.nothing')} tone="arrived">
          <p>{t('overview.nothingHint')}</p>
        </Quiet>
      ) : (
        <ul>
          {of.map((want) => {
            const tone = toneFor(want);
            const key = `want.${want.what}`;
            return (
              <li key={`${want.kind} ${want.what}`}>
                <a {...link(placeOf(want))} className={`want tone-${tone}`}>
                  <ToneIcon tone={tone} size={18} />
                  <span>
                    {key in words
                      ? t(`want.${want.what}` as OverviewKey, { n: want.count })
                      : t('overview.other', { n: want.count, what: want.what })}
                    <small>
                      {want.amount === undefined ? null : (
                        <>
                          <Money of={want.amount} />
                          {want.since === undefined ? null : ' · '}
                        </>
                      )}
                      {want.since === undefined ? null : t('overview.waits', { ago: agoOf(want.since, lang) })}
                    </small>
                  </span>
                </a>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function toneFor({ kind, what }: Want): Tone {
  if (kind === 'case')
    return what === 'claim' || /^(terminal|foreign|retired|other)_/.test(what) ? 'beware' : toneOf(what);
  return kind === 'approval' || kind === 'refund' || kind === 'explanation' ? 'waiting' : 'late';
}

/** One thing leads to itself, several to where they stand together. */
function placeOf({ kind, what, subject }: Want): string {
  if (kind === 'breaks') return '/app/breaks?state=unexplained';
  if (kind === 'explanation') return '/app/breaks?part=all&state=explained';
  if (kind === 'bill') return '/app/channels';
  if (kind === 'approval') return '/app/ledger/suspense';
  if (kind === 'refund') return '/app/approvals';
  if (subject?.kind === 'payment') return `/app/payments/${subject.id}`;
  // One claim is opened where it is, several where they wait.
  if (kind === 'case' && what === 'claim')
    return subject === undefined ? '/app/cases?waits_for=us' : `/app/cases/${subject.id}`;
  if (kind === 'case') return `/app/cases/work?reason=${what}`;
  if (what === 'settlement_trouble') return '/app/payments?verdict=late,short_settled,payout_returned';
  return what === 'webhook_gave_up' ? '/app/settings/webhooks' : '/app/channels';
}
