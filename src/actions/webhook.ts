/**
 * What we send to others. Events are signed by Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature` with
 * `v1,` and base64 HMAC-SHA256 over `id.timestamp.body`; while a secret is changed, one signature by each. A channel's notification is
 * passed on as it came, its own signature still holding.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { DaozhangError } from '../base/errors.ts';
import { NoAnswer, type Outbound } from '../base/outbound.ts';

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 65_536;

/** Waits after the first, second, … failed try: ten tries over 75 hours. */
const WAITS_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 84_000] as const;

/** The wait before the next try in milliseconds, spread by up to a tenth either way; undefined after the last. */
export function nextTry(failed: number, jitter: number): number | undefined {
  const wait = WAITS_SECONDS[failed - 1];
  return wait === undefined ? undefined : Math.trunc(wait * 1_000 * (0.9 + jitter / 5));
}

export type Sent = Readonly<{
  /** `gone`: it will never be taken (410, or nobody to send to). */
  outcome: 'acknowledged' | 'failed' | 'gone';
  status: number | undefined;
  detail: string;
  /** Of an event: when this try was stamped, to the second, and its signatures. */
  signed?: Readonly<{ at: Temporal.Instant; signature: string }>;
}>;

export type Sender = Readonly<{
  event(parcel: Readonly<{ url: string; id: string; secrets: readonly string[]; body: string }>): Promise<Sent>;
  relay(parcel: Readonly<{ url: string; headers: Readonly<Record<string, string>>; body: Uint8Array }>): Promise<Sent>;
}>;

export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

export function signatures(id: string, timestamp: number, body: string, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}

export const eventHeaders = (id: string, timestamp: number, signature: string): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'daozhang-webhook',
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});

/** `now` stamps the try: a receiver refuses an old one, so each try is signed anew under the same id. */
export function senderOf(outbound: Outbound, now: () => Temporal.Instant): Sender {
  const post = async (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
  ): Promise<Sent> => {
    try {
      const answer = await outbound.send({
        method: 'POST',
        url,
        headers,
        body,
        timeoutMs: TIMEOUT_MS,
        mostBytes: MOST_BYTES,
      });
      const { status } = answer;
      if (status >= 200 && status < 300) return { outcome: 'acknowledged', status, detail: '' };
      if (status === 410) return { outcome: 'gone', status, detail: 'answered 410: it wants no more' };
      return { outcome: 'failed', status, detail: `answered ${status}` };
    } catch (error) {
      if (error instanceof NoAnswer || error instanceof DaozhangError)
        return { outcome: 'failed', status: undefined, detail: error.message };
      throw error;
    }
  };
  return {
    async event({ url, id, secrets, body }) {
      const timestamp = Math.floor(now().epochMilliseconds / 1000);
      const signature = signatures(id, timestamp, body, secrets);
      const sent = await post(url, eventHeaders(id, timestamp, signature), body);
      return { ...sent, signed: { at: Temporal.Instant.fromEpochMilliseconds(timestamp * 1_000), signature } };
    },
    relay: ({ url, headers, body }) => post(url, forwarded(headers), body),
  };
}

/** What belongs to the connection that brought it stays behind (RFC 9110, 7.6.1). */
const OF_THE_HOP: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'cookie',
]);
/** A channel that signs in Authorization (Lakala) names its own scheme; what else stands there is a secret of the way, and stays. */
const CHANNEL_SIGNATURE = /^LKLAPI-SHA256withRSA[\s,]*[a-z_]+="/;
const forwarded = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => {
      const header = name.toLowerCase();
      return header === 'authorization' ? CHANNEL_SIGNATURE.test(value) : !OF_THE_HOP.has(header);
    }),
  );
