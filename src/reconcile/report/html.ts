/**
 * The report: one file that opens anywhere, offline, and shows a whole result. This file owns the frame (head, policy, data);
 * `page.css` and `page.js` beside it own the looks and the behaviour.
 *
 * What a document says never becomes markup: all data travel in one JSON block in which `<` is escaped, and the page puts
 * them on screen as text. The policy allows exactly this style and this script, by hash, and no request to anywhere.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lang, Text } from '../../base/lang.ts';
import { CAUSES, REASONS, VERDICTS } from '../../verdicts/catalogue.ts';
import type { Amount, Break, Evidence, Result } from '../result.ts';
import { type AgeRow, ageing, caveat, daysPast, type FeeView, feeView, headline, sumByCurrency } from './summary.ts';
import * as words from './words.ts';

/** A browser stays quick with this many; the CSV files hold the rest. */
export const MAX_BREAKS = 2000;
const MAX_REJECTED = 500;
const MAX_EVIDENCE = 20;
const MAX_RAW = 4000;

export type ReportOptions = Readonly<{
  /** SHA-256 of the `result.json` that this report shows, for the signature. */
  resultSha256?: string;
}>;

export type EvidenceView = Evidence & Readonly<{ rawLength?: number }>;
export type BreakView = Omit<Break, 'ours' | 'theirs' | 'candidates'> &
  Readonly<{
    ours: readonly EvidenceView[];
    theirs: readonly EvidenceView[];
    candidates: readonly EvidenceView[];
    /** Days past the promise on the result's day, negative before it. */
    days?: number;
  }>;

const WORDS = {
  states: words.STATES,
  joints: words.JOINT_WORDS,
  classes: words.CLASS_WORDS,
  roles: words.ROLE_WORDS,
  stations: words.STATION_WORDS,
  custody: words.CUSTODY_WORDS,
  owners: words.OWNER_WORDS,
  release: words.RELEASE_WORDS,
  kinds: words.KIND_WORDS,
  statuses: words.STATUS_WORDS,
  refs: words.REF_WORDS,
  batchKinds: words.BATCH_KIND_WORDS,
  batchStates: words.BATCH_STATE_WORDS,
  channels: words.CHANNEL_WORDS,
  places: words.PLACE_WORDS,
  ages: words.AGE_WORDS,
  page: words.PAGE_WORDS,
  verdicts: VERDICTS,
  causes: CAUSES,
  reasons: REASONS,
} as const;

/** What the page is given: the result cut to size, what follows from the whole of it, and every word. */
export type PageData = Readonly<{
  lang: Lang;
  resultSha256?: string;
  headline: Text;
  caveat?: Text;
  result: Omit<Result, 'breaks' | 'open' | 'ambiguous' | 'fees' | 'rejected'> & Pick<Result, 'rejected'>;
  lists: Readonly<Record<'breaks' | 'open' | 'ambiguous', readonly BreakView[]>>;
  /** Of the whole result, before the cut. */
  counts: Readonly<Record<'breaks' | 'open' | 'ambiguous' | 'rejected', number>>;
  sums: Readonly<Record<'breaks' | 'open' | 'ambiguous' | 'atRisk', readonly Amount[]>>;
  ageing: readonly AgeRow[];
  /** Days past due of the batches that are not credited, by batch id. */
  batchDays: Readonly<Record<string, number>>;
  fees: readonly FeeView[];
  words: typeof WORDS;
}>;

/** The page for a result. The same result, language and options give the same bytes. */
export function reportHtml(result: Result, lang: Lang, options: ReportOptions = {}): string {
  const css = asset('page.css');
  const js = asset('page.js');
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(js)}'`,
    `style-src '${sourceHash(css)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const data = pageData(result, lang, options);
  const title = `${words.PAGE_WORDS.title[lang]} · ${words.STATES[result.state].label[lang]}`;
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${ICON}">
<style>${css}</style>
</head>
<body>
<noscript><main><h1>${escapeHtml(data.headline[lang])}</h1><p>${escapeHtml(data.caveat?.[lang] ?? '')}</p><p>${escapeHtml(words.PAGE_WORDS.no_script[lang])}</p></main></noscript>
<div id="app"></div>
<script type="application/json" id="data">${jsonForScript(data)}</script>
<script type="module">${js}</script>
</body>
</html>
`;
}

/** A stop on a line, as the tab's icon. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M2 16h28' stroke='%231d4ed8' stroke-width='6'/%3E%3Ccircle cx='16' cy='16' r='8' fill='%23fff' stroke='%231d4ed8' stroke-width='5'/%3E%3C/svg%3E";

/** The assets lie beside this file, in the sources and in the package. A checkout with CRLF gives the same bytes. */
function asset(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8').replaceAll('\r\n', '\n');
}

const sourceHash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** JSON that cannot end its script element, nor begin a comment in it. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function pageData(result: Result, lang: Lang, options: ReportOptions): PageData {
  const { breaks, open, ambiguous, fees, rejected, ...rest } = result;
  const views = (list: readonly Break[]) => list.slice(0, MAX_BREAKS).map((b) => breakView(b, result.asOf));
  const said = caveat(result);
  return {
    lang,
    ...(options.resultSha256 !== undefined && { resultSha256: options.resultSha256 }),
    headline: headline(result),
    ...(said && { caveat: said }),
    result: { ...rest, rejected: rejected.slice(0, MAX_REJECTED) },
    lists: { breaks: views(breaks), open: views(open), ambiguous: views(ambiguous) },
    counts: { breaks: breaks.length, open: open.length, ambiguous: ambiguous.length, rejected: rejected.length },
    sums: {
      breaks: sumByCurrency(breaks.map((b) => b.at_stake)),
      open: sumByCurrency(open.map((b) => b.at_stake)),
      ambiguous: sumByCurrency(ambiguous.map((b) => b.at_stake)),
      atRisk: result.atRisk,
    },
    ageing: ageing(result),
    batchDays: Object.fromEntries(
      result.batches.flatMap((b) => (b.dueOn === undefined || b.state === 'credited' ? [] : [[b.id, daysPast(b.dueOn, result.asOf)]])),
    ),
    fees: fees.map(feeView),
    words: WORDS,
  };
}

function breakView(b: Break, asOf: string): BreakView {
  return {
    ...b,
    ours: b.ours.slice(0, MAX_EVIDENCE).map(evidenceView),
    theirs: b.theirs.slice(0, MAX_EVIDENCE).map(evidenceView),
    candidates: b.candidates.slice(0, MAX_EVIDENCE).map(evidenceView),
    ...(b.promise !== undefined && { days: daysPast(b.promise, asOf) }),
  };
}

function evidenceView(e: Evidence): EvidenceView {
  return e.raw !== undefined && e.raw.length > MAX_RAW ? { ...e, raw: e.raw.slice(0, MAX_RAW), rawLength: e.raw.length } : e;
}
