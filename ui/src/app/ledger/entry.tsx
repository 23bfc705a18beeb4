/** One entry: its transfers in balance, why each stands where it does, what it was posted for, and the bytes it rests on. */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { ask, type Money as MoneyOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Time, ToneIcon } from '../../base/parts.tsx';
import { currenciesOf, less, sumOf } from '../amounts.ts';
import { Prompt } from '../prompt.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type EntryWhole, ledger } from './api.ts';
import { AccountName, at, Fact, Facts, Proof, useSays } from './parts.tsx';
import type { LedgerKey } from './words.ts';

export default function EntryPage({ id }: Readonly<{ id: string }>): ReactElement {
  const { t, both } = useWords<LedgerKey>();
  const says = useSays();
  const found = useQuery({ queryKey: ['ledger', 'entry', id], queryFn: () => ledger.entry(id) });
  const back = (
    <p className="crumb">
      <a {...link(at('/entries'))}>← {t('ledger.entries')}</a>
    </p>
  );
  if (found.isError && found.data === undefined)
    return (
      <>
        {back}
        <Wrong error={found.error} retry={() => void found.refetch()} />
      </>
    );
  if (found.data === undefined) return <Rows n={8} />;
  const entry = found.data;
  return (
    <article className="entry">
      {back}
      <h2>
        {t('ledger.entryNo', { no: entry.no })} · {says(entry.says)}
      </h2>
      <Facts>
        <Fact says={t('ledger.businessOn')}>{entry.business_on}</Fact>
        {entry.fact_on === entry.business_on ? null : (
          <Fact says={t('ledger.factOn')}>{t('ledger.factOnSays', { on: entry.fact_on })}</Fact>
        )}
        <Fact says={t('ledger.postedAt')}>
          <Time at={entry.posted_at} />
        </Fact>
        <Fact says={t('ledger.cause')}>{t(`ledger.${entry.cause}`)}</Fact>
      </Facts>
      <Transfers of={entry} />
      <div className="entry-more">
        <section className="panel">
          <h3>{t('ledger.why')}</h3>
          <ul className="plain">
            {entry.why.map(({ fact, why }) => (
              <li key={fact}>{both(why)}</li>
            ))}
          </ul>
        </section>
        <section className="panel">
          <h3>{t('ledger.restsOn')}</h3>
          <Evidence of={entry} />
        </section>
      </div>
    </article>
  );
}

/** Debits first, as a voucher is written; each currency by itself. */
function Transfers({ of }: Readonly<{ of: EntryWhole }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  return (
    <>
      {currenciesOf(of.transfers.map((x) => x.amount)).map((currency) => {
        const own = of.transfers.filter((x) => x.amount.currency === currency);
        const total = sumOf(
          own.map((x) => x.amount),
          currency,
        );
        const sides = (['debit', 'credit'] as const).flatMap((side) =>
          [...Map.groupBy(own, (x) => x[side].id).values()].map((rows) => ({
            side,
            account: rows[0]![side],
            amount: sumOf(
              rows.map((x) => x.amount),
              currency,
            ),
          })),
        );
        const onSide = (side: 'debit' | 'credit'): MoneyOf =>
          sumOf(
            sides.filter((s) => s.side === side).map((s) => s.amount),
            currency,
          );
        return (
          <section key={currency} className="book">
            <div className="sheet-wrap">
              <table className="accounts voucher">
                <caption className="hidden">{t('ledger.transfersOf', { currency })}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('ledger.account')}</th>
                    <th scope="col" className="right">
                      {t('ledger.debit')}
                    </th>
                    <th scope="col" className="right">
                      {t('ledger.credit')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {sides.map(({ side, account, amount }) => (
                    <tr key={`${side}${account.id}`} className={side}>
                      <td>
                        <AccountName of={account} />
                      </td>
                      <td className="right">{side === 'debit' ? <Money of={amount} /> : null}</td>
                      <td className="right">{side === 'credit' ? <Money of={amount} /> : null}</td>
                    </tr>
                  ))}
                </tbody>
                <tfoot>
                  <tr>
                    <th scope="row">{t('ledger.sum')}</th>
                    <td className="right">
                      <Money of={total} />
                    </td>
                    <td className="right">
                      <Money of={onSide('credit')} />
                    </td>
                  </tr>
                </tfoot>
              </table>
            </div>
            <p className="proof-line">
              <Proof says={t('ledger.differs')} of={less(onSide('debit'), onSide('credit'))} />
            </p>
          </section>
        );
      })}
    </>
  );
}

