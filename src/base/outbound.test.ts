/** F25: what people enter as an address leads outside or nowhere. Real servers on loopback; nothing leaves this machine. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo, type LookupFunction } from 'node:net';
import { after, test } from 'node:test';
import { isPublic, NoAnswer, type Outbound, type OutboundRequest, openOutbound } from './outbound.ts';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
type Server = Readonly<{ url: string; port: number; asked: string[] }>;

const closing: Array<() => void> = [];
after(() => {
  for (const close of closing) close();
});

async function serve(handler: Handler = (_, response) => response.end('here')): Promise<Server> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    handler(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

function opened(...how: Parameters<typeof openOutbound>): Outbound {
  const outbound = openOutbound(...how);
  closing.push(() => outbound.close());
  return outbound;
}
const LOOPBACK = ['127.0.0.1/32'];
const get = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'GET',
  url,
  headers: {},
  body: undefined,
  timeoutMs: 5_000,
  mostBytes: 65_536,
  ...more,
});

/** A resolver that answers these addresses in turn, and counts. */
function resolver(...answers: ReadonlyArray<readonly string[]>): { lookup: LookupFunction; names: string[] } {
  const names: string[] = [];
  const lookup: LookupFunction = (host, _options, done) => {
    const addresses = answers[Math.min(names.length, answers.length - 1)]!;
    names.push(host);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    process.nextTick(() => done(null, found as never, 4));
  };
  return { lookup, names };
}

test('which addresses are public', () => {
  const outside = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '172.32.0.1', '192.169.0.1', '2606:4700::1'];
  const inside = [
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', 'fe80::1'],
    ...[
      'fc00::1',
      'fd00:ec2::254',
      'fec0::1',
      'ff02::1',
      '2001::1',
      '2001:db8::1',
      '2002:7f00:1::',
      '3fff::1',
      '100::1',
    ],
    ...['', 'localhost', '127.1', '1.1.1.1.1', 'fe80::1%lo'],
  ];
  for (const address of outside) assert.equal(isPublic(address), true, address);
  for (const address of inside) assert.equal(isPublic(address), false, address);
});

test('loopback, private and metadata addresses, however they are spelled, are refused before a byte is sent', async () => {
  const server = await serve();
  const { port } = server;
  const outbound = opened();
  const spelled = [
    ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '0'],
    ...[
      '127.0.0.1.',
      '１２７.0.0.1',
      '127。0。0。1',
      '%31%32%37.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
    ],
    ...['[0:0:0:0:0:0:0:1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', 'localhost', 'LOCALHOST'],
    ...['10.0.0.1', '192.168.0.1', '172.16.0.1', '100.64.0.1', '169.254.169.254', '[fd00:ec2::254]', '[fe80::1]'],
  ];
  for (const host of spelled)
    await assert.rejects(outbound.send(get(`http://${host}:${port}/`)), { code: 'outbound.refused' }, host);
  assert.deepEqual(server.asked, []);
  // The server is there: it was the guard.
  assert.equal((await opened(LOOPBACK).send(get(server.url))).status, 200);
});

test('other schemes, and names and passwords in an address, are no address; the password is not repeated', async () => {
  const outbound = opened(LOOPBACK);
  for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com', 'javascript:1', '//x', ''])
    await assert.rejects(outbound.send(get(url)), { code: 'outbound.bad_url' }, url);
  await assert.rejects(
    outbound.send(get('http://me:hunter2@127.0.0.1/')),
    (error: Error & { code: string }) => error.code === 'outbound.bad_url' && !error.message.includes('hunter2'),
  );
});

test('rebinding: a name that was public when it was entered and leads inside now is refused at connect', async () => {
  const server = await serve();
  const { lookup, names } = resolver(['93.184.216.34'], ['127.0.0.1']);
  const outbound = opened([], { lookup });
  // The check on entering, as another program would do it: it sees a public address.
  const entered = await new Promise((done) => lookup('shop.example', {}, (_, address) => done(address)));
  assert.deepEqual(entered, [{ address: '93.184.216.34', family: 4 }]);
  await assert.rejects(outbound.send(get(`http://shop.example:${server.port}/`)), { code: 'outbound.refused' });
  assert.deepEqual(names, ['shop.example', 'shop.example']);
  assert.deepEqual(server.asked, []);
});

test('the address that was looked at is the one that is connected to: one resolution a connection', async () => {
  const server = await serve((_, response) => response.setHeader('connection', 'close').end('here'));
  const { lookup, names } = resolver(['127.0.0.1'], ['127.0.0.2']);
  const outbound = opened(LOOPBACK, { lookup });
  const url = `http://shop.example:${server.port}/`;
  assert.equal((await outbound.send(get(url))).body.toString(), 'here');
  assert.equal(names.length, 1);
  await assert.rejects(outbound.send(get(url)), {
    code: 'outbound.refused',
    params: { host: 'shop.example', address: '127.0.0.2' },
  });
  assert.equal(server.asked.length, 1);
});

test('a name with one address outside and one inside is refused whole', async () => {
  for (const addresses of [['93.184.216.34', '10.0.0.5'], ['::1'], ['2606:4700::1', '::ffff:10.0.0.5'], []]) {
    const outbound = opened([], { lookup: resolver(addresses).lookup });
    await assert.rejects(outbound.send(get('http://shop.example/')), { code: 'outbound.refused' }, String(addresses));
  }
});

