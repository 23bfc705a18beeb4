/**
 * Serves the built web app: the back office under /app, the counter under /counter, and the frame of the customers' pages (`customer/`).
 * Assets are named by their content and kept for ever; the pages are fetched anew each time and carry the rules of what may run in them:
 * nothing inline, nothing from elsewhere.
 *
 * Names are looked up in what the build wrote: no part of an address ever becomes a path.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { newNonce } from '../base/secret.ts';
import { customerPages } from './customer/routes.ts';
import { notFound } from './manners.ts';
import { buildingPage } from './pages.ts';
import { langFor } from './problem.ts';
import type { Api, Serving } from './server.ts';

/** `folder` is undefined where no app was built; `ready` ends when that is known for good. */
export type WebApp = Readonly<{ folder(): string | undefined; isComing(): boolean }>;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json; charset=utf-8',
};

const RULES = [
  "default-src 'none'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
/** antd writes its styles as it goes, under the nonce of this one answer; the counter has none, and alone may run the scanner. */
const policyOf = (page: Page, nonce: string): string =>
  [
    ...RULES,
    ...(page === 'app'
      ? ["script-src 'self'", `style-src 'self' 'nonce-${nonce}'`]
      : ["script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'"]),
  ].join('; ');

type Page = 'app' | 'counter';
type Built = Readonly<{
  folder: string;
  pages: Readonly<Record<Page | 'customer', string>>;
  assets: ReadonlySet<string>;
}>;

const SAFE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

export function appRoutes(api: Api, on: Serving, app: WebApp): void {
  const open = { config: { open: true } } as const;
  let known: Built | undefined;
  const built = (): Built | undefined => {
    const folder = app.folder();
    if (known === undefined && folder !== undefined) known = opened(folder);
    return known;
  };

  /** The pages, or undefined where the answer was given that there are none yet. */
  const there = async (request: FastifyRequest, reply: FastifyReply): Promise<Built['pages'] | undefined> => {
    const found = built();
    if (found !== undefined) return found.pages;
    if (!app.isComing()) return notFound();
    await reply
      .status(503)
      .headers({ ...SAFE, 'cache-control': 'no-store', 'retry-after': '2', refresh: '2' })
      .type('text/html; charset=utf-8')
      .serializer(String)
      .send(buildingPage(langFor(request)));
    return undefined;
  };

  const page =
    (name: Page) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const pages = await there(request, reply);
      if (pages === undefined) return reply;
      void reply
        .headers({
          ...SAFE,
          'cache-control': 'no-store',
          'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
        })
        .type('text/html; charset=utf-8')
        .serializer(String);
      const nonce = newNonce();
      void reply.header('content-security-policy', policyOf(name, nonce));
      return pages[name].replaceAll('__NONCE__', nonce);
    };
  for (const name of ['app', 'counter'] as const) {
    api.get(
      `/${name}`,
      { ...open, schema: { hide: true } },
      async (_, reply) => await reply.redirect(`/${name}/`, 308),
    );
    api.get(`/${name}/`, { ...open, schema: { hide: true } }, page(name));
  }
  customerPages(api, on, async (request, reply) => (await there(request, reply))?.customer);
  // Addresses of the back office's pages are its own; below /counter/ there are only the files named here.
  api.get('/app/*', { ...open, schema: { hide: true } }, page('app'));

  const named: ReadonlyArray<readonly [string, string]> = [
    ['/counter/sw.js', 'sw.js'],
    ['/counter/manifest.webmanifest', 'manifest.webmanifest'],
    ['/icon.svg', 'icon.svg'],
    ['/icon-192.png', 'icon-192.png'],
    ['/icon-512.png', 'icon-512.png'],
    ['/icon-maskable-512.png', 'icon-maskable-512.png'],
  ];
  for (const [url, file] of named)
    api.get(url, { ...open, schema: { hide: true } }, async (_, reply) => {
      const from = built();
      if (from === undefined) return notFound();
      return await sent(reply, await readFile(join(from.folder, file)), file, 'no-cache');
    });

  api.get(
    '/assets/:name',
    { ...open, schema: { hide: true, params: z.object({ name: z.string().max(120) }) } },
    async (request, reply) => {
      const from = built();
      const { name } = request.params;
      if (from === undefined || !from.assets.has(name)) return notFound();
      const coding = codingOf(request.headers['accept-encoding'] ?? '', (suffix) => from.assets.has(name + suffix));
      if (coding !== undefined) void reply.header('content-encoding', coding[0]);
      void reply.header('vary', 'accept-encoding');
      const bytes = await readFile(join(from.folder, 'assets', `${name}${coding?.[1] ?? ''}`));
      return await sent(reply, bytes, name, 'public, max-age=31536000, immutable');
    },
  );
}

function opened(folder: string): Built {
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    folder,
    pages: { app: text('app.html'), counter: text('counter.html'), customer: text('customer.html') },
    assets: new Set(readdirSync(join(folder, 'assets'))),
  };
}

function codingOf(accepted: string, has: (suffix: string) => boolean): readonly [string, string] | undefined {
  for (const [name, suffix] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const)
    if (new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:[,\\s]|\\.0|$))`).test(accepted) && has(suffix))
      return [name, suffix];
  return undefined;
}

const sent = (reply: FastifyReply, bytes: Buffer, name: string, caching: string): FastifyReply =>
  reply
    .headers({ ...SAFE, 'cache-control': caching })
    .type(TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream')
    .serializer((body: unknown) => body as string)
    .send(bytes as unknown as string);
