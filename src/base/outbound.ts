/**
 * The only way out: HTTP to addresses that people enter. What may be connected to is decided at the moment of connecting, by the address
 * itself, so that neither a redirect nor a name that changes its mind leads inside (F25). No redirect is followed; answers are cut at
 * a size and a time.
 */

import { lookup as systemLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { DaozhangError } from './errors.ts';

/** IANA special-purpose registries: loopback, private, link-local (cloud metadata), carrier NAT, documentation, multicast, reserved. */
const INSIDE_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of IPv6 only 2000::/3 is outside; in it these translate to or stand for something else. */
const OUTSIDE_V6 = '2000::/3';
const INSIDE_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = Number(bits ?? most);
    if (family === 0 || prefix > most) throw new DaozhangError('outbound.bad_range', { range });
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
};
const insideV4 = listOf(INSIDE_V4);
const insideV6 = listOf(INSIDE_V6);
const outsideV6 = listOf([OUTSIDE_V6]);

/** True for an address of the public internet. An IPv4 address in IPv6 clothes is looked at as what it is. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !insideV4.check(address, 'ipv4');
  if (family !== 6) return false;
  return outsideV6.check(address, 'ipv6') && !insideV6.check(address, 'ipv6');
}

export type OutboundRequest = Readonly<{
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | undefined;
  timeoutMs: number;
  /** The answer is read up to here and the rest is left. */
  mostBytes: number;
}>;
type OutboundAnswer = Readonly<{
  status: number;
  /** Names in lower case; of a repeated one the values joined by a comma. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** There was more than `mostBytes`. */
  cut: boolean;
}>;

/** No whole answer came; what was sent may have arrived. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export type Outbound = Readonly<{
  /** Throws `NoAnswer`, or `outbound.refused` where the address may not be connected to. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** From now on this range inside may be connected to as well. */
  allow(range: string): void;
  close(): void;
}>;

/** A proxy that every call takes, but those to the hosts in `except` (`.example.com` is all of its names). */
export type WayOut = Readonly<{ url: string; except: readonly string[] }>;

/**
 * `allow`: ranges inside that may be connected to all the same, for order systems on a private network. Behind a proxy names are
 * resolved by it: what may be reached is then for the proxy to say, and only addresses written as such are refused here.
 */
export function openOutbound(
  allow: readonly string[] = [],
  more: Readonly<{ proxy?: WayOut | undefined; lookup?: LookupFunction | undefined }> = {},
): Outbound {
  const { proxy, lookup = systemLookup as LookupFunction } = more;
  let allowed = listOf(allow);
  const ranges = [...allow];
  const mayConnect = (address: string): boolean =>
    isPublic(address) || allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const guarded: LookupFunction = (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 4);
      const all = found as unknown as ReadonlyArray<{ address: string; family: number }>;
      const wrong = all.find((a) => !mayConnect(a.address));
      const [first] = all;
      if (wrong !== undefined || first === undefined)
        return done(refusedError(host, wrong?.address ?? 'no address'), '', 4);
      // Exactly the addresses that were looked at are handed on.
      if (options.all === true) return done(null, all as never, 4);
      done(null, first.address, first.family);
    });
  };
  const direct = agentsOf(undefined);
  const proxied = proxy === undefined ? undefined : agentsOf(proxy.url);
  return {
    async send(request) {
      const url = targetOf(request.url);
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      const isLiteral = isIP(literal) !== 0;
      if (isLiteral && !mayConnect(literal)) throw refusedError(url.host, literal);
      const scheme = url.protocol as keyof Agents;
      return await exchange(
        request,
        url,
        // An address inside that is allowed is not behind the proxy.
        proxied === undefined || (isLiteral && !isPublic(literal)) || isExcept(url.hostname, proxy!.except)
          ? { agent: direct[scheme], lookup: guarded }
          : { agent: proxied[scheme] },
      );
    },
    allow(range) {
      ranges.push(range);
      allowed = listOf(ranges);
    },
    close() {
      for (const agents of [direct, proxied]) {
        agents?.['http:'].destroy();
        agents?.['https:'].destroy();
      }
    },
  };
}

type Agents = Readonly<{ 'http:': http.Agent; 'https:': https.Agent }>;

function agentsOf(proxy: string | undefined): Agents {
  const options = {
    keepAlive: true,
    maxSockets: 64,
    timeout: 60_000,
    // Never taken from the environment by the platform itself: that would lead around the guard.
    proxyEnv: proxy === undefined ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
  };
  return { 'http:': new http.Agent(options), 'https:': new https.Agent({ ...options, minVersion: 'TLSv1.2' }) };
}

const isExcept = (host: string, except: readonly string[]): boolean =>
  except.some((e) => e === host || (e.startsWith('.') && host.endsWith(e)));

const refusedError = (host: string, address: string): DaozhangError =>
  new DaozhangError('outbound.refused', { host, address });

/** http or https, without a name and password in it. */
export function targetOf(text: string): URL {
  if (!URL.canParse(text)) throw new DaozhangError('outbound.bad_url', { url: text.slice(0, 200) });
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new DaozhangError('outbound.bad_url', { url: `${url.protocol}//${url.host}` });
  return url;
}

function exchange(
  request: OutboundRequest,
  url: URL,
  options: Readonly<{ agent: http.Agent; lookup?: LookupFunction }>,
): Promise<OutboundAnswer> {
  return new Promise((done, fail) => {
    const body = request.body === undefined ? undefined : Buffer.from(request.body as Uint8Array);
    const sending = (url.protocol === 'https:' ? https : http).request(url, {
      ...options,
      method: request.method,
      headers: { ...request.headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
    });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    const lost = (why: string, cause?: unknown): void => end(() => fail(new NoAnswer(why, { cause })));
    // For the whole of it: a slow answer that never ends is no answer. Not left to the request to tell: one that the other side has
    // ended in a way of its own (an upgrade nobody asked for) tells nothing any more.
    const timer = setTimeout(() => {
      lost(`no answer in ${request.timeoutMs} ms`);
      sending.destroy();
    }, request.timeoutMs);
    sending.on('error', (error: Error) => {
      if (error instanceof DaozhangError) end(() => fail(error));
      else lost(error.message, error);
    });
    let answering = false;
    sending.on('close', () => {
      if (!answering) lost('the connection was closed without an answer');
    });
    sending.on('response', (response) => {
      answering = true;
      const parts: Buffer[] = [];
      let size = 0;
      const answer = (cut: boolean): OutboundAnswer => ({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        ),
        body: Buffer.concat(parts).subarray(0, request.mostBytes),
        cut,
      });
      response.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size <= request.mostBytes) return;
        end(() => done(answer(true)));
        sending.destroy();
      });
      response.on('end', () => end(() => done(answer(false))));
      response.on('error', (error) => lost(error.message, error));
      response.on('close', () => {
        if (!response.complete) lost('the answer broke off');
      });
    });
    sending.end(body);
  });
}
