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
