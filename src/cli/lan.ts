/** `serve --lan`: the same by https for phones in the shop, with two codes to scan: what to install, and a link that lets one phone in. */
import { isIPv4 } from 'node:net';
import { type Lan, lanAddresses, serveLan } from '../api/lan.ts';
import type { Api } from '../api/server.ts';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import type { Book } from '../db/pool.ts';
import { onlyLink } from './opening.ts';
import { qrText } from './qr.ts';

export async function startLan(
  on: Readonly<{ api: Api; book: Book; folder: string }>,
  { address, port }: Readonly<{ address: string | undefined; port: number }>,
  lang: Lang,
): Promise<Lan> {
  const say = (en: string, zh: string): void => void process.stdout.write(`${lang === 'zh' ? zh : en}\n`);
  if (address !== undefined && !isIPv4(address))
    throw new DaozhangError('usage.bad_option', { option: '--lan-address', reason: `“${address}”` });
  const lan = await serveLan(on.api, {
    folder: on.folder,
    addresses: address === undefined ? lanAddresses() : [address],
    host: '0.0.0.0',
    port,
    pairingPort: port === 0 ? 0 : port + 1,
    now: clock.now(),
  });
  say(
    `1. Scan with the phone, and install the shop’s certificate: ${lan.pairingUrl}`,
    `1. 用手机扫码,安装本店证书:${lan.pairingUrl}`,
  );
  process.stdout.write(`${await qrText(lan.pairingUrl)}\n`);
  const link = await onlyLink(on.book);
  if (link === undefined) return lan;
  say(
    '2. Then scan this one: it lets one phone in, once, within the hour.',
    '2. 再扫这个码:一小时内可让一台手机登录一次。',
  );
  process.stdout.write(`${await qrText(`${lan.url}/enter/${link}?to=counter`)}\n`);
  say(
    `Another phone: “npx daozhang link”, opened at ${lan.url}`,
    `再加一台手机:npx daozhang link,并把链接的开头换成 ${lan.url}`,
  );
  return lan;
}