test('a range that is allowed opens just that range', async () => {
  const server = await serve();
  const { lookup } = resolver(['127.0.0.1']);
  const url = `http://orders.internal:${server.port}/`;
  assert.equal((await opened(['127.0.0.0/8', 'fd00::/8'], { lookup }).send(get(url))).status, 200);
  await assert.rejects(opened(['10.0.0.0/8'], { lookup }).send(get(url)), { code: 'outbound.refused' });
  for (const range of ['10.0.0', 'example.com', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', '::/129'])
    assert.throws(() => openOutbound([range]), { code: 'outbound.bad_range' }, range);
});

test('a redirect is an answer like any other, and is not followed', async () => {
  const other = await serve();
  const server = await serve((_, response) => response.writeHead(302, { location: other.url }).end());
  const answer = await opened(LOOPBACK).send(get(server.url));
  assert.equal(answer.status, 302);
  assert.deepEqual(other.asked, []);
});

test('an answer without end is cut at its size, and the rest is left', async () => {
  let sent = 0;
  let stopped: () => void = () => undefined;
  const broken = new Promise<void>((done) => {
    stopped = done;
  });
  const part = Buffer.alloc(65_536);
  const server = await serve((_, response) => {
    response.on('close', stopped);
    response.writeHead(200, { 'content-length': 1_000_000_000 });
    const more = (): void => {
      while (!response.destroyed && sent < 1_000_000_000) {
        sent += part.length;
        if (!response.write(part)) return void response.once('drain', more);
      }
    };
    more();
  });
  const answer = await opened(LOOPBACK).send(get(server.url));
  assert.deepEqual([answer.status, answer.cut, answer.body.length], [200, true, 65_536]);
  await broken;
  assert.ok(sent < 50_000_000, `${sent} bytes were sent`);
  const whole = await opened(LOOPBACK).send(get((await serve()).url));
  assert.deepEqual([whole.cut, whole.body.toString()], [false, 'here']);
});

test('silence, a drip, half an answer, a closed door: no answer, in time', async () => {
  const silent = await serve(() => undefined);
  const drip = await serve((_, response) => {
    const timer = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(timer));
  });
  const half = await serve((request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half');
    setImmediate(() => request.socket.destroy());
  });
  const raw = async (text: string): Promise<{ url: string }> => {
    const bytes = net.createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(text));
    });
    await new Promise<void>((done) => bytes.listen(0, '127.0.0.1', done));
    closing.push(() => bytes.close());
    return { url: `http://127.0.0.1:${(bytes.address() as AddressInfo).port}` };
  };
  const strange = [
    await raw('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    await raw('HTTP/1.1 100 Continue\r\n\r\n'),
    await raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
    await raw('220 mail.example ESMTP\r\n'),
    await raw(''),
  ];
  const outbound = opened(LOOPBACK);
  for (const { url } of [silent, drip, half, ...strange])
    await assert.rejects(outbound.send(get(url, { timeoutMs: 150 })), NoAnswer, url);
  await assert.rejects(outbound.send(get('http://127.0.0.1:1/')), NoAnswer);
  const unknown: LookupFunction = (_host, _options, done) => done(new Error('ENOTFOUND'), '', 4);
  await assert.rejects(opened([], { lookup: unknown }).send(get('http://shop.example/')), NoAnswer);
});

test('what is sent arrives: method, headers, bytes', async () => {
  const got: Array<Readonly<{ headers: http.IncomingHttpHeaders; body: Buffer }>> = [];
  const server = await serve((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (p: Buffer) => parts.push(p));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(parts) });
      response.setHeader('set-cookie', ['a=1', 'b=2']).end();
    });
  });
  const body = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
  const sent = get(`${server.url}/a?b=c`, { method: 'POST', headers: { 'x-one': '1' }, body });
  const answer = await opened(LOOPBACK).send(sent);
  assert.deepEqual(server.asked, ['POST /a?b=c']);
  assert.equal(got[0]!.headers['x-one'], '1');
  assert.equal(got[0]!.headers['content-length'], '4');
  assert.deepEqual(got[0]!.body, body);
  assert.equal(answer.headers['set-cookie'], 'a=1, b=2');
});

test('behind a proxy it resolves the names; addresses inside are refused all the same, and the excepted go straight', async () => {
  const connects: string[] = [];
  const proxy = http.createServer((request, response) => response.end(`for ${request.url}`));
  proxy.on('connect', (request, socket) => {
    connects.push(request.url!);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  closing.push(
    () => proxy.close(),
    () => proxy.closeAllConnections(),
  );
  const server = await serve();
  const { lookup, names } = resolver(['127.0.0.1']);
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const outbound = opened(LOOPBACK, { lookup, proxy: { url, except: ['.internal'] } });

  const answer = await outbound.send(get('http://shop.example/paid'));
  assert.equal(answer.body.toString(), 'for http://shop.example/paid');
  await assert.rejects(outbound.send(get('https://shop.example/paid')), NoAnswer);
  assert.deepEqual(connects, ['shop.example:443']);
  assert.deepEqual(names, []);
  await assert.rejects(outbound.send(get('http://169.254.169.254/latest')), { code: 'outbound.refused' });
  assert.equal((await outbound.send(get(`http://orders.internal:${server.port}/`))).body.toString(), 'here');
  assert.equal((await outbound.send(get(server.url))).body.toString(), 'here');
});
