/** An account as it is being entered: kept whole while one goes forth and back, sent once; what was sent is known, so that a repair sends the rest. */
import type { Say } from '../../base/lang.ts';
import type { Channel, ChannelPatch, NewChannel, Provider } from './api.ts';
import type { Feed } from './feed.tsx';
import { type KeyDraft, keyWrong, plainWrong } from './fields.tsx';
import type { Closing, OrderMode } from './rules.tsx';
import type { ChannelsKey } from './words.ts';

export type Draft = Readonly<{
  provider: string;
  name: string;
  merchantNo: string;
  subMerchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  keys: Readonly<Record<string, KeyDraft>>;
  feed: Feed;
  forward: string;
  orderMode: OrderMode;
  closing: Closing;
}>;

export const EMPTY: Draft = {
  provider: '',
  name: '',
  merchantNo: '',
  subMerchantNo: '',
  baseUrl: '',
  settings: {},
  keys: {},
  feed: 'relay',
  forward: '',
  orderMode: 'required',
  closing: 'never',
};
export const NO_KEY: KeyDraft = { value: '', id: '' };

/** What is missing or does not look right, as sentences; empty: it can be sent. */
export function problemsOf(
  d: Draft,
  p: Provider,
  t: Say<ChannelsKey>,
  both: (text: { zh: string; en: string }) => string,
): readonly string[] {
  const out: string[] = [];
  const missing = (title: { zh: string; en: string }): void => {
    out.push(t('channels.missing', { what: both(title) }));
  };
  if (d.merchantNo === '') missing(p.merchant_no.title);
  for (const [field, value] of [
    [p.merchant_no, d.merchantNo],
    [p.sub_merchant_no, d.subMerchantNo],
    ...p.settings.map((s) => [s, d.settings[s.key] ?? ''] as const),
  ] as const) {
    const wrong = field === undefined ? undefined : plainWrong(field, value, t);
    if (wrong !== undefined) out.push(`${both(field!.title)}: ${wrong}`);
  }
  for (const s of p.settings) if (s.required && (d.settings[s.key] ?? '') === '') missing(s.title);
  for (const key of p.credentials) {
    const draft = d.keys[key.kind] ?? NO_KEY;
    if (key.need === 'always' && draft.value === '') missing(key.title);
    const wrong = keyWrong(key, draft, t);
    if (wrong !== undefined) out.push(`${both(key.title)}: ${wrong}`);
    if (key.named !== undefined && draft.value !== '') {
      if (draft.id === '') missing(key.named.title);
      const odd = plainWrong(key.named, draft.id, t);
      if (odd !== undefined) out.push(`${both(key.named.title)}: ${odd}`);
    }
  }
  return out;
}

const settingsOf = (d: Draft): Record<string, string> =>
  Object.fromEntries(Object.entries(d.settings).filter(([, value]) => value !== ''));

const keysOf = (d: Draft): NonNullable<NewChannel['credentials']> =>
  Object.entries(d.keys)
    .filter(([, key]) => key.value.trim() !== '')
    .map(([kind, { value, id }]) => ({ kind, id, value: value.trim() }));

export const newChannelOf = (d: Draft): NewChannel => ({
  provider: d.provider,
  name: d.name,
  merchant_no: d.merchantNo,
  ...(d.subMerchantNo !== '' && { sub_merchant_no: d.subMerchantNo }),
  ...(d.baseUrl !== '' && { base_url: d.baseUrl }),
  settings: settingsOf(d),
  credentials: keysOf(d),
  feed: d.feed,
  ...(d.feed === 'relay' && d.forward !== '' && { forward_url: d.forward }),
  order_mode: d.orderMode,
  closing: d.closing,
});

/** What changed since `sent`: a key under another name takes the place of the one before. */
export function patchOf(d: Draft, sent: Draft, channel: Channel): ChannelPatch {
  const changed = keysOf(d).filter(({ kind, id, value }) => {
    const before = sent.keys[kind];
    return before === undefined || before.id !== id || before.value.trim() !== value;
  });
  const remove = changed.flatMap(({ kind, id }) => {
    const before = sent.keys[kind];
    return before === undefined || before.value === '' || before.id === id ? [] : [{ kind, id: before.id }];
  });
  return {
    name: d.name,
    base_url: d.baseUrl === '' ? channel.base_url : d.baseUrl,
    settings: settingsOf(d),
    feed: d.feed,
    forward_url: d.feed === 'relay' && d.forward !== '' ? d.forward : null,
    order_mode: d.orderMode,
    closing: d.closing,
    ...(changed.length > 0 && { credentials: changed }),
    ...(remove.length > 0 && { remove }),
  };
}
