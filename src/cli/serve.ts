/**
 * `daozhang serve`: the book, its workers and the HTTP API in one process; `daozhang work`: more workers; `daozhang migrate`.
 * What a server is made of is loaded when one starts: loading it takes longer than all else a command loads.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import type { Demo } from '../api/server.ts';
import type { Served } from '../api/wire.ts';
import { clock } from '../base/clock.ts';
import { serverEnv } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { version } from '../base/root.ts';
import type { Book } from '../db/pool.ts';
import { interruption } from './interrupt.ts';
import { keepLocalKeys, localKeys } from './keys.ts';
import { tell } from './terminal.ts';
import { openWebApp } from './web.ts';

/** What drives the test side with simulated channels; `sim/demo.ts`, handed in because the program does not depend on the simulator. */
export type StartDemo = (
  options: Readonly<{ url: string; key: string; folder: string; lang: Lang; print(line: string): void }>,
) => Promise<Readonly<{ close(): Promise<void> }>>;

const serverParts = async () => ({
  ...(await import('../actions/work.ts')),
  ...(await import('../api/wire.ts')),
  ...(await import('../base/archive.ts')),
  ...(await import('./opening.ts')),
});

type Flags = Readonly<{
  data: string;
  host: string;
  port: string;
  demo?: boolean;
  log?: boolean;
  lan?: boolean;
  lanAddress?: string;
  lanPort: string;
}>;

export const DATA = './data';
const PORT = '8317';
const LAN_PORT = '8318';
const TELL_AGAIN_MS = 30_000;

export function serveCommand(lang: Lang, exit: (code: number) => void, demo: () => Promise<StartDemo>): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('serve')
    .description(say('run the book: database, API and workers', '运行服务:数据库、接口与后台任务'))
    .option('--data <folder>', say('where everything is kept', '数据文件夹'), DATA)
    .option('--host <address>', say('address to listen on', '监听地址'), '127.0.0.1')
    .option('--port <number>', say('port to listen on', '监听端口'), PORT)
    .option('--demo', say('fill the test side by a simulated street of shops', '用一条模拟的街驱动测试环境'))
    .option('--lan', say('let phones in the shop’s network reach it by https', '让店内网络的手机通过 https 访问'))
    .option('--lan-address <ip>', say('by this address', '使用该地址'))
    .option(
      '--lan-port <number>',
      say('https port; the pairing page is on the next', 'https 端口;配对页在下一个端口'),
      LAN_PORT,
    )
    .option('--log', say('a line of JSON a request', '每个请求输出一行 JSON 日志'))
    .action(async (flags: Flags) => exit(await runServe(flags, lang, demo)));
}

async function runServe(flags: Flags, lang: Lang, demo: () => Promise<StartDemo>): Promise<number> {
  const say = (en: string, zh: string): void => {
    process.stdout.write(`${lang === 'zh' ? zh : en}\n`);
  };
  const stop = interruption();
  const env = serverEnv();
  const { firstRun, openAll, openArchive, serve } = await serverParts();
  const opened = await openAll(flags.data);
  const app = openWebApp(({ en, zh }) => say(en, zh));
  try {
    for (const note of opened.notes) say(note.en, note.zh);
    const first = await firstRun(opened.book);
    const keys = first?.keys ?? localKeys(opened.folder);
    // It makes the server call its own machine: not at a click where others reach it, directly, in the shop's network or through a proxy.
    const isAlone = isOwn(flags.host) && flags.lan !== true && env.publicUrl === undefined;
    const street =
      keys !== undefined && (flags.demo === true || isAlone)
        ? await streetFor(opened.book, keys.test, demo)
        : undefined;
    const served = await serve(
      {
        book: opened.book,
        vault: opened.vault,
        archive: openArchive(join(opened.folder, 'archive')),
        version: version(),
        publicUrl: env.publicUrl,
        trustProxy: env.trustProxy,
        allowPrivate: env.allowPrivate,
        proxy: env.proxy,
        told: tellSometimes(lang),
        app,
        demo: street?.demo,
        log: flags.log === true ? (line) => process.stdout.write(line) : undefined,
      },
      { host: flags.host, port: portOf(flags.port) },
    );
    try {
      street?.ready(served, opened.folder);
      if (keys !== undefined) keepLocalKeys(opened.folder, { url: served.url, test: keys.test, live: keys.live });
      say(
        `Daozhang serves at ${served.url} (data in ${opened.folder})`,
        `到账服务已启动:${served.url}(数据在 ${opened.folder})`,
      );
      if (first !== undefined)
        say(
          `First start. The administrator enters once by: ${served.url}/enter/${first.link}`,
          `首次启动。管理员一次性登录链接:${served.url}/enter/${first.link}`,
        );
      const lan =
        flags.lan === true
          ? await (await import('./lan.ts')).startLan(
              { api: served.api, book: opened.book, folder: opened.folder },
              { address: flags.lanAddress, port: portOf(flags.lanPort) },
              lang,
            )
          : undefined;
      if (flags.demo === true) await street?.begin(lang);
      say('Ctrl-C ends it; nothing is lost.', '按 Ctrl-C 结束,数据不会丢失。');
      await aborted(stop);
      await street?.close();
      await lan?.close();
    } finally {
      await served.close();
    }
  } finally {
    app.stop();
    await opened.close();
  }
  return 0;
}

