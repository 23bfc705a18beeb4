/** A new version of an account's plan: begun from what holds now or from a template, seen at once in the preview, valid from a date on. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Quiet } from '../../base/parts.tsx';
import { today } from '../../base/time.ts';
import { Field, Refused } from '../form.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { asked, type Body, planApi } from './api.ts';
import { FeeFields } from './fee-fields.tsx';
import { PlanPreview } from './preview.tsx';
import { SettleFields } from './settle-fields.tsx';
import { bodyOf, type Terms, termsOf } from './terms.ts';
import { Text } from './text.tsx';
import type { PlansKey } from './words.ts';

export default function Edit({ id, mayChange }: Readonly<{ id: string; mayChange: boolean }>): ReactElement {
  const { t } = useWords<PlansKey>();
  const { query } = useRoute();
  const plan = useQuery({ ...asked.one(id), staleTime: Number.POSITIVE_INFINITY });
  const templates = useQuery(asked.templates);
  const channels = useQuery(asked.channels);
  const channel = channels.data?.items.find((c) => c.id === id);
  const template = templates.data?.items.find((one) => one.id === query.get('template'));
  return (
    <section>
      <p className="crumb">
        <a {...link(`/app/plans/${id}`)}>← {channel?.name ?? t('plans.title')}</a>
      </p>
      <div className="head">
        <h1>{t('plans.newVersion')}</h1>
      </div>
      {!mayChange ? (
        <Quiet title={t('plans.denied')}>
          <p>{t('plans.deniedHint')}</p>
        </Quiet>
      ) : plan.isError && plan.data === undefined ? (
        <Wrong error={plan.error} retry={() => void plan.refetch()} />
      ) : plan.data === undefined || templates.data === undefined || channel === undefined ? (
        <Rows n={8} />
      ) : (
        <Form
          // Another template is another form.
          key={template?.id ?? ''}
          id={id}
          channel={channel.provider}
          before={template === undefined ? plan.data.plan : { ...plan.data.plan, ...template.plan }}
          template={template?.id ?? ''}
        />
      )}
    </section>
  );
}

function Form({
  id,
  channel,
  before,
  template,
}: Readonly<{ id: string; channel: string; before: Body; template: string }>): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const client = useQueryClient();
  const templates = useQuery(asked.templates);
  const [terms, setTerms] = useState(() => termsOf(before));
  const [from, setFrom] = useState(today);
  const change = (part: Partial<Terms>): void => setTerms({ ...terms, ...part });
  const body = bodyOf(terms, before);
  const chosen = templates.data?.items.find((one) => one.id === template);
  const save = useMutation({
    mutationFn: () => planApi.set(id, from, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['plan', id] });
      go(`/app/plans/${id}`);
    },
  });
  return (
    <div className="plan-edit">
      <form
        className="panel form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field
          label={t('plans.template')}
          hint={chosen === undefined ? t('plans.templateHint') : `${both(chosen.about)} (${both(chosen.note)})`}
        >
          {(control) => (
            <select
              {...control}
              className="input"
              value={template}
              onChange={(event) =>
                go(
                  `/app/plans/${id}/edit${event.target.value === '' ? '' : `?template=${event.target.value}`}`,
                  'replace',
                )
              }
            >
              <option value="">{t('plans.asNow')}</option>
              {templates.data?.items.map((one) => (
                <option key={one.id} value={one.id}>
                  {both(one.name)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <SettleFields terms={terms} change={change} />
        <FeeFields terms={terms} change={change} />
        <fieldset>
          <legend>{t('plans.partTo')}</legend>
          <div className="two">
            <Field label={t('plans.bankKind')}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={terms.bankAccountKind}
                  onChange={(event) => change({ bankAccountKind: event.target.value })}
                >
                  <option value="">{t('plans.notSaid')}</option>
                  <option value="corporate">{t('plans.corporate')}</option>
                  <option value="personal">{t('plans.personal')}</option>
                </select>
              )}
            </Field>
            <Text
              label={t('plans.bankAccount')}
              value={terms.bankAccount}
              change={(bankAccount) => change({ bankAccount })}
            />
          </div>
          <label className="tick">
            <input
              type="checkbox"
              checked={terms.isManual}
              onChange={(event) => change({ isManual: event.target.checked })}
            />
            {t('plans.manual')}
          </label>
        </fieldset>
        <details>
          <summary>{t('plans.partMatching')}</summary>
          <div className="two">
            <Text label={t('plans.carryDays')} value={terms.carryDays} change={(carryDays) => change({ carryDays })} />
            <Text
              label={t('plans.valueWindow')}
              value={terms.valueWindowDays}
              change={(valueWindowDays) => change({ valueWindowDays })}
            />
          </div>
        </details>
        <fieldset>
          <legend>{t('plans.partFrom')}</legend>
          <Field label={t('plans.from')} hint={t('plans.fromHint')}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="date"
                required
                value={from}
                onChange={(event) => setFrom(event.target.value)}
              />
            )}
          </Field>
        </fieldset>
        <Refused error={save.error} />
        <div className="acts-row">
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!/^\d{4}-\d\d-\d\d$/.test(from)}>
            {t('plans.save')}
          </Button>
          <Button type="text" onClick={() => go(`/app/plans/${id}`)}>
            {t('plans.cancel')}
          </Button>
        </div>
      </form>
      <PlanPreview
        channel={channel}
        body={body}
        currency={terms.currency}
        hasCards={terms.tiers.some((tier) => tier.card !== '')}
      />
    </div>
  );
}