function Evidence({ of }: Readonly<{ of: EntryWhole }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const [isShown, setShown] = useState(false);
  const { document, break: found, batch } = of.evidence;
  const { reconciliation_id: run, proposal_id: proposal } = of;
  return (
    <>
      <Facts>
        {run === undefined ? null : (
          <Fact says={t('ledger.by_reconciliation_id')}>
            <a {...link(`/app/reconciliations/${run}`)}>{t('ledger.openRun')}</a>
            {' · '}
            <a {...link(at(`/entries?reconciliation_id=${run}`))}>{t('ledger.allOfIt')}</a>
          </Fact>
        )}
        {of.batch === undefined ? null : (
          <Fact says={t('ledger.by_batch')}>
            <a {...link(at(`/entries?batch=${encodeURIComponent(of.batch)}`))}>
              <code translate="no">{of.batch}</code>
            </a>
            {batch === undefined ? null : <small>{t(`ledger.batch_${batch.state as 'credited'}`)}</small>}
          </Fact>
        )}
        {of.break === undefined ? null : (
          <Fact says={t('ledger.by_break')}>
            {found === undefined ? null : (
              <>
                <a {...link(`/app/breaks/${found.reconciliation_id}/${found.n}`)}>{t('ledger.openBreak')}</a>
                {' · '}
              </>
            )}
            <a {...link(at(`/entries?break=${of.break}`))}>{t('ledger.allOfIt')}</a>
            {found?.payment_id === undefined ? null : (
              <>
                {' · '}
                <a {...link(`/app/payments/${found.payment_id}`)}>{t('ledger.openPayment')}</a>
              </>
            )}
          </Fact>
        )}
        {proposal === undefined ? null : (
          <Fact says={t('ledger.byProposal')}>
            <a {...link(at(`/suspense?show=decided`))}>{t('ledger.openProposal')}</a>
          </Fact>
        )}
        {document === undefined ? null : (
          <Fact says={t('ledger.document')}>
            {document.id === undefined ? (
              t('ledger.inArchive')
            ) : (
              <>
                <button type="button" className="as-link" onClick={() => setShown(true)}>
                  {t('ledger.showBytes', { at: document.at, length: document.length })}
                </button>
                {' · '}
                <a {...link(`/app/imports/${document.id}`)}>{t('ledger.openDocument')}</a>
              </>
            )}
            <code className="sha" translate="no">
              {document.sha256}
            </code>
          </Fact>
        )}
      </Facts>
      {run === undefined && proposal === undefined && document === undefined ? (
        <p className="soft">{t('ledger.restsOnNothing')}</p>
      ) : null}
      {isShown && document?.id !== undefined ? (
        <Bytes of={{ ...document, id: document.id }} close={() => setShown(false)} />
      ) : null}
    </>
  );
}

type Place = Readonly<{ id: string; sha256: string; at: number; length: number }>;

async function read({ id, at: start, length }: Place): Promise<Readonly<{ text: string; own: string | undefined }>> {
  const bytes = await (await ask(`/v1/documents/${id}/raw`)).arrayBuffer();
  const own = isSecureContext ? hex(await crypto.subtle.digest('SHA-256', bytes)) : undefined;
  return { text: legible(bytes.slice(start, start + length)), own };
}

const hex = (buffer: ArrayBuffer): string =>
  [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');

/** Chinese bills come in either. */
function legible(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

/** The record as it stands in the document, whose hash is computed here once more. */
function Bytes({ of, close }: Readonly<{ of: Place; close: () => void }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const raw = useQuery({
    queryKey: ['ledger', 'bytes', of.id, of.at, of.length],
    queryFn: () => read(of),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const same = raw.data?.own === undefined ? undefined : raw.data.own === of.sha256;
  const tone = same === undefined ? 'waiting' : same ? 'arrived' : 'beware';
  return (
    <Prompt title={t('ledger.bytes')} close={close} isWide>
      {raw.isError ? (
        <Wrong error={raw.error} retry={() => void raw.refetch()} />
      ) : raw.data === undefined ? (
        <Rows n={4} />
      ) : (
        <>
          <p className={`hash tone-${tone}`} data-same={String(same ?? 'unknown')}>
            <ToneIcon tone={tone} size={18} />
            <span>
              {t(same === undefined ? 'ledger.hashCannot' : same ? 'ledger.hashSame' : 'ledger.hashDiffers')}
              <code translate="no">{of.sha256}</code>
            </span>
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="bytes" tabIndex={0} translate="no">
            {raw.data.text}
          </pre>
          <p className="soft">{t('ledger.bytesAt', { at: of.at, length: of.length })}</p>
        </>
      )}
    </Prompt>
  );
}
