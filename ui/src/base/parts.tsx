/** Small parts both faces of the app use: money, time, a verdict's mark. Meaning never rests on colour alone: word, icon and colour together. */
import type { ReactElement, ReactNode } from 'react';
import { type Tone, VERDICTS, type VerdictCode } from '../../../src/verdicts/catalogue.ts';
import { type Text, useWords } from './lang.ts';
import { agoOf, fullOf, whenOf } from './time.ts';

export type MoneyOut = Readonly<{ amount: string; currency: string }>;

/** Channels by the names people call them. */
export const PROVIDERS: Readonly<Record<string, Text>> = {
  wechatpay: { zh: '微信支付', en: 'WeChat Pay' },
  alipay: { zh: '支付宝', en: 'Alipay' },
  unionpay: { zh: '银联', en: 'UnionPay' },
  lakala: { zh: '拉卡拉', en: 'Lakala' },
  stripe: { zh: 'Stripe', en: 'Stripe' },
  adyen: { zh: 'Adyen', en: 'Adyen' },
  paypal: { zh: 'PayPal', en: 'PayPal' },
};

const SYMBOLS: Readonly<Record<string, string>> = { CNY: '¥', USD: 'US$', EUR: '€', GBP: '£', HKD: 'HK$', JPY: 'JP¥' };
/** Text in, text out: no float ever holds an amount. A currency with a sign of its own is unmistakable; any other is named. */
export function moneyText({ amount, currency }: MoneyOut): string {
  const [whole, part] = amount.replace(/^-/, '').split('.') as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = amount.startsWith('-') ? '−' : '';
  return `${sign}${SYMBOLS[currency] ?? `${currency} `}${grouped}${part === undefined ? '' : `.${part}`}`;
}

export function Money({ of, large = false }: Readonly<{ of: MoneyOut | undefined; large?: boolean }>): ReactElement {
  if (of === undefined) return <span className="money none">—</span>;
  return (
    <span className={large ? 'money large' : 'money'} translate="no">
      {moneyText(of)}
    </span>
  );
}

export function Time({ at, ago = false }: Readonly<{ at: string; ago?: boolean }>): ReactElement {
  const { lang } = useWords();
  return (
    <time dateTime={at} title={fullOf(at, lang)} className="time">
      {whenOf(at, lang)}
      {ago ? <span className="ago"> · {agoOf(at, lang)}</span> : null}
    </time>
  );
}

export const toneOf = (code: string): Tone => (code in VERDICTS ? VERDICTS[code as VerdictCode].tone : 'waiting');
export const titleOf = (code: string): Readonly<{ zh: string; en: string }> =>
  code in VERDICTS ? VERDICTS[code as VerdictCode].title : { zh: code, en: code };

/** Drawn here, because signs of a font differ from device to device. */
const SHAPES: Readonly<Record<Tone, ReactElement>> = {
  arrived: <path d="m5 12.5 4.6 4.6L19 7.5" />,
  moving: <path d="M4 12h15m-6-6 6 6-6 6" />,
  found: (
    <>
      <circle cx="12" cy="12" r="8" />
      <circle cx="12" cy="12" r="2.6" fill="currentColor" stroke="none" />
    </>
  ),
  waiting: (
    <g fill="currentColor" stroke="none">
      <circle cx="5.5" cy="12" r="2" />
      <circle cx="12" cy="12" r="2" />
      <circle cx="18.5" cy="12" r="2" />
    </g>
  ),
  late: <path d="M6 4h12M6 20h12M7.5 4c0 4.5 4.5 5.5 4.5 8s-4.5 3.5-4.5 8M16.5 4c0 4.5-4.5 5.5-4.5 8s4.5 3.5 4.5 8" />,
  no: <path d="m6 6 12 12M18 6 6 18" />,
  beware: <path d="M12 4 3 19.5h18L12 4Zm0 6v4.5m0 2.200v.1" />,
};

export function ToneIcon({ tone, size = 16 }: Readonly<{ tone: Tone; size?: number }>): ReactElement {
  return (
    <svg
      className="tone-icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {SHAPES[tone]}
    </svg>
  );
}

export function VerdictMark({ code }: Readonly<{ code: string }>): ReactElement {
  const { both } = useWords();
  const tone = toneOf(code);
  return (
    <span className={`mark tone-${tone}`}>
      <ToneIcon tone={tone} size={14} />
      {both(titleOf(code))}
    </span>
  );
}

/** The wordmark: the line of two stations, and the name. */
export function Brand(): ReactElement {
  const { lang } = useWords();
  return (
    <span className="brand">
      <svg
        viewBox="0 0 52 28"
        width="42"
        height="23"
        aria-hidden="true"
        fill="none"
        strokeWidth="4"
        strokeLinecap="round"
      >
        <path className="brand-line" d="M7 21h11c6 0 7-14 14-14h11" />
        <circle className="brand-from" cx="7" cy="21" r="4.5" />
        <circle className="brand-to" cx="44" cy="7" r="5.5" />
      </svg>
      <span className="brand-name">{lang === 'zh' ? '到账' : 'Daozhang'}</span>
    </span>
  );
}

/** Nothing here, or not now: says so and what to do next. */
export function Quiet({
  title,
  children,
  tone,
}: Readonly<{ title: string; children?: ReactNode; tone?: Tone }>): ReactElement {
  return (
    <div className={`quiet ${tone === undefined ? '' : `tone-${tone}`}`}>
      {tone === undefined ? null : <ToneIcon tone={tone} size={28} />}
      <p className="quiet-title">{title}</p>
      {children}
    </div>
  );
}
