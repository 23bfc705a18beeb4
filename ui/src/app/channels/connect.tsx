/**
 * Connects a new account in five steps: who, numbers and keys, how we hear of payments, orders, and the trial. The step stands in the address,
 * so going back is the browser's and loses nothing; the account is made at the last step, once, and what its self-test finds is put right there.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Steps } from 'antd';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Quiet } from '../../base/parts.tsx';
import { Field, Refused, Say } from '../form.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { AddressShown } from './address.tsx';
import { asked, type Channel, channelApi, type Provider } from './api.ts';
import { type Draft, EMPTY, NO_KEY, newChannelOf, patchOf, problemsOf } from './draft.ts';
import { FeedChoice } from './feed.tsx';
import { KeyInput, PlainField, SettingField } from './fields.tsx';
import { Rules } from './rules.tsx';
import { SelfTestPanel, useSelfTest } from './self-test.tsx';
import type { ChannelsKey } from './words.ts';

const STEPS = [
  'channels.stepWho',
  'channels.stepKeys',
  'channels.stepFeed',
  'channels.stepRules',
  'channels.stepTry',
] as const;
const LAST = STEPS.length - 1;
type Made = Readonly<{ channel: Channel; sent: Draft }>;

export default function Connect({
  mayChange,
  livemode,
}: Readonly<{ mayChange: boolean; livemode: boolean }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const providers = useQuery(asked.providers);
  return (
    <section>
      <p className="crumb">
        <a {...link('/app/channels')}>← {t('channels.title')}</a>
      </p>
      <div className="head">
        <h1>{t('channels.connect')}</h1>
      </div>
      {!mayChange ? (
        <Quiet title={t('channels.connectDenied')}>
          <p>{t('channels.noneDenied')}</p>
        </Quiet>
      ) : providers.isError && providers.data === undefined ? (
        <Wrong error={providers.error} retry={() => void providers.refetch()} />
      ) : providers.data === undefined ? (
        <Rows n={6} />
      ) : (
        <Wizard providers={providers.data.items} livemode={livemode} />
      )}
    </section>
  );
}

function Wizard({
  providers,
  livemode,
}: Readonly<{ providers: readonly Provider[]; livemode: boolean }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const { query } = useRoute();
  const client = useQueryClient();
  const [draft, setDraft] = useState(EMPTY);
  const [made, setMade] = useState<Made | undefined>(undefined);
  const provider = providers.find((p) => p.id === draft.provider);
  // An address from before knows of nothing that was entered.
  const step = provider === undefined ? 0 : Math.min(LAST, Math.max(0, Number(query.get('step') ?? 1) - 1));
  const toStep = (to: number): void => go(`/app/channels/new?step=${to + 1}`);
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const problems = provider === undefined ? [] : problemsOf(draft, provider, t, both);

  const send = useMutation({
    mutationFn: async (): Promise<Made> => {
      if (made === undefined) return { channel: await channelApi.add(newChannelOf(draft)), sent: draft };
      const after = await channelApi.change(made.channel.id, patchOf(draft, made.sent, made.channel));
      return { channel: { ...made.channel, ...after }, sent: draft };
    },
    onSuccess: (now) => {
      setMade(now);
      void client.invalidateQueries({ queryKey: ['channels'] });
    },
  });

  return (
    <div className="wizard">
      <Steps
        size="small"
        current={step}
        onChange={toStep}
        responsive={false}
        titlePlacement="vertical"
        items={STEPS.map((key, at) => ({
          title: t(key),
          disabled: at > 0 && (provider === undefined || (at > 1 && problems.length > 0 && made === undefined)),
        }))}
      />
      {step === 0 || provider === undefined ? (
        <Who
          providers={providers}
          chosen={draft.provider}
          isFixed={made !== undefined}
          choose={(id, name) => {
            setDraft(id === draft.provider ? draft : { ...EMPTY, provider: id, name });
            toStep(1);
          }}
        />
      ) : step === 1 ? (
        <Keys provider={provider} draft={draft} isMade={made !== undefined} change={change} />
      ) : step === 2 ? (
        <div className="form panel">
          <FeedChoice feed={draft.feed} forward={draft.forward} change={(feed, forward) => change({ feed, forward })} />
          <Say tone="moving">
            {both(provider.notify)}
            <small>{t('channels.addressComes')}</small>
          </Say>
        </div>
      ) : step === 3 ? (
        <div className="form panel">
          <Field label={t('channels.name')} hint={t('channels.nameHint')}>
            {(control) => (
              <input
                {...control}
                className="input"
                value={draft.name}
                maxLength={80}
                onChange={(event) => change({ name: event.target.value })}
              />
            )}
          </Field>
          <Rules
            orderMode={draft.orderMode}
            closing={draft.closing}
            canClose={whyNot(provider, 'close', both)}
            change={(orderMode, closing) => change({ orderMode, closing })}
          />
        </div>
      ) : (
        <Try
          provider={provider}
          draft={draft}
          made={made}
          livemode={livemode}
          problems={problems}
          send={() => send.mutateAsync()}
          isSending={send.isPending}
          error={send.error}
          change={change}
        />
      )}
      {step === 0 || (step === LAST && made !== undefined) ? null : (
        <div className="acts-row">
          <Button onClick={() => toStep(step - 1)}>{t('channels.back')}</Button>
          {step < LAST ? (
            <Button
              type="primary"
              disabled={(step === 1 && problems.length > 0) || (step === 3 && draft.name.trim() === '')}
              onClick={() => toStep(step + 1)}
            >
              {t('channels.next')}
            </Button>
          ) : null}
          {step === 1 && problems.length > 0 ? (
            <span className="soft">{t('channels.still', { n: problems.length, what: problems[0]! })}</span>
          ) : null}
        </div>
      )}
    </div>
  );
}

const whyNot = (p: Provider, name: string, both: (text: { zh: string; en: string }) => string): string | undefined => {
  const why = p.capabilities.find((c) => c.name === name)?.why_not;
  return why === undefined ? undefined : both(why);
};

function Who({
  providers,
  chosen,
  isFixed,
  choose,
}: Readonly<{
  providers: readonly Provider[];
  chosen: string;
  isFixed: boolean;
  choose: (id: string, name: string) => void;
}>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  return (
    <ul className="providers">
      {providers.map((p) => (
        <li key={p.id}>
          <button
            type="button"
            className={p.id === chosen ? 'provider is-on' : 'provider'}
            aria-pressed={p.id === chosen}
            disabled={isFixed && p.id !== chosen}
            onClick={() => choose(p.id, both(p.title))}
          >
            <strong>{both(p.title)}</strong>
            <span>{both(p.about)}</span>
            <small>
              {t('channels.canDo', {
                n: p.capabilities.filter((c) => c.why_not === undefined).length,
                of: p.capabilities.length,
              })}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Keys({
  provider: p,
  draft,
  isMade,
  change,
}: Readonly<{
  provider: Provider;
  draft: Draft;
  isMade: boolean;
  change: (part: Partial<Draft>) => void;
}>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  return (
    <div className="form panel">
      <p className="soft">{t('channels.keysHint', { provider: both(p.title) })}</p>
      <PlainField
        field={p.merchant_no}
        value={draft.merchantNo}
        isRequired
        isFixed={isMade}
        change={(merchantNo) => change({ merchantNo })}
      />
      {p.sub_merchant_no === undefined ? null : (
        <PlainField
          field={p.sub_merchant_no}
          value={draft.subMerchantNo}
          isRequired={false}
          isFixed={isMade}
          change={(subMerchantNo) => change({ subMerchantNo })}
        />
      )}
      {p.settings.map((field) => (
        <SettingField
          key={field.key}
          field={field}
          value={draft.settings[field.key] ?? ''}
          change={(value) => change({ settings: { ...draft.settings, [field.key]: value } })}
        />
      ))}
      {p.credentials
        .filter((c) => c.need === 'always' || c.need === 'sometimes')
        .map((field) => (
          <KeyInput
            key={field.kind}
            field={field}
            draft={draft.keys[field.kind] ?? NO_KEY}
            change={(key) => change({ keys: { ...draft.keys, [field.kind]: key } })}
          />
        ))}
      <details open={draft.baseUrl !== ''}>
        <summary>{t('channels.otherAddress')}</summary>
        <Field
          label={t('channels.baseUrl')}
          optional={t('channels.optional')}
          hint={t('channels.baseUrlHint', { url: p.base_url })}
          wrong={draft.baseUrl === '' || URL.canParse(draft.baseUrl) ? undefined : t('channels.wrongUrl')}
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              type="url"
              value={draft.baseUrl}
              placeholder={p.test_url ?? p.base_url}
              onChange={(event) => change({ baseUrl: event.target.value.trim() })}
            />
          )}
        </Field>
      </details>
    </div>
  );
}

function Try({
  provider: p,
  draft,
  made,
  livemode,
  problems,
  send,
  isSending,
  error,
  change,
}: Readonly<{
  provider: Provider;
  draft: Draft;
  made: Made | undefined;
  livemode: boolean;
  problems: readonly string[];
  send: () => Promise<Made>;
  isSending: boolean;
  error: unknown;
  change: (part: Partial<Draft>) => void;
}>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const later = p.credentials.filter((c) => c.need === 'later');
  const isDirty = made !== undefined && made.sent !== draft;
  if (made === undefined)
    return (
      <div className="form panel">
        <h2>{t('channels.makeTitle', { name: draft.name })}</h2>
        <dl className="pairs">
          <dt>{t('channels.provider')}</dt>
          <dd>{both(p.title)}</dd>
          <dt>{both(p.merchant_no.title)}</dt>
          <dd className="mono">
            {draft.subMerchantNo === '' ? draft.merchantNo : `${draft.merchantNo} / ${draft.subMerchantNo}`}
          </dd>
          <dt>{t('channels.keys')}</dt>
          <dd>
            {p.credentials
              .filter((c) => (draft.keys[c.kind]?.value ?? '') !== '')
              .map((c) => both(c.title))
              .join(' · ')}
          </dd>
          <dt>{t('channels.stepFeed')}</dt>
          <dd>{t(`feed.${draft.feed}`)}</dd>
          <dt>{t('channels.side')}</dt>
          <dd>{t(livemode ? 'channels.sideLive' : 'channels.sideTest')}</dd>
        </dl>
        {problems.length === 0 ? null : (
          <Say tone="late">
            {problems.map((problem) => (
              <small key={problem}>{problem}</small>
            ))}
          </Say>
        )}
        <Refused error={error} />
        <div className="acts-row">
          <Button
            type="primary"
            loading={isSending}
            disabled={problems.length > 0}
            onClick={() => void send().catch(() => undefined)}
          >
            {t('channels.make')}
          </Button>
          <span className="soft">{t('channels.makeHint')}</span>
        </div>
      </div>
    );
  return (
    <div className="tried">
      {draft.feed === 'none' || made.channel.notification_url === undefined ? null : (
        <AddressShown url={made.channel.notification_url} where={both(p.notify)} />
      )}
      {later.length === 0 ? null : (
        <div className="panel form">
          <h2>{t('channels.laterTitle')}</h2>
          {later.map((field) => (
            <KeyInput
              key={field.kind}
              field={field}
              draft={draft.keys[field.kind] ?? NO_KEY}
              change={(key) => change({ keys: { ...draft.keys, [field.kind]: key } })}
            />
          ))}
        </div>
      )}
      <Refused error={error} />
      <Trial
        made={made}
        provider={p}
        isDirty={isDirty}
        isSending={isSending}
        send={send}
        draft={draft}
        change={change}
      />
    </div>
  );
}

/** Tries the account, and lets its keys be put right beside what is wrong with them. */
function Trial({
  made,
  provider: p,
  isDirty,
  isSending,
  send,
  draft,
  change,
}: Readonly<{
  made: Made;
  provider: Provider;
  isDirty: boolean;
  isSending: boolean;
  send: () => Promise<Made>;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const test = useSelfTest(made.channel.id);
  const isBad = test.run.data?.ok === false;
  const isOk = test.run.data?.ok === true && !isDirty;
  return (
    <>
      {isDirty ? (
        <Say tone="late">
          {t('channels.unsaved')}
          <div className="acts-row">
            <Button
              type="primary"
              loading={isSending}
              onClick={() =>
                void send().then(
                  () => test.run.mutate(),
                  () => undefined,
                )
              }
            >
              {t('channels.saveAndTry')}
            </Button>
          </div>
        </Say>
      ) : null}
      <SelfTestPanel test={test} provider={p} mayAct />
      {isBad ? (
        <div className="panel form">
          <h2>{t('channels.putRight')}</h2>
          <p className="soft">{t('channels.putRightHint')}</p>
          {p.credentials
            .filter((c) => c.need === 'always' || (draft.keys[c.kind]?.value ?? '') !== '')
            .map((field) => (
              <KeyInput
                key={field.kind}
                field={field}
                draft={draft.keys[field.kind] ?? NO_KEY}
                change={(key) => change({ keys: { ...draft.keys, [field.kind]: key } })}
              />
            ))}
        </div>
      ) : null}
      <div className="acts-row">
        <Button type={isOk ? 'primary' : 'default'} onClick={() => go(`/app/channels/${made.channel.id}`)}>
          {t(isOk ? 'channels.done' : 'channels.toAccount')}
        </Button>
        <Button onClick={() => go(`/app/plans/${made.channel.id}`)}>{t('channels.toPlan')}</Button>
        <Button type="text" onClick={() => go(`/app/channels/new?step=${LAST}`)}>
          {t('channels.back')}
        </Button>
      </div>
    </>
  );
}
