/** The only reader of the environment; `tests/tidy.test.ts` keeps it so. */
import { type Lang, langOf } from './lang.ts';

/** The language of the terminal: DAOZHANG_LANG, else the locale. */
export function envLang(): Lang {
  const { DAOZHANG_LANG, LC_ALL, LC_MESSAGES, LANG } = process.env;
  return langOf(DAOZHANG_LANG ?? LC_ALL ?? LC_MESSAGES ?? LANG);
}

/** Colour on this stream? NO_COLOR (no-color.org) and dumb terminals say no. */
export function envColour(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

type ServerEnv = Readonly<{
  /** A PostgreSQL of one's own; without it the embedded one is used. */
  databaseUrl: string | undefined;
  masterKey: string | undefined;
  /** Ranges inside that may be called all the same. */
  allowPrivate: readonly string[];
  /** The way out, where there is no other; hosts reached without it. */
  proxy: Readonly<{ url: string; except: readonly string[] }> | undefined;
  publicUrl: string | undefined;
  trustProxy: readonly string[];
  /** Where `where` and `channels` ask, and with what. */
  serverUrl: string | undefined;
  apiKey: string | undefined;
}>;

export function serverEnv(): ServerEnv {
  const { DATABASE_URL, DAOZHANG_MASTER_KEY, DAOZHANG_ALLOW_PRIVATE, DAOZHANG_PUBLIC_URL, DAOZHANG_TRUST_PROXY } =
    process.env;
  const list = (text: string | undefined): readonly string[] =>
    text?.split(/[\s,]+/).filter((part) => part !== '') ?? [];
  const { HTTPS_PROXY, https_proxy: httpsProxy, NO_PROXY, no_proxy: noProxy } = process.env;
  const proxyUrl = HTTPS_PROXY || httpsProxy;
  return {
    databaseUrl: DATABASE_URL,
    masterKey: DAOZHANG_MASTER_KEY,
    allowPrivate: list(DAOZHANG_ALLOW_PRIVATE),
    proxy: proxyUrl ? { url: proxyUrl, except: list(NO_PROXY ?? noProxy) } : undefined,
    publicUrl: DAOZHANG_PUBLIC_URL,
    trustProxy: list(DAOZHANG_TRUST_PROXY),
    serverUrl: process.env.DAOZHANG_URL,
    apiKey: process.env.DAOZHANG_API_KEY,
  };
}

/** What a child that reads documents is given: nothing that is secret. */
export function childEnv(): Readonly<Record<string, string>> {
  const names = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'TZ', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
