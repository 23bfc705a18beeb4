/**
 * The report: one file that opens anywhere, offline, and shows a whole result. This file owns the frame (head, policy, data);
 * the folder `page` owns the looks and the behaviour.
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
import {
  type AgeRow,
  ageing,
  carryText,
  caveat,
  channelText,
  daysPast,
  type FeeView,
  feeView,
  headline,
  isOwed,
  sumByCurrency,
} from './summary.ts';
import * as words from './words.ts';

/** A browser stays quick with this many; the CSV files hold the rest. */
export const MAX_BREAKS = 2000;
const MAX_REJECTED = 500;
const MAX_EVIDENCE = 20;
const MAX_RAW = 4000;

type ReportOptions = Readonly<{
  /** SHA-256 of the `result.json` that this report shows, for the signature. */
  resultSha256?: string;
  /** Who stands for it, and when they said so. */
  signed?: Signed;
}>;

export type Signed = Readonly<{ who: string; when: string }>;

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
  signed?: Signed;
  headline: Text;
  caveat?: Text;
  carry?: NonNullable<ReturnType<typeof carryText>>;
  result: Omit<Result, 'breaks' | 'open' | 'ambiguous' | 'fees' | 'rejected'> & Pick<Result, 'rejected'>;
  lists: Readonly<Record<'breaks' | 'open' | 'ambiguous', readonly BreakView[]>>;
  /** Of the whole result, before the cut. */
  counts: Readonly<Record<'breaks' | 'open' | 'ambiguous' | 'rejected', number>>;
  sums: Readonly<Record<'breaks' | 'open' | 'ambiguous' | 'atRisk', readonly Amount[]>>;
  ageing: readonly AgeRow[];
  /** Days past due of the batches that somebody still owes, by batch id. */
  batchDays: Readonly<Record<string, number | undefined>>;
  fees: readonly FeeView[];
  /** The channels that occur, as people call them. */
  channels: Readonly<Record<string, Text>>;
  words: typeof WORDS;
}>;

/** In reading order: a file uses only what stands before it. `page.test.ts` keeps it so. */
export const PAGE_FILES = [
  'data.js',
  'text.js',
  'elements.js',
  'find.js',
  'address.js',
  'headline.js',
  'river.js',
  'proof.js',
  'late.js',
  'story.js',
  'breaks.js',
  'papers.js',
  'page.js',
] as const;
const STYLE_FILES = ['base.css', 'sections.css', 'breaks.css', 'screens.css'] as const;

/** The dark tokens for the reader who chose dark, and for the one whose system is dark and who chose nothing. */
function darkStyles(): readonly [chosen: string, system: string] {
  const chosen = asset('dark.css');
  const system = chosen
    .replace('@media screen', '@media screen and (prefers-color-scheme: dark)')
    .replace('[data-theme="dark"]', ':not([data-theme="light"])');
  return [chosen, system];
}

/** The page for a result. The same result, language and options give the same bytes. */
export function reportHtml(result: Result, lang: Lang, options: ReportOptions = {}): string {
  const css = [...STYLE_FILES.map(asset), ...darkStyles()].join('\n');
  const js = PAGE_FILES.map((name) => unbound(asset(name))).join('\n');
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(js)}'`,
    `style-src '${sourceHash(css)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    // No string may become markup or code at run time either: the page never needs it.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
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

/** A page file without its imports and exports: the files become one script, because a file opened from a disk may load no other. */
function unbound(source: string): string {
  return source.replace(/^import \{[^}]*\} from '[^']*';\n/gm, '').replace(/^export (?=const|function|async)/gm, '');
}

/** A stop on a line, as the tab's icon. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M2 16h28' stroke='%231d4ed8' stroke-width='6'/%3E%3Ccircle cx='16' cy='16' r='8' fill='%23fff' stroke='%231d4ed8' stroke-width='5'/%3E%3C/svg%3E";

/** The folder `page` lies beside this file, in the sources and in the package. A checkout with CRLF gives the same bytes. */
function asset(name: string): string {
  return readFileSync(join(import.meta.dirname, 'page', name), 'utf8').replaceAll('\r\n', '\n');
}

const sourceHash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** JSON that cannot end its script element, nor begin a comment in it. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function pageData(result: Result, lang: Lang, options: ReportOptions): PageData {
  const { breaks, open, ambiguous, fees, rejected, ...rest } = result;
  const views = (list: readonly Break[]) => largest(list, MAX_BREAKS).map((b) => breakView(b, result.asOf));
  const said = caveat(result);
  const carried = carryText(result);
  return {
    lang,
    ...(options.resultSha256 !== undefined && { resultSha256: options.resultSha256 }),
    ...(options.signed && { signed: options.signed }),
    headline: headline(result),
    ...(said && { caveat: said }),
    ...(carried && { carry: carried }),
    result: { ...rest, rejected: rejected.slice(0, MAX_REJECTED) },
    lists: { breaks: views(breaks), open: views(open), ambiguous: views(ambiguous) },
    counts: { breaks: breaks.length, open: open.length, ambiguous: ambiguous.length, rejected: rejected.length },
    sums: {
      breaks: sumByCurrency(breaks.map((b) => b.amount)),
      open: sumByCurrency(open.map((b) => b.amount)),
      ambiguous: sumByCurrency(ambiguous.map((b) => b.amount)),
      atRisk: result.atRisk,
    },
    ageing: ageing(result),
    batchDays: Object.fromEntries(
      result.batches.flatMap((b) =>
        isOwed(b) && b.dueOn !== undefined ? [[b.id, daysPast(b.dueOn, result.asOf)] as const] : [],
      ),
    ),
    fees: fees.map(feeView),
    channels: channelNames(result),
    words: WORDS,
  };
}

/** The `most` largest, in the list's order. Amounts of two currencies have no order, so each currency gives its largest in turn. */
function largest(list: readonly Break[], most: number): readonly Break[] {
  if (list.length <= most) return list;
  const seen = new Map<string, number>();
  const ranked = list.map((b, at) => {
    const rank = seen.get(b.amount.currency) ?? 0;
    seen.set(b.amount.currency, rank + 1);
    return { b, at, rank };
  });
  const kept = ranked.sort((x, y) => x.rank - y.rank || x.at - y.at).slice(0, most);
  return kept.sort((x, y) => x.at - y.at).map(({ b }) => b);
}

function channelNames(result: Result): Record<string, Text> {
  const items = [...result.breaks, ...result.open, ...result.ambiguous];
  const ids = [...result.documents, ...result.flow, ...result.batches, ...result.fees, ...items].map((x) => x.channel);
  return Object.fromEntries([...new Set(ids)].flatMap((id) => (id === undefined ? [] : [[id, channelText(id)]])));
}

function breakView(b: Break, asOf: string | undefined): BreakView {
  const days = b.promise === undefined ? undefined : daysPast(b.promise, asOf);
  return {
    ...b,
    ours: b.ours.slice(0, MAX_EVIDENCE).map(evidenceView),
    theirs: b.theirs.slice(0, MAX_EVIDENCE).map(evidenceView),
    candidates: b.candidates.slice(0, MAX_EVIDENCE).map(evidenceView),
    ...(days !== undefined && { days }),
  };
}

function evidenceView(e: Evidence): EvidenceView {
  return e.raw !== undefined && e.raw.length > MAX_RAW
    ? { ...e, raw: e.raw.slice(0, MAX_RAW), rawLength: e.raw.length }
    : e;
}
