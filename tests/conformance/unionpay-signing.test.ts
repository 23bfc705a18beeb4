/**
 * Proof that adapter and simulator are not each other's echo. There is no UnionPay SDK for Node, so the rules of its demo code are written
 * down here once more, by themselves and in another way: raw RSA with the padding looked at, certificates taken apart byte by byte, answers
 * read character by character. Both sides are held against them, and against what they refuse.
 */
import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import iconv from 'iconv-lite';
import { accountFor, startUnionPaySim, type UnionPaySim } from '../../sim/channels/unionpay/server.ts';
import {
  type Certified,
  certified,
  chain,
  type Fields,
  lifeFrom,
  SIGNER_NAME,
} from '../../sim/channels/unionpay/wire.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import type { Account, Credential, HttpRequest, Io } from '../../src/channels/channel.ts';
import { unionpay } from '../../src/channels/unionpay/channel.ts';
import { accountOf, closeOutbound, type Ear, ioOf, readFileOf, startEar } from './surroundings.ts';

// ------------------------------------------------------------------------------------------- the judge

const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();
/** DigestInfo of SHA-256, RFC 8017 §9.2. */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const padding = constants.RSA_PKCS1_PADDING;
const rsaMakes = (text: Uint8Array, key: KeyObject): Buffer =>
  privateEncrypt({ key, padding }, Buffer.concat([DIGEST_INFO, sha256(text)]));
const rsaHolds = (text: Uint8Array, signature: Uint8Array, key: KeyObject): boolean => {
  try {
    return publicDecrypt({ key, padding }, signature).equals(Buffer.concat([DIGEST_INFO, sha256(text)]));
  } catch {
    return false;
  }
};

/** Every field that is not empty, but the signature; in the order of their names; the digest is signed as text. */
function signedText(fields: Fields, encoding: 'utf8' | 'latin1' = 'utf8'): Buffer {
  let text = '';
  for (const name of Object.keys(fields).toSorted()) {
    if (name === 'signature' || fields[name] === '') continue;
    text += `${text === '' ? '' : '&'}${name}=${fields[name]}`;
  }
  return Buffer.from(sha256(Buffer.from(text, encoding)).toString('hex'));
}
const signedBy = (fields: Fields, by: Certified): Fields => ({
  ...fields,
  signature: rsaMakes(signedText(fields), by.privateKey).toString('base64'),
});

/** An answer, character by character: a value that begins with a bracket runs to the bracket that ends it. */
function answerRead(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let [name, value, isName, until] = ['', '', true, ''];
  for (const c of `${text}&`) {
    if (isName) {
      if (c === '=') isName = false;
      else name += c;
      continue;
    }
    if (value === '' && (c === '{' || c === '[')) until = c === '{' ? '}' : ']';
    if (c === '&' && until === '') {
      found[name] = value;
      [name, value, isName] = ['', '', true];
      continue;
    }
    if (c === until) until = '';
    value += c;
  }
  return found;
}

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
/** The elements of a DER structure, each whole and as its content. */
function elementsOf(der: Buffer): ReadonlyArray<Readonly<{ whole: Buffer; content: Buffer }>> {
  const found: Array<{ whole: Buffer; content: Buffer }> = [];
  for (let at = 0; at < der.length; ) {
    const first = der[at + 1]!;
    const more = first < 0x80 ? 0 : first & 0x7f;
    const length = more === 0 ? first : der.readUIntBE(at + 2, more);
    const from = at + 2 + more;
    found.push({ whole: der.subarray(at, from + length), content: der.subarray(from, from + length) });
    at = from + length;
  }
  return found;
}
function wasIssuedBy(pem: string, parent: string): boolean {
  const [body, , signature] = elementsOf(elementsOf(derOf(pem))[0]!.content);
  return rsaHolds(body!.whole, signature!.content.subarray(1), createPublicKey(parent));
}
const commonNameOf = (pem: string): string => {
  const [, , , , , subject] = elementsOf(elementsOf(elementsOf(derOf(pem))[0]!.content)[0]!.content);
  const pair = elementsOf(elementsOf(elementsOf(subject!.content)[0]!.content)[0]!.content);
  return pair[1]!.content.toString('utf8');
};

// ------------------------------------------------------------------------------------------- the parties

