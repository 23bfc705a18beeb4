/**
 * Stripe-Signature: `t=<unix seconds>,v1=<hex>[,v1=…][,v0=…]`. v1 is HMAC-SHA256 of `t.body` by the endpoint's secret, over the bytes as they
 * came; while a secret is rolled there is one v1 for each. v0 and later schemes are not looked at. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Credential, RawMessage, RefusalReason } from '../channel.ts';

/** As the official SDK's: older, or further ahead, is a replay. */
const TOLERANCE_SECONDS = 300;

export type Checked = Readonly<{ ok: true }> | Readonly<{ ok: false; reason: RefusalReason; detail: string }>;

const no = (reason: RefusalReason, detail: string): Checked => ({ ok: false, reason, detail });

export function checkSignature(message: RawMessage, keys: readonly Credential[], now: Temporal.Instant): Checked {
  const secrets = keys.filter((k) => k.kind === 'webhook_secret' && !isOver(k, now));
  if (secrets.length === 0) return no('bad_signature', 'the account holds no webhook secret');
  const header = parsed(message.headers['stripe-signature'] ?? '');
  if (header === undefined) return no('bad_signature', 'no Stripe-Signature, or one without t and v1');
  const signed = Buffer.concat([Buffer.from(`${header.t}.`, 'latin1'), message.body]);
  // Every pair is compared, so that the time tells nothing.
  let held = false;
  for (const { value } of secrets) {
    const ours = createHmac('sha256', value).update(signed).digest();
    for (const theirs of header.v1) if (timingSafeEqual(ours, theirs)) held = true;
  }
  if (!held) return no('bad_signature', 'not signed by a webhook secret that is held');
  const age = now.epochMilliseconds / 1_000 - Number(header.t);
  return Math.abs(age) > TOLERANCE_SECONDS ? no('stale', `signed ${Math.trunc(age)} s ago`) : { ok: true };
}

const isOver = ({ notAfter }: Credential, now: Temporal.Instant): boolean =>
  notAfter !== undefined && Temporal.Instant.compare(notAfter, now) < 0;

/** Undefined where the time is missing or stands twice, or no v1 is there. */
function parsed(header: string): Readonly<{ t: string; v1: readonly Buffer[] }> | undefined {
  const pairs = header.split(',').map((part) => part.trim().split('='));
  const of = (scheme: string): string[] => pairs.filter(([name]) => name === scheme).map(([, value]) => value ?? '');
  const [t, more] = of('t');
  const v1 = of('v1').filter((hex) => /^[0-9a-f]{64}$/.test(hex));
  if (t === undefined || more !== undefined || !/^\d{1,12}$/.test(t) || v1.length === 0) return undefined;
  return { t, v1: v1.map((hex) => Buffer.from(hex, 'hex')) };
}
