/**
 * The messages of `ingest.ts`: WeChat Pay notifications as WeChat sends them (1.2 kB, a coupon and a scene in them), sealed and signed before
 * any clock starts and kept in a file, so that a million of them take no memory and no time of the run. The file may be kept for later runs:
 * each is a payment of its own with a signature of its own, and the book of each run is empty.
 *
 * In the file: three lengths (u32), then the request's head, its headers as JSON (the baseline's) and its body.
 */
import { createHash, randomBytes, sign } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { certificateKeys, type Keys, sealed } from '../sim/channels/wechatpay/wire.ts';
import { clock } from '../src/base/clock.ts';

const CHUNK = 1_000;
const READ = 1 << 20;
const signing = promisify(sign);

export type Message = Readonly<{ request: Buffer; headers: string; body: Buffer }>;
/** Whose they are, who signed them and when: what a server needs to take them in. */
export type Signed = Readonly<{
  count: number;
  bytes: number;
  mchid: string;
  apiv3Key: string;
  platform: Readonly<{ id: string; pem: string }>;
  at: string;
}>;

const MCHID = '1900000001';
const APIV3_KEY = '0123456789abcdef0123456789abcdef';

function bodyOf(i: number, stamp: string): string {
  const total = 1_000 + (i % 9_000);
  const transaction = JSON.stringify({
    appid: 'wx1234567890abcdef',
    mchid: MCHID,
    out_trade_no: `B${String(i).padStart(12, '0')}`,
    transaction_id: `4200${String(i).padStart(24, '0')}`,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'CMB_DEBIT',
    attach: '',
    success_time: stamp,
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    amount: { total, payer_total: total - 100, currency: 'CNY', payer_currency: 'CNY' },
    scene_info: { device_id: '013467007045764' },
    promotion_detail: [
      {
        coupon_id: '109519',
        name: '满减',
        scope: 'GLOBAL',
        type: 'CASH',
        amount: 100,
        stock_id: '931386',
        wechatpay_contribute: 100,
        merchant_contribute: 0,
        other_contribute: 0,
        currency: 'CNY',
      },
    ],
  });
  return JSON.stringify({
    id: `EV-${createHash('sha256').update(String(i)).digest('hex').slice(0, 32)}`,
    create_time: stamp,
    resource_type: 'encrypt-resource',
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource: { original_type: 'transaction', ...sealed(transaction, APIV3_KEY, 'transaction') },
  });
}

/** At least `count` signed messages: those that the file holds, or new ones. What they are stands beside the file when it is whole. */
export async function signedMessages(file: string, count: number, told: (done: number) => void): Promise<Signed> {
  const beside = `${file}.json`;
  if (existsSync(beside)) {
    const held = JSON.parse(readFileSync(beside, 'utf8')) as Signed;
    if (held.count >= count) return held;
    rmSync(beside);
  }
  const keys = certificateKeys(clock.now());
  const at = clock.now();
  const bytes = await sealMessages(file, count, keys, at, told);
  const platform = { id: keys.id, pem: keys.pem };
  const signed = { count, bytes, mchid: MCHID, apiv3Key: APIV3_KEY, platform, at: at.toString() };
  writeFileSync(beside, JSON.stringify(signed));
  return signed;
}

/** Writes them; returns their bodies' mean size. Signed in the thread pool: both cores, once. */
async function sealMessages(
  to: string,
  count: number,
  keys: Keys,
  at: Temporal.Instant,
  told: (done: number) => void,
): Promise<number> {
  const stamp = at.toZonedDateTimeISO('Asia/Shanghai').toString({ smallestUnit: 'second', timeZoneName: 'never' });
  const timestamp = String(Math.floor(at.epochMilliseconds / 1_000));
  const file = openSync(to, 'w');
  let bytes = 0;
  for (let from = 0; from < count; from += CHUNK) {
    const records = await Promise.all(
      Array.from({ length: Math.min(CHUNK, count - from) }, async (_, k) => {
        const body = Buffer.from(bodyOf(from + k, stamp));
        const nonce = randomBytes(16).toString('hex');
        const text = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
        const headers = {
          'Wechatpay-Timestamp': timestamp,
          'Wechatpay-Nonce': nonce,
          'Wechatpay-Serial': keys.id,
          'Wechatpay-Signature': (await signing('RSA-SHA256', text, keys.privateKey)).toString('base64'),
          'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
          'Content-Type': 'application/json',
          'Content-Length': String(body.length),
          'User-Agent': 'Mozilla/4.0',
          Accept: '*/*',
          Pragma: 'no-cache',
        };
        bytes += body.length;
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        return record(Buffer.from(lines.join('')), Buffer.from(JSON.stringify(headers)), body);
      }),
    );
    writeSync(file, Buffer.concat(records));
    told(from + records.length);
  }
  closeSync(file);
  return bytes / count;
}

function record(...parts: readonly Buffer[]): Buffer {
  const lengths = Buffer.alloc(parts.length * 4);
  parts.forEach((p, i) => {
    lengths.writeUInt32LE(p.length, i * 4);
  });
  return Buffer.concat([lengths, ...parts]);
}

/** The messages of the file as whole requests to this address, one after the other, whoever asks; reading on as they are used up. */
export function* readMessages(file: string, url: URL): Generator<Message> {
  const first = Buffer.from(`POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n`);
  const end = Buffer.from('\r\n');
  const opened = openSync(file, 'r');
  let held: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const more = Buffer.allocUnsafe(READ);
      const read = readSync(opened, more);
      if (read === 0) return;
      held = Buffer.concat([held, more.subarray(0, read)]);
      let at = 0;
      while (held.length - at >= 12) {
        const [head, headers, body] = [0, 4, 8].map((o) => held.readUInt32LE(at + o)) as [number, number, number];
        const start = at + 12;
        if (held.length - start < head + headers + body) break;
        const bytes = held.subarray(start + head + headers, start + head + headers + body);
        yield {
          request: Buffer.concat([first, held.subarray(start, start + head), end, bytes]),
          headers: held.toString('utf8', start + head, start + head + headers),
          body: bytes,
        };
        at = start + head + headers + body;
      }
      held = held.subarray(at);
    }
  } finally {
    closeSync(opened);
  }
}
