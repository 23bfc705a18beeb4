/** What the commands that read documents share: the options that say how, and what those say together with the configuration. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { CHINA, isZone } from '../base/time.ts';
import type { Format } from '../files/format.ts';
import { formatOf } from '../files/registry.ts';
import { isSha1 } from '../files/sha1.ts';
import type { Config } from '../reconcile/config.ts';

export type ReadingFlags = Readonly<{
  timezone?: string;
  config?: string;
  format?: readonly string[];
  sha1?: readonly string[];
}>;

export type Reading = Readonly<{
  zone: string;
  configured: readonly Format[];
  forced: ReadonlyMap<string, Format>;
  sha1: ReadonlyMap<string, string>;
}>;

const repeated = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export function readingOptions(command: Command, lang: Lang): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return command
    .option(
      '--timezone <zone>',
      say('zone of local times (default Asia/Shanghai)', '本地时间的时区(默认 Asia/Shanghai)'),
    )
    .option(
      '--config <file>',
      say('configuration (default: daozhang.yaml beside the documents)', '配置文件(默认:单据旁的 daozhang.yaml)'),
    )
    .option<readonly string[]>(
      '--format <id=file>',
      say('read a file as this format; repeat for more', '指定某个文件的格式,可多次使用'),
      repeated,
      [],
    )
    .option<readonly string[]>(
      '--sha1 <file=hex>',
      say('the SHA-1 the channel told of a file; repeat for more', '渠道给出的某个文件的 SHA-1,可多次使用'),
      repeated,
      [],
    );
}

export function readingOf(config: Config, flags: ReadingFlags): Reading {
  const forced = (flags.format ?? []).map((text): [string, Format] => {
    const [id, file] = pairOf('--format', text, text.indexOf('='), 'wechatpay-trade=bill.csv');
    return [file, formatOf(id, config.formats)];
  });
  return {
    zone: zoneOf(flags.timezone ?? config.timezone ?? CHINA),
    configured: config.formats,
    forced: new Map(forced),
    sha1: new Map((flags.sha1 ?? []).map(sha1Of)),
  };
}

/** The name of a file may hold a `=` itself, so each option says which one divides. */
function pairOf(option: string, text: string, cut: number, example: string): [string, string] {
  if (cut <= 0) throw new DaozhangError('usage.bad_option', { option, reason: `“${text}” — ${example}` });
  return [text.slice(0, cut), text.slice(cut + 1)];
}

function sha1Of(text: string): [string, string] {
  const [file, hex] = pairOf(
    '--sha1',
    text,
    text.lastIndexOf('='),
    'bill.csv=79bb0f45fc4c42234a918000b2668d689e2bde04',
  );
  if (isSha1(hex)) return [resolve(file), hex];
  const reason = `“${hex}” is not 40 hexadecimal digits / “${hex}”不是 40 位十六进制数`;
  throw new DaozhangError('usage.bad_option', { option: '--sha1', reason });
}

function zoneOf(zone: string): string {
  if (isZone(zone)) return zone;
  throw new DaozhangError('usage.bad_option', { option: '--timezone', reason: `“${zone}” — Asia/Shanghai` });
}
