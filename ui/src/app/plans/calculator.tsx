/** Which plan costs least for a month like this one: bars by cost, the arithmetic under each; one's own plans stand among the offers. */
import { useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useState } from 'react';
import type { Channel } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet } from '../../base/parts.tsx';
import { Field, Refused, Say } from '../form.tsx';
import { go } from '../route.ts';
import { Rows } from '../state.tsx';
import { type Advice, type Advising, asked, planApi, type Template } from './api.ts';
import { Text } from './text.tsx';
import type { PlansKey } from './words.ts';

const CARDS = ['wallet', 'debit', 'credit'] as const;
type Mix = Readonly<Record<(typeof CARDS)[number], string>>;

export default function Calculator(): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const [volume, setVolume] = useState('50000');
  const [ticket, setTicket] = useState('100');
  const [mix, setMix] = useState<Mix>({ wallet: '60', debit: '20', credit: '20' });
  const [account, setAccount] = useState<'corporate' | 'personal'>('corporate');
  const [answers, setAnswers] = useState<Readonly<Record<string, Readonly<Record<string, string>>>>>({});
  const templates = useQuery(asked.templates);
  const channels = useQuery(asked.channels);
  const mine = useQueries({ queries: (channels.data?.items ?? []).map((c) => asked.one(c.id)) });
  const sum = CARDS.map((card) => hundredths(mix[card])).reduce((a, b) => a + b, 0);
  const isRight = sum === 10_000 && /^\d+(\.\d+)?$/.test(volume) && /^\d+(\.\d+)?$/.test(ticket);
  const advise = useMutation({
    mutationFn: () => {
      const plans = (channels.data?.items ?? []).flatMap((c, i) => {
        const plan = mine[i]?.data?.plan;
        if (plan === undefined || plan.fee === undefined) return [];
        const { channel: _c, account: _a, from: _f, ...body } = plan;
        return [{ id: c.name.slice(0, 64), plan: body }];
      });
      const body: Advising = {
        volume: { amount: volume, currency: 'CNY' },
        ticket: { amount: ticket, currency: 'CNY' },
        mix,
        account,
        answers: { ...answers },
        plans: onceEach(plans).slice(0, 20),
      };
      return planApi.advise(body);
    },
  });
  return (
    <div className="plan-edit">
      <form
        className="panel form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (isRight) advise.mutate();
        }}
      >
        <p className="soft">{t('plans.calcHint')}</p>
        <div className="two">
          <Text label={t('plans.volume')} value={volume} change={setVolume} />
          <Text label={t('plans.ticket')} value={ticket} change={setTicket} />
        </div>
        <fieldset>
          <legend>{t('plans.mix')}</legend>
          <div className="four">
            {CARDS.map((card) => (
              <Field key={card} label={`${t(`card.${card}`)} %`}>
                {(control) => (
                  <input
                    {...control}
                    className="input"
                    inputMode="decimal"
                    value={mix[card]}
                    onChange={(event) => setMix({ ...mix, [card]: event.target.value.trim() })}
                  />
                )}
              </Field>
            ))}
          </div>
          {sum === 10_000 ? null : <Say tone="late">{t('plans.mixSum', { n: sum / 100 })}</Say>}
        </fieldset>
        <Field label={t('plans.settleTo')}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={account}
              onChange={(e) => setAccount(e.target.value as 'corporate')}
            >
              <option value="corporate">{t('plans.corporate')}</option>
              <option value="personal">{t('plans.personal')}</option>
            </select>
          )}
        </Field>
        <details>
          <summary>{t('plans.myRates')}</summary>
          <p className="soft">{templates.data?.items[0] === undefined ? '' : both(templates.data.items[0].note)}</p>
          {templates.data?.items.map((template) => (
            <fieldset key={template.id}>
              <legend>{both(template.name)}</legend>
              <div className="two">
                {template.questions.map((q) => (
                  <Field key={q.id} label={both(q.asks)}>
                    {(control) => (
                      <input
                        {...control}
                        className="input"
                        value={answers[template.id]?.[q.id] ?? ''}
                        placeholder={q.typical}
                        onChange={(event) => {
                          const { [q.id]: _, ...others } = answers[template.id] ?? {};
                          const value = event.target.value.trim();
                          setAnswers({
                            ...answers,
                            [template.id]: value === '' ? others : { ...others, [q.id]: value },
                          });
                        }}
                      />
                    )}
                  </Field>
                ))}
              </div>
            </fieldset>
          ))}
        </details>
        <Refused error={advise.error} />
        <div className="acts-row">
          <Button type="primary" htmlType="submit" loading={advise.isPending} disabled={!isRight}>
            {t('plans.calculate')}
          </Button>
        </div>
      </form>
      <section className="panel" aria-live="polite">
        {advise.isPending ? (
          <Rows n={5} />
        ) : advise.data === undefined ? (
          <Quiet title={t('plans.calcEmpty')}>
            <p>{t('plans.calcEmptyHint')}</p>
          </Quiet>
        ) : (
          <Outcome advice={advise.data} templates={templates.data?.items ?? []} accounts={channels.data?.items ?? []} />
        )}
      </section>
    </div>
  );
}

/** Names are the ids of what is compared: two accounts of one name are one. */
const onceEach = <T extends Readonly<{ id: string }>>(plans: readonly T[]): readonly T[] =>
  plans.filter((plan, at) => plans.findIndex((p) => p.id === plan.id) === at);

/** A share in hundredths of a percent; what is none adds nothing. */
function hundredths(share: string): number {
  const [, whole = '', part = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(share) ?? [];
  return Number(`${whole || '0'}${part.padEnd(2, '0')}`);
}

const minorOf = (amount: string): number => Number(amount.replace('.', ''));

function Outcome({
  advice,
  templates,
  accounts,
}: Readonly<{ advice: Advice; templates: readonly Template[]; accounts: readonly Channel[] }>): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const most = Math.max(1, ...advice.options.map((o) => (o.total === undefined ? 0 : minorOf(o.total.amount))));
  return (
    <>
      <Say tone={advice.recommended === undefined ? 'waiting' : 'arrived'}>
        <strong>{both(advice.why)}</strong>
      </Say>
      <ol className="offers">
        {advice.options.map((o) => (
          <li key={o.id} className={o.id === advice.recommended ? 'is-best' : undefined}>
            <div className="offer-head">
              <strong>{both(o.name)}</strong>
              {o.total === undefined ? <span className="soft">{t('plans.noFee')}</span> : <Money of={o.total} />}
            </div>
            {o.total === undefined ? null : (
              <div className="bar" aria-hidden="true">
                <i style={{ width: `${(minorOf(o.total.amount) / most) * 100}%` }} />
              </div>
            )}
            {o.against.map((why) => (
              <p key={why.en} className="soft">
                {t('plans.cannot')} {both(why)}
              </p>
            ))}
            {o.against.length === 0 && accounts.length > 0 && templates.some((template) => template.id === o.id) ? (
              <label className="use-for">
                <span className="soft">{t('plans.useFor')}</span>
                <select
                  className="input"
                  value=""
                  onChange={(e) => go(`/app/plans/${e.target.value}/edit?template=${o.id}`)}
                >
                  <option value="">{t('plans.useWhich')}</option>
                  {accounts.map((c) => (
                    <option key={c.id} value={c.id}>
                      {c.name}
                    </option>
                  ))}
                </select>
              </label>
            ) : null}
            <details>
              <summary>{t('plans.steps')}</summary>
              <ol className="steps">
                {o.steps.map((step) => (
                  <li key={step.en}>{both(step)}</li>
                ))}
              </ol>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}
