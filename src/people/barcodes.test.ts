/** Barcodes in pictures, and pictures made to hurt. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { png, screenshot } from '../../tests/support/picture.ts';
import { DaozhangError } from '../base/errors.ts';
import { hitsOfCodes, openBarcodes } from './barcodes.ts';
import { pictureOf } from './images.ts';

const barcodes = openBarcodes();
after(() => barcodes.close());
const code = (want: string) => (error: unknown) => error instanceof DaozhangError && error.code === want;

test('a payment detail with its barcode and a QR code, noise on it: both are read', async () => {
  const shot = await screenshot([
    { format: 'Code128', text: 'L20261120000001' },
    { format: 'QRCode', text: '4200001234202611201234567890' },
  ]);
  const hits = hitsOfCodes(await barcodes.read(shot, 10_000));
  assert.deepEqual(hits.map((h) => [h.value, h.shape ?? '-']).sort(), [
    ['4200001234202611201234567890', 'wechat'],
    ['L20261120000001', '-'],
  ]);
  assert.ok(hits.every((h) => h.origin === 'barcode'));
});

test('a picture without a code says nothing', async () => {
  assert.deepEqual(await barcodes.read(await screenshot([]), 10_000), []);
});

test('a few bytes that claim to be huge are refused before they are decoded', () => {
  const bomb = png(8, 8, new Uint8Array(64), { width: 60_000, height: 60_000 });
  assert.throws(() => barcodes.read(bomb, 1_000), code('image.too_large'));
  assert.throws(
    () => barcodes.read(png(8, 8, new Uint8Array(64), { width: 0, height: 8 }), 1_000),
    code('image.not_one'),
  );
});

test('cut, lying, or no picture at all: refused or empty, and the next one is read', async () => {
  const shot = await screenshot([{ format: 'QRCode', text: 'L20261120000001' }]);
  assert.throws(() => barcodes.read(Buffer.from('<html>'), 1_000), code('image.not_one'));
  assert.throws(() => barcodes.read(shot.subarray(0, 20), 1_000), code('image.not_one'));
  assert.deepEqual(await barcodes.read(shot.subarray(0, shot.length >> 1), 5_000), []);
  // The head says 4000 × 4000, the data holds 8 × 8.
  assert.deepEqual(await barcodes.read(png(8, 8, new Uint8Array(64), { width: 4_000, height: 4_000 }), 5_000), []);
  const damaged = Buffer.from(shot);
  damaged.fill(0x41, 60, damaged.length - 60);
  assert.deepEqual(await barcodes.read(damaged, 5_000), []);
  assert.equal((await barcodes.read(shot, 10_000))[0]?.text, 'L20261120000001');
});

test('one that takes too long ends its thread, and the next one gets a new one', async () => {
  const shot = await screenshot([{ format: 'QRCode', text: 'L20261120000001' }]);
  assert.deepEqual(await barcodes.read(png(6_000, 6_000, new Uint8Array(36_000_000)), 1), []);
  assert.equal((await barcodes.read(shot, 10_000))[0]?.text, 'L20261120000001');
});

test('more than a few at once are turned away, not piled up', async () => {
  const shot = await screenshot([{ format: 'QRCode', text: 'L20261120000001' }]);
  const all = await Promise.allSettled(Array.from({ length: 20 }, async () => await barcodes.read(shot, 10_000)));
  const refused = all.filter((r) => r.status === 'rejected');
  assert.ok(refused.length > 0 && refused.every((r) => code('image.busy')(r.reason)));
  assert.ok(all.every((r) => r.status === 'rejected' || r.value[0]?.text === 'L20261120000001'));
});

test('the size stands in the head of each kind', () => {
  const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc00011080010002003012200021101031101', 'hex');
  assert.deepEqual(pictureOf(jpeg), { type: 'image/jpeg', width: 32, height: 16 });
  const webp = Buffer.concat([
    Buffer.from('RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0', 'latin1'),
    Buffer.from('1f00000f0000', 'hex'),
    Buffer.alloc(4),
  ]);
  assert.deepEqual(pictureOf(webp), { type: 'image/webp', width: 32, height: 16 });
});