const isOwn = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

/** The street: begun by `--demo`, or from the app; once. */
async function streetFor(book: Book, key: string, load: () => Promise<StartDemo>) {
  const route = await (await import('../api/auth.ts')).routeOf(book, key, 'api_key');
  if (route === undefined) return undefined;
  let at: Readonly<{ served: Served; folder: string }> | undefined;
  let beginning: ReturnType<StartDemo> | undefined;
  let isOn = false;
  const begin = async (lang: Lang): Promise<void> => {
    if (at === undefined || beginning !== undefined) return;
    const { served, folder } = at;
    // The street's channels and order system are on this machine.
    served.engine.outbound.allow('127.0.0.1/32');
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    beginning = load().then((start) => start({ url: served.url, key, folder, lang, print }));
    try {
      await beginning;
      isOn = true;
    } catch (error) {
      beginning = undefined;
      throw error;
    }
  };
  const demo: Demo = {
    tenantId: route.tenant_id,
    state: () => (isOn ? 'on' : beginning === undefined ? 'off' : 'starting'),
    start: (lang) => void begin(lang).catch((error) => tell(error, lang)),
  };
  return {
    demo,
    begin,
    ready(served: Served, folder: string): void {
      at = { served, folder };
    },
    close: async (): Promise<void> => (await beginning?.catch(() => undefined))?.close(),
  };
}

/** Ten loops meet the same outage again and again: each kind of error is told once in half a minute. */
function tellSometimes(lang: Lang): (error: unknown) => void {
  const told = new Map<string, number>();
  return (error) => {
    const code = error instanceof DaozhangError ? error.code : String(error);
    const last = told.get(code);
    if (last !== undefined && clock.ticks() - last < TELL_AGAIN_MS) return;
    told.set(code, clock.ticks());
    tell(error, lang);
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new DaozhangError('usage.bad_option', { option: '--port', reason: `“${text}”` });
  return port;
}

export function workCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('work')
    .description(
      say('run workers without the API, on the database of DATABASE_URL', '只运行后台任务,使用 DATABASE_URL 的数据库'),
    )
    .option('--data <folder>', say('where the master key is', '主密钥所在文件夹'), DATA)
    .action(async (flags: { data: string }) => {
      const env = serverEnv();
      if (env.databaseUrl === undefined) throw new DaozhangError('serve.needs_database', {});
      const stop = interruption();
      const { engineOf, openAll, openArchive, startWorkers } = await serverParts();
      const opened = await openAll(flags.data);
      const engine = engineOf({
        book: opened.book,
        vault: opened.vault,
        archive: openArchive(join(opened.folder, 'archive')),
        version: version(),
        allowPrivate: env.allowPrivate,
        proxy: env.proxy,
        told: tellSometimes(lang),
      });
      const workers = startWorkers(engine.working);
      process.stdout.write(`${say('The workers run. Ctrl-C ends them.', '后台任务已运行,按 Ctrl-C 结束。')}\n`);
      await aborted(stop);
      await workers.stop();
      engine.outbound.close();
      await opened.close();
      exit(0);
    });
}

export function migrateCommand(lang: Lang, exit: (code: number) => void): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('migrate')
    .description(say('bring the database to this version', '将数据库升级到当前版本'))
    .option('--data <folder>', say('where everything is kept', '数据文件夹'), DATA)
    .action(async (flags: { data: string }) => {
      const { openAll } = await serverParts();
      const opened = await openAll(flags.data);
      const done = opened.applied;
      process.stdout.write(
        `${done.length === 0 ? say('the database is up to date', '数据库已是最新') : say(`applied: ${done.join(', ')}`, `已应用:${done.join(', ')}`)}\n`,
      );
      await opened.close();
      exit(0);
    });
}
