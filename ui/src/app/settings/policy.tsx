/** What the merchant has decided about its own risk: each rule in words with what follows from it, and every version before. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Time } from '../../base/parts.tsx';
import { Refused } from '../form.tsx';
import { Rows, Wrong } from '../state.tsx';
import { type Policy, type PolicyVersion, type Release, settings } from './api.ts';
import { isAdmin, ReadOnly } from './parts.tsx';
import { byCurrency, LimitFields, limitsOf, RefundRules, refundOf, refundText, textOf } from './policy-refunds.tsx';
import type { SettingsKey } from './words.ts';

const CASES = ['paid_after_close', 'overpaid', 'duplicate'] as const;
const RELEASES = ['ask', 'yes', 'no'] as const;

export default function PolicyPage({ me }: Readonly<{ me: Me }>): ReactElement {
  const found = useQuery({ queryKey: ['policy'], queryFn: settings.policy });
  if (found.isError && found.data === undefined)
    return <Wrong error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Rows n={8} />;
  const { current, versions } = found.data;
  return (
    <>
      {isAdmin(me) ? null : <ReadOnly />}
      {/* A new version is edited anew. */}
      <Edit of={current} may={isAdmin(me)} key={current.version} />
      <Before versions={versions} />
    </>
  );
}

function Edit({ of, may }: Readonly<{ of: PolicyVersion; may: boolean }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  const client = useQueryClient();
  const [limits, setLimits] = useState(limitsOf(of.policy.ask_above));
  const [alone, setAlone] = useState(limitsOf(of.policy.explain_alone));
  const [release, setRelease] = useState(of.policy.release);
  const [seconds, setSeconds] = useState(String(of.policy.record_within_seconds));
  const [minutes, setMinutes] = useState(String(of.policy.pending_case_minutes));
  const [refund, setRefund] = useState(() => refundOf(of.policy));
  const wanted: Policy = {
    ...of.policy,
    ask_above: byCurrency(limits),
    explain_alone: byCurrency(alone),
    release,
    ...refundText(refund),
    record_within_seconds: Number(seconds),
    pending_case_minutes: Number(minutes),
  };
  const isSame = changesOf(wanted, of.policy).length === 0;
  const save = useMutation({
    mutationFn: () => settings.setPolicy(of.version, wanted),
    onSuccess: () => client.invalidateQueries({ queryKey: ['policy'] }),
  });
  return (
    <form
      className="policy"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <section className="panel rule" aria-label={t('settings.askAbove')}>
        <div>
          <h2>{t('settings.askAbove')}</h2>
          <p className="soft">{t('settings.askAboveSays')}</p>
        </div>
        <div className="rule-fields">
          <LimitFields limits={limits} set={setLimits} may={may} />
          <p className="consequence">
            {limits.length === 0 ? t('settings.noLimit') : t('settings.limitMeans', { amounts: textOf(limits, lang) })}
          </p>
        </div>
      </section>
      <section className="panel rule">
        <div>
          <h2>{t('settings.releases')}</h2>
          <p className="soft">{t('settings.releasesSays')}</p>
        </div>
        <div className="rule-fields">
          {CASES.map((c) => (
            <label key={c} className="field">
              <span>{t(`settings.case_${c}`)}</span>
              <select
                className="plain-input"
                value={release[c]}
                disabled={!may}
                onChange={(e) => setRelease({ ...release, [c]: e.target.value as Release })}
              >
                {RELEASES.map((r) => (
                  <option key={r} value={r}>
                    {t(`settings.release_${r}`)}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      </section>
      <RefundRules of={refund} set={setRefund} may={may} />
      <section className="panel rule">
        <div>
          <h2>{t('settings.recordWithin')}</h2>
          <p className="soft">{t('settings.recordWithinSays')}</p>
        </div>
        <div className="rule-fields">
          <label className="field">
            <span>{t('settings.seconds')}</span>
            <input
              className="plain-input amount"
              type="number"
              min={5}
              max={3600}
              value={seconds}
              required
              disabled={!may}
              onChange={(e) => setSeconds(e.target.value)}
            />
          </label>
          <p className="consequence">{t('settings.recordWithinMeans', { seconds })}</p>
        </div>
      </section>
      <section className="panel rule">
        <div>
          <h2>{t('settings.pendingCase')}</h2>
          <p className="soft">{t('settings.pendingCaseSays')}</p>
        </div>
        <div className="rule-fields">
          <label className="field">
            <span>{t('settings.minutes')}</span>
            <input
              className="plain-input amount"
              type="number"
              min={5}
              max={20160}
              value={minutes}
              required
              disabled={!may}
              onChange={(e) => setMinutes(e.target.value)}
            />
          </label>
          <p className="consequence">{t('settings.pendingCaseMeans', { minutes })}</p>
        </div>
      </section>
      <section className="panel rule" aria-label={t('settings.explainAlone')}>
        <div>
          <h2>{t('settings.explainAlone')}</h2>
          <p className="soft">{t('settings.explainAloneSays')}</p>
        </div>
        <div className="rule-fields">
          <LimitFields limits={alone} set={setAlone} may={may} />
          <p className="consequence">
            {alone.length === 0 ? t('settings.aloneNever') : t('settings.aloneMeans', { amounts: textOf(alone, lang) })}
          </p>
        </div>
      </section>
      <Refused error={save.error} />
      {may ? (
        <p className="bar">
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={isSame}>
            {t('settings.setPolicy', { version: of.version + 1 })}
          </Button>
          <span className="soft">{t(isSame ? 'settings.policySame' : 'settings.policySays')}</span>
        </p>
      ) : null}
    </form>
  );
}

/** What a version changed of the one before. */
function changesOf(now: Policy, before: Policy | undefined): readonly string[] {
  const flat = (p: Policy): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(p).flatMap(([rule, value]: [string, string | number | Readonly<Record<string, string>>]) =>
        typeof value === 'object'
          ? Object.entries(value).map(([of, said]) => [`${rule} ${of}`, said] as const)
          : [[rule, String(value)] as const],
      ),
    );
  if (before === undefined) return [];
  const [a, b] = [flat(before), flat(now)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => `${key}: ${a.get(key) ?? '—'} → ${b.get(key) ?? '—'}`);
}

function Before({ versions }: Readonly<{ versions: readonly PolicyVersion[] }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  return (
    <section className="panel versions">
      <h2>{t('settings.versions')}</h2>
      {versions.length === 0 ? (
        <p className="soft">{t('settings.noVersions')}</p>
      ) : (
        <ol>
          {versions.map((v, i) => (
            <li key={v.version}>
              <strong>{t('settings.version', { version: v.version })}</strong>
              <span>
                {v.made_by_name ?? v.made_by} · {v.made_at === undefined ? null : <Time at={v.made_at} />}
              </span>
              <code translate="no">{changesOf(v.policy, versions[i + 1]?.policy).join(' · ')}</code>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