let clock: SteppedClock;
let sim: UnionPaySim;
let ear: Ear;
let account: Account;
let keys: readonly Credential[];
let io: Io;
before(async () => {
  clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  ear = await startEar({ status: 200, body: 'ok' });
  sim = await startUnionPaySim({ clock, notifyUrl: () => ear.url });
  const made = accountFor(sim);
  account = accountOf(made);
  keys = made.credentials;
  io = ioOf(clock);
});
after(async () => {
  await sim.close();
  ear.close();
  await closeOutbound();
});

const STAMP = '20261120100000';
const question = (orderId: string) => ({
  version: '5.1.0',
  encoding: 'UTF-8',
  certId: sim.merchant.certId,
  signMethod: '01',
  txnType: '00',
  txnSubType: '00',
  bizType: '000000',
  accessType: '0',
  merId: sim.merId,
  orderId,
  txnTime: STAMP,
});
async function put(fields: Fields, path = '/gateway/api/queryTrans.do'): Promise<Record<string, string>> {
  const body = new URLSearchParams(fields).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return answerRead(await (await fetch(`${sim.url}${path}`, { method: 'POST', headers, body })).text());
}
const asked = (orderId: string, through: Partial<Io> = {}, more: object = {}) => {
  const ask = { paymentRef: orderId, channelTrade: undefined, product: undefined, placedAt: clock.now(), ...more };
  return unionpay.inquire(ask, account, keys, { ...io, ...through });
};

/** What UnionPay would say of a payment, by the rules alone. */
const notice = (by: Certified, over: Fields = {}): Fields =>
  signedBy(
    {
      version: '5.1.0',
      encoding: 'UTF-8',
      certId: by.certId,
      signMethod: '01',
      txnType: '01',
      txnSubType: '01',
      bizType: '000201',
      accessType: '0',
      merId: sim.merId,
      orderId: 'UPJUDGE1',
      txnTime: STAMP,
      txnAmt: '1234',
      currencyCode: '156',
      queryId: '202611201000001234568',
      traceNo: '123456',
      traceTime: '1120100003',
      settleDate: '1120',
      reqReserved: '门店=中山路&桌号=3',
      respCode: '00',
      respMsg: '成功[0000000]',
      signPubKeyCert: by.certificate,
      ...over,
    },
    by,
  );
const formed = (fields: Fields) => ({ headers: {}, body: Buffer.from(new URLSearchParams(fields).toString()) });
const hears = (fields: Fields, over: Partial<Account> = {}, held = keys, at = clock.now()): string => {
  const it = unionpay.verify(formed(fields), { ...account, ...over }, held, at);
  return it.ok ? 'ok' : it.reason;
};

// ------------------------------------------------------------------------------------------- the adapter speaks

test('what the adapter sends holds by the rules, with every kind of call', async () => {
  sim.place('UPSPEAK1', 1_000);
  await sim.pay('UPSPEAK1');
  const sent: HttpRequest[] = [];
  const http: Io['http'] = (request) => {
    sent.push(request);
    return io.http(request);
  };
  const on = [account, keys, { ...io, http }] as const;
  const [placedAt, askedAt] = [clock.now(), clock.now()];
  await asked('UPSPEAK1', { http });
  const wanted = {
    paymentRef: 'UPSPEAK1',
    refundRef: 'UPSPEAK1A',
    refundMinor: 1n,
    totalMinor: 1_000n,
    currency: 'CNY',
  };
  await unionpay.refund({ ...wanted, reason: '', placedAt, askedAt }, ...on);
  await unionpay.reverse({ paymentRef: 'UPSPEAK1', channelTrade: undefined, product: undefined, placedAt }, ...on);
  await unionpay.bill({ kind: 'trade', on: Temporal.PlainDate.from('2026-11-19') }, ...on);
  const forms = sent.map((r) => Object.fromEntries(new URLSearchParams(r.body ?? '')));
  assert.deepEqual(
    forms.map((f) => f.txnType),
    ['00', '00', '04', '00', '31', '76'],
  );
  for (const form of forms) {
    assert.ok(
      rsaHolds(signedText(form), Buffer.from(form.signature!, 'base64'), sim.merchant.publicKey),
      String(form.txnType),
    );
    assert.deepEqual(
      [form.version, form.signMethod, form.certId, form.merId, form.txnTime, form.accessType],
      ['5.1.0', '01', sim.merchant.certId, sim.merId, STAMP, '0'],
    );
    assert.ok(!Object.values(form).includes(''), 'an empty field is not signed, and so not sent');
  }
  assert.equal(forms[2]!.origQryId, sim.trades.get('UPSPEAK1')!.queryId);
  assert.equal(forms[2]!.backUrl, 'http://www.specialUrl.com');
});

