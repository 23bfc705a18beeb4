/**
 * The back office as an accountant meets it: a living shop, and the example day brought and reconciled. Each area of the app has its pages
 * and its steps in `tests/office/`.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { builtApp } from '../../ui/build.ts';
import { living, until } from './living.ts';
import { type Look, openWindow, type Till, type Window } from './web.ts';

const DAY = join(import.meta.dirname, '..', '..', 'examples', 'day');

export type Office = Till &
  Readonly<{
    folder: string;
    /** The example day's reconciliation, done. */
    run: string;
    /** The ids of its documents by name. */
    documents: ReadonlyMap<string, string>;
    /** Signed in as an administrator unless told otherwise. */
    open(look?: Look): Promise<Window>;
    /** Brings a document; gives its id. */
    bring(name: string, bytes: Uint8Array): Promise<string>;
  }>;
/** What an area of the app is tested by: its pages, each there when `ready` is seen, and what people do on them. */
export type OfficePage = Readonly<{ path: string | ((office: Office) => string); ready: string }>;
export type Area = Readonly<{ pages: readonly OfficePage[]; steps(office: () => Office): void }>;

export async function startOffice(browser: () => Browser): Promise<Office> {
  const folder = await builtApp();
  const on = await living({ speed: 1, app: { folder: () => folder, isComing: () => false } });
  const url = on.served.url;
  const { body: key } = await on.call<{ key: string }>('POST', '/v1/keys', { name: 'office', scopes: ['read', 'act'] });
  const bring = async (name: string, bytes: Uint8Array): Promise<string> => {
    const response = await fetch(`${url}/v1/documents?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    });
    return ((await response.json()) as { id: string }).id;
  };
  const documents = new Map<string, string>();
  for (const file of globSync('**/*.*', { cwd: DAY }).sort())
    documents.set(basename(file), await bring(basename(file), readFileSync(join(DAY, file))));
  const { body: run } = await on.call<{ id: string }>('POST', '/v1/reconciliations', {
    documents: [...documents.values()],
  });
  await until(
    'the example day to be reconciled',
    async () => {
      const { body } = await on.call<{ state: string }>('GET', `/v1/reconciliations/${run.id}`);
      return body.state === 'done' || undefined;
    },
    60_000,
  );
  const office: Office = {
    ...{ on, url, folder, run: run.id, documents, bring },
    open: (look) => openWindow(office, browser(), look),
    close: () => on.close(),
  };
  return office;
}

/** How far the page scrolls sideways, in pixels. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
