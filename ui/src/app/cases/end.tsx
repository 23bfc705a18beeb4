/** How a claim ended, and what was done about a case: said by a person, in a dialog, once. */
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Note } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import { type Case, type Claim, type ClaimEnd, work } from './api.ts';
import type { CasesKey } from './words.ts';

/** Likeliest first, by what was answered. */
const ENDS: Readonly<Record<Claim['release'], readonly ClaimEnd[]>> = {
  yes: ['goods_given', 'goods_kept', 'repaid', 'withdrawn'],
  ask: ['goods_kept', 'goods_given', 'repaid', 'withdrawn'],
  no: ['goods_kept', 'repaid', 'withdrawn', 'goods_given'],
};

export function EndClaim({
  of,
  done,
  close,
}: Readonly<{ of: Claim; done: (claim: Claim) => void; close: () => void }>): ReactElement {
  const { t } = useWords<CasesKey>();
  const [ended, setEnded] = useState<ClaimEnd | undefined>(undefined);
  const [note, setNote] = useState('');
  const end = useMutation({
    mutationFn: () => work.end(of.id, ended!, note),
    onSuccess: (claim) => {
      done(claim);
      close();
    },
  });
  return (
    <Prompt
      title={t('cases.endIt')}
      close={close}
      error={end.error}
      does={{ says: t('cases.endDo'), run: () => end.mutate(), isBusy: end.isPending, isReady: ended !== undefined }}
    >
      <fieldset className="choices">
        <legend>{t('cases.howEnded')}</legend>
        {ENDS[of.release].map((one) => (
          <label key={one}>
            <input type="radio" name="ended" checked={ended === one} onChange={() => setEnded(one)} />
            {t(`end.${one}`)}
          </label>
        ))}
      </fieldset>
      <Note label={t('cases.noteMay')} note={note} set={setNote} />
      {ended === 'goods_given' ? <p className="soft">{t('cases.standsFor')}</p> : null}
    </Prompt>
  );
}

export function EndCase({
  of,
  done,
  close,
}: Readonly<{ of: Case; done: (one: Case) => void; close: () => void }>): ReactElement {
  const { t } = useWords<CasesKey>();
  const [note, setNote] = useState('');
  const end = useMutation({
    mutationFn: () => work.close(of.id, note),
    onSuccess: (one) => {
      done(one);
      close();
    },
  });
  return (
    <Prompt
      title={t('cases.closeIt')}
      close={close}
      error={end.error}
      does={{ says: t('cases.closeDo'), run: () => end.mutate(), isBusy: end.isPending, isReady: note.trim() !== '' }}
    >
      <Note label={t('cases.note')} note={note} set={setNote} />
      <p className="soft">{t('cases.closeHint')}</p>
    </Prompt>
  );
}