// ------------------------------------------------------------------------------------------- the simulator hears and speaks

test('the simulator takes what is signed by the rules, and refuses what is not', async () => {
  sim.place('UPHEARS1', 500);
  await sim.pay('UPHEARS1');
  const whole = signedBy(question('UPHEARS1'), sim.merchant);
  assert.equal((await put(whole)).origRespCode, '00');
  assert.equal((await put({ ...whole, orderId: 'UPHEARS2' })).respCode, '11');
  assert.equal((await put({ ...whole, certId: '1' })).respCode, '11');
  assert.equal((await put(signedBy({ ...question('UPHEARS1'), version: '5.0.0' }, sim.merchant))).respCode, '10');
  assert.equal((await put(signedBy(question('UPHEARS1'), sim.chain.signer))).respCode, '11');
  const spoilt = Buffer.from(whole.signature!, 'base64');
  spoilt[7]! ^= 1;
  assert.equal((await put({ ...whole, signature: spoilt.toString('base64') })).respCode, '11');
  const other = await put(signedBy({ ...question('UPHEARS1'), txnTime: '20261120100001' }, sim.merchant));
  assert.equal(other.respCode, '34');
});

test('what the simulator says holds by the rules: its signature, and its certificate up to the root', async () => {
  sim.place('UPSAYS01', 500);
  ear.caught.length = 0;
  await sim.pay('UPSAYS01');
  const answer = await put(signedBy(question('UPSAYS01'), sim.merchant));
  const told = Object.fromEntries(new URLSearchParams(Buffer.from(ear.caught[0]!.body).toString()));
  for (const said of [answer, told]) {
    const pem = said.signPubKeyCert!;
    assert.ok(rsaHolds(signedText(said), Buffer.from(said.signature!, 'base64'), createPublicKey(pem)));
    assert.ok(wasIssuedBy(pem, sim.chain.middle.certificate));
    assert.ok(wasIssuedBy(sim.chain.middle.certificate, sim.chain.root.certificate));
    assert.equal(commonNameOf(pem).split('@')[2], '00040000:SIGN');
    assert.deepEqual([said.orderId, said.txnTime, said.txnAmt], ['UPSAYS01', STAMP, '500']);
    assert.equal(said.reqReserved, '{门店=中山路&桌号=3}');
  }
});

test('the whole way by the rules: an order is placed by its form, paid, asked about', async () => {
  const order = { ...question('UPORDER1'), txnType: '01', txnSubType: '01', txnAmt: '100', currencyCode: '156' };
  const placed = await put(signedBy({ ...order, backUrl: ear.url }, sim.merchant), '/gateway/api/appTransReq.do');
  assert.equal(placed.respCode, '00');
  assert.ok(placed.tn);
  const again = await put(signedBy(order, sim.merchant), '/gateway/api/appTransReq.do');
  assert.equal(again.respCode, '12');
  assert.equal((await put(signedBy(question('UPORDER1'), sim.merchant))).origRespCode, '70');
  await sim.pay('UPORDER1');
  assert.equal((await put(signedBy(question('UPORDER1'), sim.merchant))).origRespCode, '00');
});

test('the file is zlib of a zip, and its lines fall apart by the widths of the demo code', async () => {
  const day = Temporal.PlainDate.from('2026-11-19');
  assert.equal((await unionpay.bill({ kind: 'trade', on: day }, account, keys, io)).outcome, 'not_ready');
  await clock.advance(24 * 3_600_000);
  const { orderId: _, ...ask } = question('');
  const fields = {
    ...ask,
    txnTime: '20261121100000',
    txnType: '76',
    txnSubType: '01',
    fileType: '00',
    settleDate: '1120',
  };
  const { fileContent, fileName } = await put(signedBy(fields, sim.merchant), '/');
  assert.equal(fileName, `${sim.merId}_20261120.zip`);
  const zip = inflateSync(Buffer.from(fileContent!, 'base64'));
  const bill = await unionpay.bill({ kind: 'trade', on: day.add({ days: 1 }) }, account, keys, io);
  assert.ok(bill.outcome === 'fetched');
  assert.deepEqual(Buffer.from(bill.bytes), zip);
  const [zm] = await readFileOf('a.zip', zip);
  // Its widths, and one separator byte between fields.
  const WIDTHS = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
    8, 32, 13, 13, 12, 2, 1, 32, 98,
  ];
  const [name, bytes] = Object.entries(unzipSync(zip))[0]!;
  assert.equal(name, `INN26112088ZM_${sim.merId}`);
  const rows = Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1);
  assert.ok(rows.length >= 3);
  for (const [i, row] of rows.entries()) {
    assert.equal(
      row.length,
      WIDTHS.reduce((sum, w) => sum + w + 1, -1),
    );
    let at = 0;
    const cells = WIDTHS.map((width) => {
      const cell = row.slice(at, at + width).trim();
      at += width + 1;
      return cell;
    });
    if (cells[19] !== '01') continue;
    const { orderId, queryId, fen } = sim.trades.get(cells[11]!)!;
    assert.deepEqual([BigInt(cells[6]!), cells[9], cells[19], cells[27]], [BigInt(fen), queryId, '01', sim.merId]);
    assert.deepEqual([zm!.lines[i]!.order_ref, zm!.lines[i]!.channel_ref], [orderId, queryId]);
  }
});

