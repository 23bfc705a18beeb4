/** Phones reach the server by https: the authority is believed of private addresses only, kept, and renewed; the pairing page holds it alone. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { authorityIn, type Lan, serveLan, serverIn } from '../src/api/lan.ts';
import { certificateFor } from '../src/base/certificate.ts';
import { clock } from '../src/base/clock.ts';
import { qrText } from '../src/cli/qr.ts';
import { temporary } from './support/database.ts';
import { type Living, living } from './support/living.ts';

let on: Living;
let lan: Lan;
const folder = temporary();
before(async () => {
  on = await living({ webhook: false, feed: 'none' });
  const at = { host: '127.0.0.1', port: 0, pairingPort: 0, now: clock.now() };
  lan = await serveLan(on.served.api, { folder, addresses: ['127.0.0.1'], ...at });
});
after(async () => {
  await lan.close();
  await on.close();
});

type Told = Readonly<{ status: number; body: Buffer; headers: http.IncomingHttpHeaders }>;
const get = (url: string, options: https.RequestOptions = {}): Promise<Told> =>
  new Promise((done, fail) => {
    const ask = url.startsWith('https') ? https.get : http.get;
    ask(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        done({ status: response.statusCode!, body: Buffer.concat(parts), headers: response.headers }),
      );
    }).on('error', fail);
  });

test('a phone that took the certificate reaches the API by https, one that did not does not', async () => {
  const taken = await get(`${lan.pairingUrl}/daozhang.crt`);
  assert.equal(taken.headers['content-type'], 'application/x-x509-ca-cert');
  const ca = new X509Certificate(taken.body).toString();
  assert.equal((await get(`${lan.url}/livez`, { ca })).status, 200);
  assert.equal((await get(`${lan.url}/v1/payments`, { ca })).status, 401);
  const { link } = await on.test.book.tenant(on.test.tenantId, async (tx) => {
    const { makeLink } = await import('../src/api/auth.ts');
    const { newId } = await import('../src/base/ids.ts');
    const id = newId();
    await tx.run(`insert into users (tenant_id, id, name, role) values ($1, $2, 'till', 'admin')`, [tx.tenantId, id]);
    return { link: await makeLink(tx, id) };
  });
  const entered = await get(`${lan.url}/enter/${link}?to=counter`, { ca });
  assert.deepEqual([entered.status, entered.headers.location], [303, '/counter/']);
  assert.match(String(entered.headers['set-cookie']), /__Host-daozhang=.*Secure/);
  await assert.rejects(get(`${lan.url}/livez`), { code: /CERT|SELF_SIGNED|UNABLE/ });
});

test('the pairing page is in the phone’s language, and nothing else is there', async () => {
  const zh = await get(lan.pairingUrl, { headers: { 'accept-language': 'zh-CN' } });
  const en = await get(lan.pairingUrl, { headers: { 'accept-language': 'en' } });
  assert.match(zh.body.toString(), /安装/);
  assert.match(en.body.toString(), /Install it/);
  for (const { body } of [zh, en]) assert.ok(body.includes(`${lan.url}/counter/`));
  assert.match(String(en.headers['content-security-policy']), /default-src 'none'/);
  for (const path of ['/v1/payments', '/app/', '/daozhang.key', '/../tls/authority.key'])
    assert.equal((await get(`${lan.pairingUrl}${path}`)).status, 404, path);
});

test('the authority stays, its certificate is renewed before it ends and where the addresses change', () => {
  const now = clock.now();
  const authority = authorityIn(folder, now);
  assert.equal(authorityIn(folder, now.add({ hours: 24 * 3_000 })).certificate, authority.certificate);
  const names = ['127.0.0.1', 'localhost'];
  const first = serverIn(folder, authority, names, now);
  assert.equal(serverIn(folder, authority, names, now.add({ hours: 24 * 300 })).certificate, first.certificate);
  const renewed = serverIn(folder, authority, names, now.add({ hours: 24 * 380 }));
  assert.notEqual(renewed.certificate, first.certificate);
  const moved = serverIn(folder, authority, ['192.168.7.9', 'localhost'], now);
  const certificate = new X509Certificate(moved.certificate);
  assert.equal(certificate.checkIP('192.168.7.9'), '192.168.7.9');
  assert.equal(certificate.checkIP('127.0.0.1'), undefined);
  assert.ok(certificate.checkIssued(new X509Certificate(authority.certificate)));
  const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
  assert.ok(days <= 398, `${days} days: phones take no longer one`);
});

test('whoever stole the authority’s key could still be nobody outside private networks', async () => {
  const now = clock.now();
  const authority = authorityIn(folder, now);
  for (const [name, isBelieved] of [
    ['pay.example.com', false],
    ['8.8.8.8', false],
    ['localhost', true],
  ] as const) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const certificate = certificateFor(
      privateKey,
      { name, serial: '0102', from: now.subtract({ hours: 1 }), to: now.add({ hours: 1 }) },
      { name: 'Daozhang in this shop', key: authority.key },
      { is: 'server', names: [name] },
    );
    const server = tls.createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: certificate });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    server.on('tlsClientError', () => {});
    const { port } = server.address() as { port: number };
    const error = await new Promise<string | undefined>((done) => {
      const socket = tls.connect(
        {
          port,
          host: '127.0.0.1',
          servername: /^[0-9.]+$/.test(name) ? '' : name,
          ca: authority.certificate,
          checkServerIdentity: () => undefined,
        },
        () => done(undefined),
      );
      socket.on('error', (e: NodeJS.ErrnoException) => done(e.message));
      socket.on('secureConnect', () => socket.destroy());
    });
    server.close();
    if (isBelieved) assert.equal(error, undefined, name);
    else assert.match(String(error), /PERMITTED_VIOLATION|permitted subtree/i, name);
  }
});

test('a code is drawn so that a reader reads it', async () => {
  const { readBarcodes, prepareZXingModule } = await import('zxing-wasm/reader');
  const { readFileSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  await prepareZXingModule({
    overrides: {
      wasmBinary: readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
        .buffer as ArrayBuffer,
    },
    fireImmediately: true,
  });
  const url = 'https://192.168.1.20:8318/enter/dz_link_abc?to=counter';
  const rows = (await qrText(url)).split('\n').map((line) => line.replace(/\u001b\[[0-9;]*m/g, ''));
  const scale = 6;
  const [width, height] = [rows[0]!.length * scale, rows.length * 2 * scale];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [y, row] of rows.entries())
    for (const [x, block] of [...row].entries())
      for (const [half, dark] of [block === '▀' || block === '█', block === '▄' || block === '█'].entries())
        for (let dy = 0; dark && dy < scale; dy += 1)
          for (let dx = 0; dx < scale; dx += 1)
            data.fill(
              0,
              ((y * 2 + half) * scale + dy) * width * 4 + (x * scale + dx) * 4,
              ((y * 2 + half) * scale + dy) * width * 4 + (x * scale + dx) * 4 + 3,
            );
  const image = { data, width, height, colorSpace: 'srgb' } as Parameters<typeof readBarcodes>[0];
  const [read] = await readBarcodes(image, { formats: ['QRCode'] });
  assert.equal(read?.text, url);
});
