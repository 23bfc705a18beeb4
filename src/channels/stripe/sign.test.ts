import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { checkSignature } from './sign.ts';

const NOW = Temporal.Instant.from('2026-11-20T02:00:00Z');
const t = NOW.epochMilliseconds / 1_000;
const body = Buffer.from('{"id":"evt_1","amount":"é"}');
const of = (secret: string, at = t, bytes: Uint8Array = body): string =>
  createHmac('sha256', secret).update(`${at}.`).update(bytes).digest('hex');
const key = (value: string, notAfter?: Temporal.Instant) => ({ kind: 'webhook_secret', id: value, value, notAfter });
const reason = (header: string, keys = [key('whsec_a')], now = NOW, bytes: Uint8Array = body): string => {
  const checked = checkSignature({ headers: { 'stripe-signature': header }, body: bytes }, keys, now);
  return checked.ok ? 'ok' : checked.reason;
};

test('the bytes as they came, by any of the secrets and any of the signatures', () => {
  assert.equal(reason(`t=${t},v1=${of('whsec_a')}`), 'ok');
  assert.equal(reason(`t=${t},v1=${of('whsec_b')},v1=${of('whsec_a')}`), 'ok');
  assert.equal(reason(`t=${t},v1=${of('whsec_b')}`, [key('whsec_a'), key('whsec_b')]), 'ok');
  // Bytes that are no UTF-8 are signed as they are, not as what a decoder makes of them.
  const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
  assert.equal(reason(`t=${t},v1=${of('whsec_a', t, bytes)}`, undefined, NOW, bytes), 'ok');
  assert.equal(
    reason(`t=${t},v1=${of('whsec_a', t, Buffer.from('{\uFFFD}'))}`, undefined, NOW, bytes),
    'bad_signature',
  );
});

test('what is no signature of the endpoint’s', () => {
  const good = of('whsec_a');
  for (const header of [
    '',
    `t=${t}`,
    `v1=${good}`,
    `t=${t},v0=${good}`,
    `t=${t},v1=${good.toUpperCase()}`,
    `t=${t},v1=${good}00`,
    `t=${t},t=${t},v1=${good}`,
    `t=${t}.0,v1=${good}`,
    `t=-${t},v1=${good}`,
    `t=${t},v1=${of('whsec_b')}`,
    `t=${t + 1},v1=${good}`,
  ])
    assert.equal(reason(header), 'bad_signature', header);
  assert.equal(reason(`t=${t},v1=${good}`, []), 'bad_signature');
  assert.equal(reason(`t=${t},v1=${good}`, [key('whsec_a', NOW.subtract({ seconds: 1 }))]), 'bad_signature');
});

test('five minutes either way', () => {
  for (const [seconds, expected] of [
    [300, 'ok'],
    [301, 'stale'],
    [-300, 'ok'],
    [-301, 'stale'],
  ] as const)
    assert.equal(reason(`t=${t},v1=${of('whsec_a')}`, undefined, NOW.add({ seconds })), expected, String(seconds));
});