// ------------------------------------------------------------------------------------------- the adapter hears

test('the adapter takes what UnionPay would say by the rules', () => {
  assert.equal(hears(notice(sim.chain.signer)), 'ok');
  const [said] = unionpay.read(formed(notice(sim.chain.signer)), account, keys);
  assert.deepEqual(
    [said!.kind, said!.amount!.minor, said!.occurredAt.toString()],
    ['captured', 1_234n, '2026-11-20T02:00:03Z'],
  );
  // With the line ends of any system.
  const windows = sim.chain.signer.certificate.replaceAll('\n', '\r\n');
  assert.equal(hears(notice(sim.chain.signer, { signPubKeyCert: windows })), 'ok');
  assert.equal(hears(notice(sim.chain.signer, { respCode: 'A6' })), 'ok');
  assert.equal(hears(notice(sim.chain.signer, { billNo: '' })), 'ok', 'an empty field is not signed');
  // In GBK: what is signed are the bytes.
  const respMsg = iconv.encode('成功', 'gbk').toString('latin1');
  const gbk: Fields = { ...notice(sim.chain.signer), encoding: 'GBK', reqReserved: '', respMsg };
  const signature = rsaMakes(signedText(gbk, 'latin1'), sim.chain.signer.privateKey).toString('base64');
  const escaped = (text: string) =>
    text.replace(/[^0-9A-Za-z]/g, (c) => `%${Buffer.from(c, 'latin1').toString('hex')}`);
  const body = Object.entries({ ...gbk, signature }).map(([n, v]) => `${n}=${escaped(v)}`);
  const it = unionpay.verify({ headers: {}, body: Buffer.from(body.join('&')) }, account, keys, clock.now());
  assert.equal(it.ok, true);
});

test('a certificate of another chain signs nothing, whatever it is called', () => {
  const now = clock.now();
  const theirs = chain(now);
  assert.equal(hears(notice(theirs.signer)), 'unknown_key');
  // A root and a middle certificate of the same names.
  assert.equal(theirs.middle.name, sim.chain.middle.name);
  // Issued by the root itself, by the merchant's own certificate, by nobody.
  assert.equal(hears(notice(certified(SIGNER_NAME, lifeFrom(now), sim.chain.root))), 'unknown_key');
  assert.equal(hears(notice(certified(SIGNER_NAME, lifeFrom(now), sim.merchant))), 'unknown_key');
  assert.equal(hears(notice(certified(SIGNER_NAME, lifeFrom(now)))), 'unknown_key');
  // Under a middle certificate that is no authority.
  const notAuthority = certified(sim.chain.middle.name, lifeFrom(now), sim.chain.root);
  const under = certified(SIGNER_NAME, lifeFrom(now), notAuthority);
  const held = keys.map((k) => (k.kind === 'middle_cert' ? { ...k, value: notAuthority.certificate } : k));
  assert.equal(hears(notice(under), {}, held), 'unknown_key');
  // That the root may issue is said by whoever entered it.
  const plainRoot = certified('An old root', lifeFrom(now));
  const below = certified('Another middle', lifeFrom(now), plainRoot, true);
  const anchored = { root_cert: plainRoot.certificate, middle_cert: below.certificate } as Record<string, string>;
  const old = keys.map((k) => ({ ...k, value: anchored[k.kind] ?? k.value }));
  assert.equal(hears(notice(certified(SIGNER_NAME, lifeFrom(now), below)), {}, old), 'ok');
  // Half of what has to be held.
  for (const kind of ['middle_cert', 'root_cert'])
    assert.equal(
      hears(
        notice(sim.chain.signer),
        {},
        keys.filter((k) => k.kind !== kind),
      ),
      'unknown_key',
      kind,
    );
  // Both old and new are held while UnionPay changes them, in one file or in two.
  const both = keys.flatMap((k) =>
    k.kind === 'merchant_key'
      ? [k]
      : [k, { ...k, id: 'new', value: theirs[k.kind === 'root_cert' ? 'root' : 'middle'].certificate }],
  );
  assert.deepEqual([hears(notice(sim.chain.signer), {}, both), hears(notice(theirs.signer), {}, both)], ['ok', 'ok']);
  const file = keys.map((k) =>
    k.kind === 'merchant_key'
      ? k
      : { ...k, value: theirs[k.kind === 'root_cert' ? 'root' : 'middle'].certificate + k.value },
  );
  assert.deepEqual([hears(notice(sim.chain.signer), {}, file), hears(notice(theirs.signer), {}, file)], ['ok', 'ok']);
});

