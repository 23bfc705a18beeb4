/** Sends what a channel sends, and tells what came back: a status of 0 where no answer came in time. */
import http from 'node:http';

export type Posted = Readonly<{ status: number; body: string }>;

export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
): Promise<Posted> {
  const none: Posted = { status: 0, body: '' };
  return new Promise((done) => {
    const request = http.request(
      url,
      {
        method: 'POST',
        timeout: timeoutMs,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          done({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
        );
        response.on('error', () => done(none));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(none));
    request.end(body);
  });
}
