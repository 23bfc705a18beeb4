/** The live self-test: each check with what came of it and what to do. Asks the channel; changes nothing. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { ToneIcon } from '../../base/parts.tsx';
import { nowMs } from '../../base/time.ts';
import { Refused, Say } from '../form.tsx';
import { type Check, channelApi, type Provider, type SelfTest } from './api.ts';
import type { ChannelsKey } from './words.ts';

/** The names of checks that are no credential of the account. */
const NAMED: Readonly<Record<string, ChannelsKey>> = {
  inquiry: 'channels.checkInquiry',
  certificates: 'channels.checkCertificates',
  mode: 'channels.checkMode',
  environment: 'channels.checkEnvironment',
  api: 'channels.checkApi',
  reports: 'channels.checkReports',
  account: 'channels.checkAccount',
  refunds: 'channels.checkRefunds',
  events: 'channels.checkEvents',
  request_ip: 'channels.checkRequestIp',
  cert_id: 'channels.checkCertId',
};

export function useSelfTest(id: string) {
  const over = useRef<AbortController | undefined>(undefined);
  const since = useRef(0);
  const run = useMutation({
    mutationFn: () => {
      over.current = new AbortController();
      since.current = nowMs();
      return channelApi.test(id, over.current.signal);
    },
  });
  return { run, since, cancel: () => over.current?.abort() };
}

export function SelfTestPanel({
  test,
  provider,
  mayAct,
}: Readonly<{ test: ReturnType<typeof useSelfTest>; provider: Provider | undefined; mayAct: boolean }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const { run, cancel, since } = test;
  return (
    <section className="panel" aria-labelledby="self-test">
      <div className="panel-head">
        <h2 id="self-test">{t('channels.test')}</h2>
        {run.isPending ? (
          <Button onClick={cancel}>{t('channels.cancel')}</Button>
        ) : (
          <Button type={run.data === undefined ? 'primary' : 'default'} disabled={!mayAct} onClick={() => run.mutate()}>
            {t(run.data === undefined ? 'channels.testNow' : 'channels.testAgain')}
          </Button>
        )}
      </div>
      {run.isPending ? (
        <Asking since={since.current} />
      ) : run.error !== null ? (
        run.error.name === 'AbortError' ? (
          <p className="soft">{t('channels.testCancelled')}</p>
        ) : (
          <Refused error={run.error} />
        )
      ) : run.data === undefined ? (
        <p className="soft">{t(mayAct ? 'channels.testHint' : 'channels.denied')}</p>
      ) : (
        <Results result={run.data} provider={provider} />
      )}
    </section>
  );
}

function Asking({ since }: Readonly<{ since: number }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(Math.trunc((nowMs() - since) / 1_000)), 1_000);
    return () => clearInterval(timer);
  }, [since]);
  return (
    <p className="asking" role="status">
      <span className="pulse" aria-hidden="true" />
      {t('channels.testing', { n: seconds })}
    </p>
  );
}

function Results({
  result: { ok, checks },
  provider,
}: Readonly<{ result: SelfTest; provider: Provider | undefined }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const bad = checks.filter((c) => !c.ok).length;
  return (
    <div role="status" data-testid={ok ? 'test-ok' : 'test-bad'}>
      <Say tone={ok ? 'arrived' : 'no'}>
        <strong>{ok ? t('channels.testOk') : t('channels.testBad', { n: bad })}</strong>
      </Say>
      <ul className="checks">
        {checks.map((check) => (
          <Line key={check.name} check={check} provider={provider} />
        ))}
      </ul>
    </div>
  );
}

function Line({ check, provider }: Readonly<{ check: Check; provider: Provider | undefined }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const [kind = '', id] = check.name.split(' ');
  const key = provider?.credentials.find((c) => c.kind === kind);
  const named = NAMED[kind];
  const name = named !== undefined ? t(named) : key !== undefined ? both(key.title) : check.name;
  const where = check.ok || key === undefined ? undefined : both(key.where);
  return (
    <li className={`tone-${check.ok ? 'arrived' : 'no'}`}>
      <ToneIcon tone={check.ok ? 'arrived' : 'no'} size={16} />
      <div>
        <strong>{name}</strong>
        {id === undefined ? null : (
          <span className="mono soft" translate="no">
            {' '}
            {id}
          </span>
        )}
        <p>{check.detail}</p>
        {check.fix === undefined && where === undefined ? null : (
          <p className="fix">
            <b>{t('channels.toDo')}</b> {check.fix ?? where}
          </p>
        )}
      </div>
    </li>
  );
}