test('a certificate out of its time signs nothing: neither its own nor one above it', () => {
  const now = clock.now();
  const old = { from: now.subtract({ hours: 48 }), to: now.subtract({ hours: 1 }) };
  const young = { from: now.add({ hours: 1 }), to: now.add({ hours: 48 }) };
  for (const life of [old, young]) {
    const leaf = certified(SIGNER_NAME, life, sim.chain.middle);
    assert.equal(hears(notice(leaf)), 'bad_signature');
    assert.equal(hears(notice(leaf), {}, keys, life.from.add({ hours: 2 })), 'ok');
    const middle = certified('Another middle', life, sim.chain.root, true);
    const under = certified(SIGNER_NAME, lifeFrom(now), middle);
    const held = [...keys, { kind: 'middle_cert', id: 'other', value: middle.certificate, notAfter: undefined }];
    assert.equal(hears(notice(under), {}, held), 'bad_signature');
  }
});

test('the same authority certifies every merchant: only UnionPay’s own certificate speaks for UnionPay', () => {
  const life = lifeFrom(clock.now());
  const as = (name: string) => notice(certified(name, life, sim.chain.middle));
  // The merchant's own, which is issued well.
  assert.ok(wasIssuedBy(sim.merchant.certificate, sim.chain.middle.certificate));
  assert.equal(hears(notice(sim.merchant)), 'bad_signature');
  for (const name of [
    '中国银联股份有限公司',
    '041@中国银联股份有限公司@898310000000001@00000001',
    '041@1@中国银联股份有限公司分公司@1',
    '041@1@00040000:SIGN2@1',
    '041@1',
  ])
    assert.equal(hears(as(name)), 'bad_signature', name);
  // The live name is good everywhere, that of the test environment only there.
  const live = as('041@8310000000083040@中国银联股份有限公司@00000016');
  assert.deepEqual([hears(live), hears(live, { livemode: true })], ['ok', 'ok']);
  assert.deepEqual(
    [hears(notice(sim.chain.signer)), hears(notice(sim.chain.signer), { livemode: true })],
    ['ok', 'bad_signature'],
  );
});

test('a message that two readers could read in two ways is nobody’s', () => {
  const whole = notice(sim.chain.signer);
  const body = formed(whole).body.toString();
  const says = (text: string): string => {
    const it = unionpay.verify({ headers: {}, body: Buffer.from(text) }, account, keys, clock.now());
    return it.ok ? 'ok' : it.reason;
  };
  assert.equal(says(body), 'ok');
  assert.equal(says(`${body}&txnAmt=1234`), 'bad_signature', 'twice, with the same value');
  assert.equal(says(`txnAmt=1&${body}`), 'bad_signature', 'twice, the other first');
  assert.equal(says(`${body}&%74xnAmt=1`), 'bad_signature', 'twice, written in another way');
  assert.equal(says(`${body}&`), 'bad_signature', 'a field without a name');
  assert.equal(says(`${body}&note=100%`), 'bad_signature', 'a percent sign that begins no byte');
  assert.equal(says(`${body}&extra=1`), 'bad_signature');
  const two = `${sim.chain.signer.certificate}${sim.merchant.certificate}`;
  assert.equal(hears(notice(sim.chain.signer, { signPubKeyCert: two })), 'bad_signature', 'two certificates');
  // The algorithm is not the message's to choose.
  for (const over of [{ version: '5.0.0' }, { signMethod: '11' }, { signMethod: '' }] as const)
    assert.equal(hears(notice(sim.chain.signer, over)), 'bad_signature');
  const { signature: _, ...unsigned } = whole;
  assert.equal(hears(unsigned), 'bad_signature');
  assert.equal(hears({ ...whole, signature: `${whole.signature}=` }), 'bad_signature', 'another spelling in base64');
});

