/** What all pages for customers share: the frame that the build wrote, their head and foot, and the marks of meaning drawn once. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Lang, langNamed } from '../../base/lang.ts';
import type { Tone } from '../../verdicts/catalogue.ts';
import { langFor } from '../problem.ts';
import { type Html, html } from './html.ts';

/** The language of the address, else of the browser. */
export const langAsked = (request: FastifyRequest): Lang =>
  langNamed((request.query as Readonly<{ lang?: string }>).lang) ?? langFor(request);

/** The built frame, filled. What is filled in is never searched for places again. */
export function pageOf(frame: string, lang: Lang, title: string, body: Html): string {
  const values: Readonly<Record<string, string>> = {
    'lang="zh-CN"': `lang="${lang === 'zh' ? 'zh-CN' : 'en'}"`,
    __TITLE__: html`${title}`.html,
    __BODY__: body.html,
  };
  return frame.replace(/lang="zh-CN"|__TITLE__|__BODY__/g, (place) => values[place]!);
}

/** Nothing inline, nothing from elsewhere; a picture that somebody chose is shown to them. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export async function sendPage(
  reply: FastifyReply,
  page: string,
  headers: Readonly<Record<string, string>>,
  status = 200,
): Promise<unknown> {
  return await reply
    .status(status)
    .headers({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      vary: 'accept-language',
      ...headers,
    })
    .type('text/html; charset=utf-8')
    .serializer(String)
    .send(page);
}

/** The wordmark and the other language. */
export function headOf(lang: Lang): Html {
  return html`<header class="top">
  <span class="brand"><svg viewBox="0 0 52 28" width="42" height="23" aria-hidden="true" fill="none" stroke-width="4" stroke-linecap="round"><path d="M7 21h11c6 0 7-14 14-14h11"/><circle class="brand-from" cx="7" cy="21" r="4.5"/><circle class="brand-to" cx="44" cy="7" r="5.5"/></svg><span>${lang === 'zh' ? '到账' : 'Daozhang'}</span></span>
  ${
    lang === 'zh'
      ? html`<a class="other" href="?lang=en" lang="en" hreflang="en">English</a>`
      : html`<a class="other" href="?lang=zh" lang="zh-CN" hreflang="zh-CN">中文</a>`
  }
</header>`;
}

/** The same shapes as in the app (`ui/src/base/parts.tsx`): signs of a font differ from device to device. */
const MARKS: Readonly<Record<Tone, Html>> = {
  arrived: html`<path d="m5 12.5 4.6 4.6L19 7.5"/>`,
  moving: html`<path d="M4 12h15m-6-6 6 6-6 6"/>`,
  found: html`<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="2.6" fill="currentColor" stroke="none"/>`,
  waiting: html`<g fill="currentColor" stroke="none"><circle cx="5.5" cy="12" r="2"/><circle cx="12" cy="12" r="2"/><circle cx="18.5" cy="12" r="2"/></g>`,
  late: html`<path d="M6 4h12M6 20h12M7.5 4c0 4.5 4.5 5.5 4.5 8s-4.5 3.5-4.5 8M16.5 4c0 4.5-4.5 5.5-4.5 8s4.5 3.5 4.5 8"/>`,
  no: html`<path d="m6 6 12 12M18 6 6 18"/>`,
  beware: html`<path d="M12 4 3 19.5h18L12 4Zm0 6v4.5m0 2.2v.1"/>`,
};

export const markOf = (tone: Tone, size: number): Html =>
  html`<svg class="mark-of" viewBox="0 0 24 24" width="${size}" height="${size}" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${MARKS[tone]}</svg>`;
