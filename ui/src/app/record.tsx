/** A record as it stands in its document: where, the bytes with what was read of them marked, and the document's hash computed here once more. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { z } from 'zod';
import type { lineEvidence } from '../../../src/api/contract/reconciled.ts';
import { useWords } from '../base/lang.ts';
import { ToneIcon } from '../base/parts.tsx';
import { type Checked, check } from './check.ts';
import type { AppKey } from './words.ts';

export type Evidence = z.output<typeof lineEvidence>;

/** The record as it stands in the document, and whether this browser, with the document's own bytes, comes to the same. */
export function Record({
  of,
  documentId,
  encoding,
}: Readonly<{ of: Evidence; documentId: string | undefined; encoding: string | undefined }>): ReactElement {
  const { t } = useWords<AppKey>();
  const { file, line: row, at, length, raw, sha256 } = of;
  const checked = useQuery({
    queryKey: ['bytes', documentId, sha256, row, at],
    queryFn: () => check({ documentId: documentId!, sha256, at, length, encoding: encoding!, raw }),
    enabled: documentId !== undefined && encoding !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <>
      <h3>{t('record.raw')}</h3>
      <p className="soft where">
        {length === 0
          ? t('record.whereSheet', { file, line: row })
          : t('record.where', {
              file,
              line: row,
              at: at.toLocaleString('en'),
              end: (at + length - 1).toLocaleString('en'),
            })}
      </p>
      {raw === undefined ? (
        <p className="soft">{t('record.noRaw')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre tabIndex={0} translate="no" className="bytes">
          {marked(raw, of).map((piece, i) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in its order
            piece.is ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>,
          )}
        </pre>
      )}
      <Check checked={checked.data} sha256={sha256} />
    </>
  );
}

function Check({ checked, sha256 }: Readonly<{ checked: Checked | undefined; sha256: string }>): ReactElement {
  const { t } = useWords<AppKey>();
  const is = checked?.is;
  const tone = is === 'same' ? 'arrived' : is === 'differs' ? 'beware' : 'waiting';
  return (
    <p className={`hash tone-${tone}`} data-check={is ?? 'checking'} role="status">
      <ToneIcon tone={tone} size={18} />
      <span>
        <strong>SHA-256</strong> {t(is === undefined ? 'record.checking' : `record.${is}`)}
        <code translate="no">{sha256}</code>
      </span>
    </p>
  );
}

type Piece = Readonly<{ text: string; is: boolean }>;

/** The record cut where what was read of it stands: its amount, its numbers, its time. */
function marked(raw: string, of: Evidence): readonly Piece[] {
  const plain = of.money.amount.replace(/^-/, '');
  const grouped = plain.replace(/\B(?=(\d{3})+(?!\d)(?=\.|$))/g, ',');
  const minor = plain.replace('.', '').replace(/^0+/, '');
  const spots: [number, number][] = [];
  const find = (text: string | undefined, least: number): boolean => {
    if (text === undefined || text.length < least) return false;
    const at = raw.indexOf(text);
    if (at === -1 || spots.some(([from, to]) => at < to && at + text.length > from)) return false;
    spots.push([at, at + text.length]);
    return true;
  };
  for (const ref of Object.values(of.refs)) find(ref, 3);
  const time = of.occurredAt?.slice(11, 19);
  if (!find(of.occurredAt?.slice(0, 19), 8) && !find(time, 8)) find(time?.replaceAll(':', ''), 6);
  // A format that writes no point writes the cents, with zeros before them.
  if (!find(grouped, 3) && !find(plain, 3)) find(minor.padStart(12, '0'), 12);
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of spots.sort((a, b) => a[0] - b[0])) {
    pieces.push({ text: raw.slice(at, from), is: false }, { text: raw.slice(from, to), is: true });
    at = to;
  }
  return [...pieces, { text: raw.slice(at), is: false }];
}