test('F16: one flipped byte in the signature or the certificate is noticed', () => {
  const whole = notice(sim.chain.signer);
  const flip = (pem: string, at: number): string => {
    const der = derOf(pem);
    der[at]! ^= 1;
    return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  };
  const signature = Buffer.from(whole.signature!, 'base64');
  for (let at = 0; at < signature.length; at += 17) {
    const spoilt = Buffer.from(signature);
    spoilt[at]! ^= 1;
    assert.notEqual(hears({ ...whole, signature: spoilt.toString('base64') }), 'ok', `signature ${at}`);
  }
  // Signed anew over the changed certificate by its true key: what then fails is the chain.
  const length = derOf(sim.chain.signer.certificate).length;
  for (let at = 0; at < length; at += 13) {
    const spoilt = { ...sim.chain.signer, certificate: flip(sim.chain.signer.certificate, at) };
    assert.notEqual(hears(notice(spoilt)), 'ok', `certificate ${at}`);
  }
});

test('well signed, and still none of what UnionPay says of a payment', () => {
  const by = (over: Fields) => hears(notice(sim.chain.signer, over));
  assert.equal(by({ merId: '898310000000000' }), 'wrong_account');
  for (const over of [
    { respCode: '01' },
    { respCode: '05' },
    { txnType: '02' },
    { txnType: '00' },
    { currencyCode: '840' },
    { txnAmt: '12.34' },
    { txnAmt: '-1' },
    { txnTime: '20261320100000' },
    { queryId: '' },
    { orderId: '' },
    // A revocation that names nothing.
    { txnType: '31' },
  ])
    assert.equal(by(over), 'unreadable', JSON.stringify(over));
});

test('an answer counts only whole, signed and about what was asked', async () => {
  sim.place('UPANSWER', 500, { txnTime: '20261121100000' });
  await sim.pay('UPANSWER');
  const answer = async (change: (text: string) => string): Promise<string> => {
    const http: Io['http'] = async (request) => {
      const it = await io.http(request);
      return { ...it, body: Buffer.from(change(Buffer.from(it.body).toString())) };
    };
    return (await asked('UPANSWER', { http })).outcome;
  };
  assert.equal(await answer((t) => t), 'answered');
  const resigned = (over: Fields) => (t: string) =>
    Object.entries(signedBy({ ...answerRead(t), ...over }, sim.chain.signer))
      .map(([n, v]) => `${n}=${v}`)
      .join('&');
  assert.equal(await answer(resigned({})), 'answered');
  for (const over of [
    { orderId: 'UPANSWEX' },
    { txnTime: '20261121100001' },
    { merId: '898310000000000' },
    { origRespCode: 'ZZ' },
    { origRespCode: '' },
    { txnAmt: '' },
    { txnAmt: '5.00' },
    { currencyCode: '' },
    { queryId: '' },
  ])
    assert.equal(await answer(resigned(over)), 'unknown', JSON.stringify(over));
  for (const [what, change] of [
    ['cut', (t: string) => t.slice(0, -40)],
    ['twice', (t: string) => `${t}&origRespCode=00`],
    ['twice first', (t: string) => `origRespCode=00&${t}`],
    ['another byte', (t: string) => t.replace('txnAmt=500', 'txnAmt=501')],
    ['a field more', (t: string) => `${t}&note=1`],
    ['nothing', () => ''],
    ['a line', (t: string) => `${t}\n`],
    ['too many fields', (t: string) => `${t}&${Array.from({ length: 200 }, (_, i) => `f${i}=1`).join('&')}`],
  ] as const)
    assert.equal(await answer(change), 'unknown', what);
  // A refusal may come unsigned from the gate; one that is signed wrongly is nobody's.
  assert.equal(await answer(() => 'respCode=11&respMsg=验证签名失败[9100004]'), 'refused');
  assert.equal(
    await answer(() => 'respCode=34&respMsg=查无此交易[2600000]'),
    'unknown',
    'an unsigned “no such payment”',
  );
  assert.equal(await answer((t) => t.replace('respCode=00', 'respCode=34')), 'unknown');
  assert.equal(await answer((t) => t.replace('respCode=00', 'respCode=11')), 'unknown');
});
