/** The proof as an equation people read: ours less theirs is the difference, the difference is what is explained, and nothing is left. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, ToneIcon } from '../../base/parts.tsx';
import { link } from '../route.ts';
import type { Run, Summary } from './api.ts';
import { breaksOf, type Key } from './states.tsx';

type Row = Summary['proof'][number];

export function Proof({ run, found }: Readonly<{ run: Run; found: Summary }>): ReactElement {
  const { t, both } = useWords<Key>();
  const named = (table: string, code: string): string => both(found.words[table]?.[code] ?? { zh: code, en: code });
  return (
    <section className="panel proof" aria-labelledby="proof">
      <h2 id="proof">{t('proof.title')}</h2>
      <p className="soft">{t('proof.lead')}</p>
      {found.proof.length === 0 ? <p>{t('proof.none')}</p> : null}
      {found.proof.map((row) => (
        <section key={`${row.joint} ${row.currency}`} className="joint" data-joint={row.joint}>
          <h3>
            {named('joints', row.joint)} <small>{row.currency}</small>
            <span className="soft">{named('asks', row.joint)}</span>
          </h3>
          <div className="equation">
            <Term name={named('ours', row.joint)} of={row.ours} part="ours" />
            <span className="sign">−</span>
            <Term name={named('theirs', row.joint)} of={row.theirs} part="theirs" />
            <span className="sign">=</span>
            <Term name={t('proof.difference')} of={row.difference} part="difference" />
          </div>
          <Explained run={run} row={row} named={named} />
          <Counts row={row} named={named} />
        </section>
      ))}
      {found.passes.length === 0 ? null : (
        <details>
          <summary>{t('proof.passes')}</summary>
          <ul className="passes">
            {found.passes.map((pass) => (
              <li key={`${pass.joint} ${pass.pass}`}>
                <span>{both(pass.title)}</span>
                <span className="soft">{named('joints', pass.joint)}</span>
                <b>{pass.matched.toLocaleString('en')}</b>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Term({ name, of, part }: Readonly<{ name: string; of: Row['ours']; part: string }>): ReactElement {
  return (
    <span className="term" data-part={part}>
      <small>{name}</small>
      <Money of={of} />
    </span>
  );
}

type Named = (table: string, code: string) => string;

function Explained({ run, row, named }: Readonly<{ run: Run; row: Row; named: Named }>): ReactElement {
  const { t } = useWords<Key>();
  const parts = Object.entries(row.explained);
  return (
    <table className="figures explained">
      <tbody>
        {parts.length === 0 ? (
          <tr>
            <td colSpan={2} className="soft">
              {t('proof.equal')}
            </td>
          </tr>
        ) : null}
        {parts.map(([code, amount]) => {
          const [name, open] = code.split(' ') as [string, string?];
          const part = open !== undefined ? 'open' : name === 'ambiguous' ? 'ambiguous' : 'break';
          return (
            <tr key={code} data-class={code}>
              <th scope="row">
                {name === 'rounding' ? (
                  named('places', name)
                ) : (
                  <a {...link(breaksOf(run.id, name, part))}>{named('classes', name)}</a>
                )}
                {open === undefined ? null : <small> · {t('proof.waiting')}</small>}
              </th>
              <td className="right">
                <Money of={amount} />
              </td>
            </tr>
          );
        })}
        {parts.length === 0 ? null : (
          <tr className="sum">
            <th scope="row">{t('proof.explained')}</th>
            <td className="right">
              {/* Nothing is left, so what is explained is the difference. */}
              <Money of={row.difference} />
            </td>
          </tr>
        )}
        <tr className="rest">
          <th scope="row">{t('proof.rest')}</th>
          <td className="right" data-part="residual">
            <span className="holds tone-arrived">
              <ToneIcon tone="arrived" size={14} />
              {t('proof.holds')}
            </span>
            <Money of={row.residual} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** Each line in exactly one place: the figures of a side add up to all of it. */
function Counts({ row, named }: Readonly<{ row: Row; named: Named }>): ReactElement {
  const { t } = useWords<Key>();
  const side = (which: 'ours' | 'theirs'): ReactElement | null => {
    const places = Object.entries(row.counts[which]).sort(([, a], [, b]) => b - a);
    const all = places.reduce((sum, [, n]) => sum + n, 0);
    return all === 0 ? null : (
      <p>
        <strong>{named(which, row.joint)}</strong>
        <span className="bar" aria-hidden="true">
          {places.map(([place, n]) => (
            <i key={place} className={`place-${place}`} style={{ flexGrow: n }} />
          ))}
        </span>
        <span>
          {places.map(([place, n], i) => (
            <span key={place}>
              {i === 0 ? '' : ' + '}
              {named('places', place)} <b>{n.toLocaleString('en')}</b>
            </span>
          ))}
          {' = '}
          {t('proof.all')} <b>{all.toLocaleString('en')}</b>
        </span>
      </p>
    );
  };
  return (
    <div className="counts">
      <h4>{t('proof.counts')}</h4>
      {side('ours')}
      {side('theirs')}
    </div>
  );
}
