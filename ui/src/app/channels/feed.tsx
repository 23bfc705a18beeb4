/** How we hear of payments: three ways, each drawn. The choice of an account, when it is made and later. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import { Field } from '../form.tsx';
import type { ChannelsKey } from './words.ts';

const FEEDS = ['relay', 'copy', 'none'] as const;
export type Feed = (typeof FEEDS)[number];

export function FeedChoice({
  feed,
  forward,
  change,
}: Readonly<{ feed: Feed; forward: string; change: (feed: Feed, forward: string) => void }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  return (
    <fieldset className="feeds">
      <legend>{t('channels.feedAsk')}</legend>
      {FEEDS.map((one) => (
        <label key={one} className={one === feed ? 'feed is-on' : 'feed'}>
          <input type="radio" name="feed" value={one} checked={one === feed} onChange={() => change(one, forward)} />
          <span>
            <strong>{t(`feed.${one}`)}</strong>
            {one === 'relay' ? <em>{t('channels.advised')}</em> : null}
            <small>{t(`feedAbout.${one}`)}</small>
          </span>
          <Drawing feed={one} />
        </label>
      ))}
      {feed === 'relay' ? (
        <Field
          label={t('channels.forward')}
          optional={t('channels.optional')}
          hint={t('channels.forwardHint')}
          wrong={forward === '' || URL.canParse(forward) ? undefined : t('channels.wrongUrl')}
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              type="url"
              value={forward}
              placeholder="https://shop.example.com/pay/notify"
              onChange={(event) => change(feed, event.target.value.trim())}
            />
          )}
        </Field>
      ) : null}
    </fieldset>
  );
}

/** Channel, Daozhang and your system; the arrows are messages, the dotted one is our asking. */
function Drawing({ feed }: Readonly<{ feed: Feed }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const box = (x: number, y: number, text: string, ours = false): ReactElement => (
    <g className={ours ? 'box ours' : 'box'}>
      <rect x={x} y={y} width="76" height="30" rx="8" />
      <text x={x + 38} y={y + 19.5} textAnchor="middle">
        {text}
      </text>
    </g>
  );
  return (
    <svg className="feed-drawing" viewBox="0 0 288 86" aria-hidden="true">
      <marker id="feed-head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="6" markerHeight="6" orient="auto">
        <path className="head" d="M0 0l8 4-8 4Z" />
      </marker>
      {box(2, 8, t('channels.boxChannel'))}
      {box(106, feed === 'relay' ? 8 : 50, t('channels.boxUs'), true)}
      {box(210, 8, t('channels.boxYou'))}
      {feed === 'relay' ? (
        <>
          <path className="arrow" d="M80 23h20" />
          <path className="arrow" d="M184 23h20" />
          <path className="arrow asks" d="M126 42v14q0 8-8 8H48q-8 0-8-8V44" />
        </>
      ) : (
        <>
          <path className="arrow" d="M80 23h124" />
          {feed === 'copy' ? <path className="arrow" d="M248 40v17q0 8-8 8h-52" /> : null}
          <path className="arrow asks" d="M104 65H48q-8 0-8-8V44" />
        </>
      )}
    </svg>
  );
}
