/**
 * A real browser for tests. Linux x64: the Chromium that comes with the development packages. Elsewhere: the one that
 * CHROME_PATH names. Without either the tests that need it skip, and say why aloud; they never pass unseen.
 */
import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** Why there is no browser here, or `false` when there is one: the `skip` of a test. */
export const noBrowser: string | false =
  process.env.CHROME_PATH !== undefined
    ? !existsSync(process.env.CHROME_PATH) && `CHROME_PATH is ${process.env.CHROME_PATH}, where there is no file`
    : !(process.platform === 'linux' && process.arch === 'x64') &&
      `no browser for ${process.platform} ${process.arch} among the packages; set CHROME_PATH to a Chrome or Chromium to run this test`;

/** The caller closes it. */
export async function openBrowser(): Promise<Browser> {
  const own = process.env.CHROME_PATH;
  if (own !== undefined) return playwright.launch({ executablePath: own, headless: true });
  // Of the package's flags only those a container needs: the rest loosens web security, which is under test here.
  const args = chromium.args.filter((arg) => /^--(no-sandbox|no-zygote|disable-setuid-sandbox|font-render)/.test(arg));
  // Without a graphics card one is imitated, which costs more than to draw without.
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...args, '--disable-gpu', '--disable-software-rasterizer'],
    headless: true,
  });
}
