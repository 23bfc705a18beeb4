/**
 * A link for the customer to their own status page: made at a press, shown once as a QR code and as text, copied, taken back. Used by the
 * payment's page, which lists earlier ones, and by the counter's answer, which does not.
 */
import { type ReactElement, useEffect, useState } from 'react';
import type { z } from 'zod';
import type * as shape from '../../../src/api/contract/status.ts';
import { json, Trouble } from './api.ts';
import { type Text, useWords } from './lang.ts';
import { dayOf, msOf, nowMs, whenOf } from './time.ts';
import './status-link.css';

type Link = z.output<typeof shape.link>;
type Made = z.output<typeof shape.madeLink>;

const WORDS = {
  make: { zh: '给顾客一个链接', en: 'Give the customer a link' },
  making: { zh: '正在生成', en: 'Making it' },
  hint: {
    zh: '顾客打开后能看到钱在哪里、什么时候有结果,无需登录。请让顾客扫码,或复制后发给顾客。',
    en: 'It shows the customer where the money is and when it comes, without a login. Let them scan it, or copy and send it.',
  },
  once: { zh: '链接只显示这一次,有效至 {at}。', en: 'It is shown only now, and works until {at}.' },
  near: {
    zh: '这个地址只有本店网络能打开。要让顾客在外面也能打开,请设置 DAOZHANG_PUBLIC_URL。',
    en: 'This address opens inside the shop’s network only. For customers elsewhere set DAOZHANG_PUBLIC_URL.',
  },
  qr: { zh: '顾客链接的二维码', en: 'QR code of the customer’s link' },
  copy: { zh: '复制链接', en: 'Copy the link' },
  copied: { zh: '已复制', en: 'Copied' },
  url: { zh: '链接', en: 'Link' },
  earlier: { zh: '已发出的链接', en: 'Links given so far' },
  opened: { zh: '打开 {n} 次', en: 'opened {n}×' },
  until: { zh: '有效至 {at}', en: 'until {at}' },
  over: { zh: '已过期', en: 'expired' },
  revoked: { zh: '已收回', en: 'taken back' },
  not_arrived: { zh: '顾客 {at} 说还没收到', en: 'customer said at {at}: not arrived' },
  have_it: { zh: '顾客 {at} 说已收到', en: 'customer said at {at}: has it' },
  revoke: { zh: '收回', en: 'Take back' },
  broken: { zh: '没有办成,请再试一次。', en: 'That did not work. Please try again.' },
} as const satisfies Record<string, Text>;

export function StatusLink({
  path,
  may = true,
  isListed = false,
}: Readonly<{ path: `/v1/${'payments' | 'claims'}/${string}`; may?: boolean; isListed?: boolean }>): ReactElement {
  const { both, lang } = useWords();
  const t = (key: keyof typeof WORDS, values: Readonly<Record<string, string | number>> = {}): string =>
    both(WORDS[key]).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  const [made, setMade] = useState<Made | undefined>(undefined);
  const [links, setLinks] = useState<readonly Link[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const [trouble, setTrouble] = useState('');

  const doing = async (what: () => Promise<void>): Promise<void> => {
    setBusy(true);
    try {
      await what();
      if (isListed) setLinks((await json<{ items: Link[] }>(`${path}/links`)).items);
      setTrouble('');
    } catch (error) {
      setTrouble(error instanceof Trouble && error.kind === 'refused' ? error.message : t('broken'));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    if (!isListed) return;
    let isHere = true;
    void json<{ items: Link[] }>(`${path}/links`).then(
      ({ items }) => isHere && setLinks(items),
      () => {},
    );
    return () => {
      isHere = false;
    };
  }, [path, isListed]);

  const stands = (l: Link): string =>
    l.revoked_at !== undefined ? t('revoked') : isOver(l) ? t('over') : t('until', { at: dayOf(l.expires_at, lang) });
  return (
    <div className="status-link">
      <button
        type="button"
        className="button"
        disabled={!may || isBusy}
        onClick={() =>
          void doing(async () => {
            setCopied(false);
            setMade(await json<Made>(`${path}/links`, { method: 'POST', body: {} }));
          })
        }
      >
        {t(isBusy ? 'making' : 'make')}
      </button>
      {made === undefined ? null : (
        <div className="made-link" role="status">
          <img src={`data:image/svg+xml,${encodeURIComponent(made.qr)}`} alt={t('qr')} width="176" height="176" />
          <div>
            <p>{t('hint')}</p>
            <input readOnly aria-label={t('url')} value={made.url} onFocus={(event) => event.target.select()} />
            <button
              type="button"
              className="button"
              onClick={() => void navigator.clipboard?.writeText(made.url).then(() => setCopied(true))}
            >
              {t(isCopied ? 'copied' : 'copy')}
            </button>
            {NEAR.test(new URL(made.url).hostname) ? <small className="near">{t('near')}</small> : null}
            <small>{t('once', { at: whenOf(made.expires_at, lang) })}</small>
          </div>
        </div>
      )}
      <p role="alert" className="link-trouble">
        {trouble}
      </p>
      {links.length === 0 ? null : (
        <>
          <h3>{t('earlier')}</h3>
          <ul>
            {links.map((l) => (
              <li key={l.id}>
                <span>
                  {whenOf(l.made_at, lang)} · {stands(l)} · {t('opened', { n: l.opened })}
                  {l.last_said === undefined ? null : (
                    <strong> · {t(l.last_said, { at: whenOf(l.last_said_at!, lang) })}</strong>
                  )}
                </span>
                {l.revoked_at !== undefined || isOver(l) || !may ? null : (
                  <button
                    type="button"
                    className="button"
                    disabled={isBusy}
                    onClick={() =>
                      void doing(async () => {
                        await json<void>(`/v1/links/${l.id}`, { method: 'DELETE' });
                        if (made?.id === l.id) setMade(undefined);
                      })
                    }
                  >
                    {t('revoke')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Hosts of private networks. */
const NEAR = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/;
const isOver = (l: Link): boolean => msOf(l.expires_at) < nowMs();
