/** What an account expects of orders, and whether unpaid ones are closed: two choices with their consequences said. */
import type { ReactElement } from 'react';
import { useWords } from '../../base/lang.ts';
import type { ChannelsKey } from './words.ts';

export type OrderMode = 'required' | 'none';
export type Closing = 'never' | 'auto';

export function Rules({
  orderMode,
  closing,
  canClose,
  change,
}: Readonly<{
  orderMode: OrderMode;
  closing: Closing;
  /** Why the channel cannot close, where it cannot. */
  canClose: string | undefined;
  change: (orderMode: OrderMode, closing: Closing) => void;
}>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  return (
    <>
      <fieldset className="choice-set">
        <legend>{t('channels.orderAsk')}</legend>
        {(['required', 'none'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="order" checked={orderMode === one} onChange={() => change(one, closing)} />
            <span>
              <strong>{t(`orderMode.${one}`)}</strong>
              <small>{t(`orderModeAbout.${one}`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset className="choice-set">
        <legend>{t('channels.closeAsk')}</legend>
        {(['never', 'auto'] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="closing"
              checked={closing === one}
              disabled={one === 'auto' && canClose !== undefined}
              onChange={() => change(orderMode, one)}
            />
            <span>
              <strong>{t(`closing.${one}`)}</strong>
              <small>{one === 'auto' && canClose !== undefined ? canClose : t(`closingAbout.${one}`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
