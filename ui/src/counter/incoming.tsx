/** Money as it comes in: newest first, spoken once each. It is read again after every event of the feed; what is on screen is the server's word. */
import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { follow, type Money as MoneyOut, type Payment, Trouble } from '../base/api.ts';
import { claims } from '../base/claims.ts';
import { useWords } from '../base/lang.ts';
import { Money, moneyText, VerdictMark } from '../base/parts.tsx';
import { minuteOf, msOf, nowMs } from '../base/time.ts';
import { useSettings } from './settings.ts';
import { Shift } from './shift.tsx';
import { play, speakReceived } from './sound.ts';
import type { CounterKey } from './words.ts';

const SHOWN = 20;
const LARGE_MS = 4_000;
/** A list that was read long after the money came says nothing aloud. */
const NEWS_MS = 120_000;

const atOf = (p: Payment): string => p.captured_at ?? p.placed_at ?? '';

export function Incoming(): ReactElement {
  const { t } = useWords<CounterKey>();
  const settings = useSettings();
  const [payments, setPayments] = useState<readonly Payment[] | undefined>(undefined);
  const [isLost, setLost] = useState(false);
  const [large, setLarge] = useState<MoneyOut | undefined>(undefined);
  const told = useRef<Set<string> | undefined>(undefined);
  const want = useRef(settings);
  want.current = settings;

  const announce = useCallback((money: MoneyOut): void => {
    const { speaks, isLoud } = want.current;
    if (speaks && speakReceived(money, '')) return;
    play('arrived', isLoud);
    if (!speaks) return;
    setLarge(money);
    setTimeout(() => setLarge(undefined), LARGE_MS);
  }, []);

  const { store } = settings;
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const found = (await claims.recent(store)).items;
        if (isOver) return;
        setLost(false);
        setPayments(found.slice(0, SHOWN));
        const came = found.filter((p) => p.captured !== undefined);
        const news = told.current === undefined ? [] : came.filter((p) => !told.current!.has(p.id));
        told.current = new Set(came.map((p) => p.id));
        const newest = news.find((p) => nowMs() - msOf(atOf(p)) < NEWS_MS);
        if (newest?.captured !== undefined) announce(newest.captured);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        if (!isOver) setLost(true);
      }
    };
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void look();
      }, 250);
    };
    void look();
    const end = follow(soon, (isOpen) => (isOpen ? soon() : setLost(true)));
    return () => {
      isOver = true;
      clearTimeout(timer);
      end();
    };
  }, [store, announce]);

  return (
    <section className="incoming">
      <div className="section-head">
        <h2>{t('recent')}</h2>
        <Shift />
      </div>
      {isLost ? (
        <p className="note" role="status">
          {t('recent.lost')}
        </p>
      ) : null}
      {payments === undefined ? (
        isLost ? null : (
          <p className="note">{t('recent.loading')}</p>
        )
      ) : payments.length === 0 ? (
        <p className="note">{t('recent.none')}</p>
      ) : (
        <ul className="rows">
          {payments.map((p) => (
            <li key={p.id}>
              <time dateTime={atOf(p)}>{minuteOf(atOf(p))}</time>
              <a href={`/app/payments/${p.id}`} className="number">
                …{(p.order_ref ?? p.payment_ref).slice(-6)}
              </a>
              <Money of={p.captured ?? p.ordered} />
              {p.verdict === undefined ? null : <VerdictMark code={p.verdict.code} />}
              <button
                type="button"
                className="round small"
                aria-label={t('recent.repeat')}
                disabled={p.captured === undefined}
                onClick={() => p.captured !== undefined && announce(p.captured)}
              >
                <svg
                  viewBox="0 0 24 24"
                  width="18"
                  height="18"
                  fill="none"
                  stroke="currentColor"
                  strokeWidth="2"
                  strokeLinecap="round"
                  strokeLinejoin="round"
                  aria-hidden="true"
                >
                  <path d="M4 9.500v5h3.500l4.5 4v-13l-4.5 4H4Zm11.5-.5a4 4 0 0 1 0 6m2.5-8.500a7.5 7.5 0 0 1 0 11" />
                </svg>
              </button>
            </li>
          ))}
        </ul>
      )}
      {large === undefined ? null : (
        <div className="large-news tone-arrived" role="status">
          {t('recent.says', { amount: large.currency === 'CNY' ? large.amount : moneyText(large) })}
        </div>
      )}
    </section>
  );
}
