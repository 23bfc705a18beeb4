/** `daozhang sim`: the simulated channels alone, for anybody who wants to test an integration. */
import { Command } from 'commander';
import type { Lang } from '../base/lang.ts';
import { CHANNEL_NAMES } from '../channels/names.ts';
import { interruption } from './interrupt.ts';

/** `sim/alone.ts`, handed in: the program does not depend on the simulator. */
export type RunSim = (
  options: Readonly<{
    channel: string;
    port: number;
    speed: number;
    mode: 'certificate' | 'public_key';
    notifyUrl: string | undefined;
    lang: Lang;
    stop: AbortSignal;
    print(line: string): void;
  }>,
) => Promise<void>;

type Flags = Readonly<{ channel: string; port: string; speed: string; publicKey?: boolean; notify?: string }>;

export function simCommand(lang: Lang, exit: (code: number) => void, run: () => Promise<RunSim>): Command {
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  return new Command('sim')
    .description(say('a simulated channel to test an integration against', '模拟的支付渠道,用于联调测试'))
    .option(
      '--channel <name>',
      say(`one of ${CHANNEL_NAMES.join(', ')}`, `可选 ${CHANNEL_NAMES.join('、')}`),
      'wechatpay',
    )
    .option('--port <number>', say('port to listen on (0 takes a free one)', '监听端口(0 为自动选择)'), '8318')
    .option('--speed <n>', say('how fast its time runs', '时间流速倍数'), '1')
    .option(
      '--public-key',
      say('sign by a WeChat Pay public key instead of a platform certificate', '使用微信支付公钥而非平台证书'),
    )
    .option(
      '--notify <url>',
      say('where notifications go when an order names no notify_url', '订单未带 notify_url 时的通知地址'),
    )
    .action(async (flags: Flags) => {
      await (await run())({
        channel: flags.channel,
        port: Number(flags.port),
        speed: Number(flags.speed),
        mode: flags.publicKey === true ? 'public_key' : 'certificate',
        notifyUrl: flags.notify,
        lang,
        stop: interruption(),
        print: (line) => process.stdout.write(`${line}\n`),
      });
      exit(0);
    });
}
