/**
 * The counter on a phone in the shop: cameras, installing and working without a network need https, so the server makes itself an authority
 * that is believed of the shop's own network and of nothing else, and a certificate for its addresses. The phone takes the authority once,
 * from a page over plain http that holds nothing else.
 *
 * The authority's key stays in the data folder, readable by its owner only; whoever had it could pretend to be a machine of a private
 * network towards phones that took it, and no other (RFC 5280, 4.2.1.10 name constraints).
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { certificateFor, selfSigned, type Use } from '../base/certificate.ts';
import { DaozhangError } from '../base/errors.ts';
import { langOf } from '../base/lang.ts';
import { pairingPage } from './pages.ts';
import type { Api } from './server.ts';

const NAME = 'Daozhang in this shop';
const AUTHORITY_YEARS = 10;
/** Phones take no longer one. */
const SERVER_DAYS = 397;
const RENEW_DAYS = 30;
/** RFC 1918, RFC 3927, and this machine. */
const NETWORKS = [
  ['10.0.0.0', '255.0.0.0'],
  ['172.16.0.0', '255.240.0.0'],
  ['192.168.0.0', '255.255.0.0'],
  ['169.254.0.0', '255.255.0.0'],
  ['127.0.0.0', '255.0.0.0'],
] as const;
const LOCAL: Use = { is: 'local_authority', networks: NETWORKS, names: ['localhost', 'local'] };

export type Pair = Readonly<{ key: KeyObject; certificate: string }>;

/** The authority of a data folder, made where there is none. */
export function authorityIn(folder: string, now: Temporal.Instant): Pair {
  return keptPair(
    folder,
    'authority',
    () => true,
    (key) => selfSigned(key, { name: NAME, ...spanOf(now, AUTHORITY_YEARS * 365) }, LOCAL),
  );
}

/** The server's own, for these addresses; made anew before it ends, and where the addresses are others. */
export function serverIn(folder: string, authority: Pair, names: readonly string[], now: Temporal.Instant): Pair {
  const isGood = (certificate: X509Certificate): boolean =>
    names.every((n) => (isIPv4(n) ? certificate.checkIP(n) : certificate.checkHost(n)) !== undefined) &&
    certificate.checkIssued(new X509Certificate(authority.certificate)) &&
    now.until(endOf(certificate)).total('hours') > RENEW_DAYS * 24;
  return keptPair(folder, 'server', isGood, (key) =>
    certificateFor(
      key,
      { name: names[0]!, ...spanOf(now, SERVER_DAYS) },
      { name: NAME, key: authority.key },
      { is: 'server', names },
    ),
  );
}

const endOf = (certificate: X509Certificate): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(certificate.validToDate.getTime());

/** From a day ago: the phone's clock may be behind. */
const spanOf = (
  now: Temporal.Instant,
  days: number,
): Readonly<{ serial: string; from: Temporal.Instant; to: Temporal.Instant }> => ({
  serial: `01${randomBytes(15).toString('hex')}`,
  from: now.subtract({ hours: 24 }),
  to: now.add({ hours: 24 * days }),
});

function keptPair(
  folder: string,
  name: string,
  isGood: (certificate: X509Certificate) => boolean,
  make: (key: KeyObject) => string,
): Pair {
  const [keyPath, path] = [join(folder, 'tls', `${name}.key`), join(folder, 'tls', `${name}.pem`)];
  if (existsSync(keyPath) && existsSync(path)) {
    const certificate = readFileSync(path, 'utf8');
    if (isGood(new X509Certificate(certificate)))
      return { key: createPrivateKey(readFileSync(keyPath, 'utf8')), certificate };
  }
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = make(key);
  mkdirSync(join(folder, 'tls'), { recursive: true, mode: 0o700 });
  writeFileSync(keyPath, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(path, certificate);
  return { key, certificate };
}

/** IPv4 addresses by which the shop's network reaches this machine; none where it stands in none. */
export const lanAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((it) => it.family === 'IPv4' && !it.internal && isPrivate(it.address))
    .map((it) => it.address)
    .sort();

const numberOf = (ip: string): number => ip.split('.').reduce((n, part) => n * 256 + Number(part), 0);
const isPrivate = (ip: string): boolean =>
  NETWORKS.some(([net, mask]) => {
    const size = 2 ** 32 - numberOf(mask);
    return Math.floor(numberOf(ip) / size) === Math.floor(numberOf(net) / size);
  });

export type Lan = Readonly<{
  /** `https://192.168.1.20:8443` */
  url: string;
  /** Where a phone takes the authority. */
  pairingUrl: string;
  close(): Promise<void>;
}>;

/** Serves the same API by https to the network, and the pairing page beside it. Throws `db.port_taken`. */
export async function serveLan(
  api: Api,
  options: Readonly<{
    folder: string;
    addresses: readonly string[];
    host: string;
    port: number;
    pairingPort: number;
    now: Temporal.Instant;
  }>,
): Promise<Lan> {
  const [first] = options.addresses;
  if (first === undefined) throw new DaozhangError('serve.no_lan', {});
  const authority = authorityIn(options.folder, options.now);
  const own = serverIn(options.folder, authority, [...options.addresses, 'localhost'], options.now);
  const secure = https.createServer(
    {
      key: own.key.export({ type: 'pkcs8', format: 'pem' }),
      cert: own.certificate + authority.certificate,
      minVersion: 'TLSv1.2',
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
    },
    (request, response) => api.routing(request, response),
  );
  const pairing = http.createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) =>
    pair(request, response, authority.certificate, () => urlOf('https', first, secure)),
  );
  await listen(secure, options.host, options.port);
  try {
    await listen(pairing, options.host, options.pairingPort);
  } catch (error) {
    await ended(secure);
    throw error;
  }
  return {
    url: urlOf('https', first, secure),
    pairingUrl: urlOf('http', first, pairing),
    close: async () => void (await Promise.all([ended(secure), ended(pairing)])),
  };
}

const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
type Server = http.Server | https.Server;
const urlOf = (scheme: string, host: string, server: Server): string =>
  `${scheme}://${host}:${(server.address() as AddressInfo).port}`;

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'EADDRINUSE' ? new DaozhangError('db.port_taken', { port }) : error),
    );
    server.listen(port, host, done);
  });

const ended = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });

/** Nothing but the authority's certificate, and how a phone takes it. */
function pair(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  certificate: string,
  url: () => string,
): void {
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' || (path !== '/' && path !== '/daozhang.crt'))
    return void response.writeHead(404, { 'content-length': 0 }).end();
  if (path === '/daozhang.crt') {
    const der = new X509Certificate(certificate).raw;
    return void response
      .writeHead(200, { 'content-type': 'application/x-x509-ca-cert', 'content-length': der.length })
      .end(der);
  }
  const body = pairingPage(langOf(request.headers['accept-language']), `${url()}/counter/`);
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    })
    .end(body);
}
