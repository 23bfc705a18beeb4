/**
 * A story in a terminal: whether the goods may be handed over, the sentence, the line of stations with its times, what is
 * missing, the evidence with file, line and hash, and the next step. Stations stand under each other when the terminal is
 * too narrow for the line. Text of strangers cannot steer the terminal.
 */
import type { Lang, Text } from '../../base/lang.ts';
import { type Release, VERDICTS } from '../../verdicts/catalogue.ts';
import { channelName } from '../../verdicts/channels.ts';
import type { Evidence } from '../result.ts';
import type { Station, Track } from '../stations.ts';
import type { Story } from '../story.ts';
import { CONFIDENCES, STATION_STATES, STATIONS, type StationState, TRACKS } from '../story-words.ts';
import type { Answer } from '../where.ts';
import { amountText, grouped } from './summary.ts';
import { columns, TONES } from './terminal.ts';
import { cutTo, padEnd, printable, widthOf } from './width.ts';
import {
  BATCH_KIND_WORDS,
  CUSTODY_WORDS,
  KIND_WORDS,
  OWNER_WORDS,
  RELEASE_WORDS,
  ROLE_WORDS,
  STATUS_WORDS,
} from './words.ts';

type StoryOptions = Readonly<{ colour: boolean; width: number }>;
type Pen = Readonly<{ lang: Lang; width: number; paint(code: number, text: string): string }>;

const W = {
  order: { zh: '订单', en: 'order' },
  store: { zh: '门店', en: 'store' },
  terminal: { zh: '终端', en: 'terminal' },
  custody: { zh: '钱在', en: 'money with' },
  also: { zh: '同时', en: 'also' },
  needs: { zh: '还缺', en: 'Missing' },
  evidence: { zh: '凭据', en: 'Evidence' },
  candidates: { zh: '可能相关,未采用', en: 'Might belong, not taken' },
  silent: { zh: '完整,没有这笔', en: 'complete, does not have it' },
  wrong: { zh: '怎样会推翻这个结论', en: 'What would prove this wrong' },
  next: { zh: '下一步', en: 'Next' },
  breaks: { zh: '对账差错', en: 'Breaks' },
  by: { zh: '{date} 前', en: 'by {date}' },
  more: { zh: '另有 {n} 条', en: '{n} more' },
  as_of: { zh: '截至', en: 'as of' },
} as const satisfies Record<string, Text>;

const CUSTODIES = { ...CUSTODY_WORDS, other_payee: { zh: '别的收款方', en: 'another payee' } } as const;
const RELEASES: Readonly<Record<Release, readonly [sign: string, colour: number]>> = {
  yes: ['✓', 32],
  ask: ['?', 33],
  no: ['✗', 31],
};

/** Mark and colour of a station's state; the word below says the same. */
const MARKS: Readonly<Record<StationState, readonly [mark: string, colour: number]>> = {
  reached: ['●', 32],
  due: ['◐', 34],
  late: ['◐', 33],
  absent: ['✕', 31],
  passed_over: ['·', 90],
  unknown: ['?', 90],
  ahead: ['○', 90],
};

const PASSED: readonly StationState[] = ['reached', 'passed_over'];
const MOST_LINES = 12;
/** Narrower than this the file of a line says nothing. */
const SHORTEST_FILE = 20;

/** The whole answer, ending with a line break. */
export function answerText(answer: Answer, lang: Lang, options: StoryOptions): string {
  const paint = (code: number, text: string): string => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const pen: Pen = { lang, width: Math.max(40, options.width), paint };
  const [only] = answer.stories;
  const blocks =
    answer.found === 'one' && only
      ? [searchBlock(answer, pen), ...storyBlocks(only, answer, pen)]
      : [searchBlock(answer, pen), ...candidates(answer, pen), moreBlock(answer, pen)];
  const filled = blocks.filter((b) => b.length > 0);
  return `${filled.map((b) => b.join('\n')).join('\n\n')}\n`;
}

const say = (pen: Pen, text: Text): string => printable(text[pen.lang]);
const bold = (pen: Pen, key: keyof typeof W): string => pen.paint(1, W[key][pen.lang]);

// ---------------------------------------------------------------- one payment

function storyBlocks(s: Story, answer: Answer, pen: Pen): string[][] {
  return [
    head(s, answer, pen),
    [...line(s.stations, pen), ...s.tracks.map((t) => track(t, pen)), ...needs(s, pen)],
    evidence(s, pen),
    list('candidates', s.candidates, pen),
    foot(s, answer, pen),
  ];
}

function titleOf(s: Story, pen: Pen, width = Number.POSITIVE_INFINITY): string {
  const named = (key: 'order' | 'store' | 'terminal', value: string | undefined) =>
    value === undefined ? [] : [`${W[key][pen.lang]} ${printable(value)}`];
  const order = s.evidence.find((e) => e.role !== 'evidence' && e.role !== 'bank' && e.refs.order !== undefined)?.refs
    .order;
  const parts = [
    ...(s.channel === undefined ? [] : [printable(channelName(s.channel, pen.lang))]),
    ...(order === undefined ? [printable(s.ref)] : named('order', order)),
    ...named('store', s.store),
    ...named('terminal', s.terminal),
  ];
  const amount = amountText(s.amount, pen.lang);
  return `${pen.paint(1, amount)}  ${cutTo(parts.join(' · '), width - widthOf(amount) - 2)}`;
}

function judgement(s: Story, pen: Pen): string {
  const [sign, colour] = RELEASES[s.release];
  return `${pen.paint(colour, `${sign} ${RELEASE_WORDS[s.release][pen.lang]}`)}   ${verdictOf(s, pen)}`;
}

function verdictOf(s: Story, pen: Pen): string {
  const verdict = VERDICTS[s.verdict];
  const [mark, tone] = TONES[verdict.tone];
  return pen.paint(tone, `${mark} ${verdict.title[pen.lang]}`);
}

function head(s: Story, answer: Answer, pen: Pen): string[] {
  const colon = pen.lang === 'zh' ? ':' : ': ';
  const quiet = [
    `${s.custody === 'nobody' ? '' : `${W.custody[pen.lang]}${colon}`}${CUSTODIES[s.custody][pen.lang]}`,
    CONFIDENCES[s.confidence][pen.lang],
    ...(s.also.length > 0
      ? [`${W.also[pen.lang]}${colon}${s.also.map((v) => VERDICTS[v].title[pen.lang]).join(', ')}`]
      : []),
    ...(answer.asOf === undefined ? [] : [`${W.as_of[pen.lang]} ${answer.asOf.slice(0, 16)} ${answer.timezone}`]),
  ].join(' · ');
  return [titleOf(s, pen), judgement(s, pen), say(pen, s.says), pen.paint(90, quiet)];
}

/** `11:03:20` on the first day, `11-20` or `11-20 11:03` on another. */
function timeLabel(at: string | undefined, firstDay: string | undefined): string {
  if (at === undefined) return '';
  const [day, clock] = [at.slice(0, 10), at.slice(11, 19)];
  if (day === firstDay && clock !== '') return clock;
  return clock === '' ? day.slice(5) : `${day.slice(5)} ${clock.slice(0, 5)}`;
}

/** The stations side by side: marks, names, times, states; one under the other where there is no room. */
function line(stations: readonly Station[], pen: Pen): string[] {
  if (stations.length === 0) return [];
  const firstDay = stations.find((s) => s.at !== undefined && s.at.length > 10)?.at?.slice(0, 10);
  const cells = stations.map((s) => [
    STATIONS[s.station][pen.lang],
    timeLabel(s.at ?? s.promise, firstDay),
    STATION_STATES[s.state][pen.lang],
  ]);
  const widths = cells.map((c) => Math.max(...c.map(widthOf)) + 2);
  if (widths.reduce((n, w) => n + w, 1) > pen.width) return upright(stations, cells, pen);
  const marks = stations.map((s, i) => {
    const [mark, colour] = MARKS[s.state];
    const next = stations[i + 1];
    if (!next) return pen.paint(colour, mark);
    const solid = PASSED.includes(next.state) && s.state !== 'absent' && s.state !== 'unknown';
    return `${pen.paint(colour, mark)}${pen.paint(solid ? 32 : 90, (solid ? '━' : '┄').repeat(widths[i]! - 1))}`;
  });
  const row = (n: number): string => ` ${cells.map((c, i) => padEnd(c[n]!, widths[i]!)).join('')}`.trimEnd();
  const painted = stations.map((s, i) => {
    const word = cells[i]![2]!;
    return pen.paint(MARKS[s.state][1], i === stations.length - 1 ? word : padEnd(word, widths[i]!));
  });
  return [` ${marks.join('')}`, row(0), row(1), ` ${painted.join('')}`].filter((r) => r.trim() !== '');
}

function upright(stations: readonly Station[], cells: readonly string[][], pen: Pen): string[] {
  const wide = (n: number): number => Math.max(...cells.map((c) => widthOf(c[n]!)));
  return stations.map((s, i) => {
    const [mark, colour] = MARKS[s.state];
    const [name, time, state] = cells[i]!;
    return ` ${pen.paint(colour, mark)} ${padEnd(name!, wide(0))}  ${padEnd(time!, wide(1))}  ${pen.paint(colour, state!)}`;
  });
}

function track(t: Track, pen: Pen): string {
  const stops = t.stations.map((s) => {
    const [mark, colour] = MARKS[s.state];
    return pen.paint(colour, `${mark} ${STATIONS[s.station][pen.lang]} ${STATION_STATES[s.state][pen.lang]}`);
  });
  const what = [
    TRACKS[t.kind][pen.lang],
    ...(t.ref === undefined ? [] : [printable(t.ref)]),
    ...(t.amount === undefined ? [] : [amountText(t.amount, pen.lang)]),
    ...(t.at === undefined ? [] : [t.at.slice(0, 19)]),
  ];
  return ` └ ${STATIONS[t.leaves][pen.lang]} → ${what.join(' ')}${stops.length > 0 ? `  ${stops.join('  ')}` : ''}`;
}

function needs(s: Story, pen: Pen): string[] {
  const wanted = new Map<string, string[]>();
  for (const st of [...s.stations, ...s.tracks.flatMap((t) => t.stations)]) {
    if (!st.needs) continue;
    const text = say(pen, st.needs);
    wanted.set(text, [...(wanted.get(text) ?? []), STATIONS[st.station][pen.lang]]);
  }
  return [...wanted].map(([text, of]) => ` ${W.needs[pen.lang]}: ${text} (${[...new Set(of)].join(', ')})`);
}

// ---------------------------------------------------------------- evidence

function evidence(s: Story, pen: Pen): string[] {
  const silent = new Map(
    [...s.stations, ...s.tracks.flatMap((t) => t.stations)]
      .flatMap((st) => st.documents ?? [])
      .map((d) => [d.sha256, d]),
  );
  const lines = [...silent.values()].map((d) => {
    const days = d.from === undefined ? '' : ` ${d.from === d.to ? d.from : `${d.from} – ${d.to}`}`;
    return `  ${ROLE_WORDS[d.role][pen.lang]}${days}  ${d.sha256.slice(0, 8)}  ${printable(d.file)}  (${W.silent[pen.lang]})`;
  });
  return [...table('evidence', rowsOf(s.evidence, pen), pen), ...lines];
}

function list(key: 'candidates', items: readonly Evidence[], pen: Pen): string[] {
  return items.length === 0 ? [] : table(key, rowsOf(items, pen), pen);
}

function table(key: 'evidence' | 'candidates', rows: readonly string[][], pen: Pen): string[] {
  if (rows.length === 0) return [];
  const left = rows.length - MOST_LINES;
  const more = left > 0 ? [`  … ${W.more[pen.lang].replace('{n}', grouped(left))}`] : [];
  const shown = rows.slice(0, MOST_LINES);
  const before = [0, 1, 2, 3, 4].reduce((n, c) => n + Math.max(...shown.map((r) => widthOf(r[c]!))) + 2, 2);
  const room = Math.max(SHORTEST_FILE, pen.width - before);
  const cut = shown.map((r) => [...r.slice(0, 5), endOf(r[5]!, room)]);
  return [bold(pen, key), ...columns(cut, [2], pen.width, [1, 3]), ...more];
}

/** The end of a path says more than its beginning: the member of an archive, the line. */
function endOf(text: string, width: number): string {
  let kept = text;
  while (widthOf(kept) > width - 1) kept = kept.slice(1);
  return kept === text || widthOf(text) <= width ? text : `…${kept}`;
}

function rowsOf(items: readonly Evidence[], pen: Pen): string[][] {
  const word = (table: Readonly<Record<string, Text>>, key: string): string => table[key]?.[pen.lang] ?? key;
  return items.map((e) => [
    ROLE_WORDS[e.role][pen.lang],
    e.role === 'batch'
      ? word(BATCH_KIND_WORDS, e.kind)
      : [word(KIND_WORDS, e.kind), ...(e.status === undefined ? [] : [word(STATUS_WORDS, e.status)])].join(' '),
    amountText(e.money, pen.lang),
    (e.occurredAt ?? e.businessOn ?? '').slice(0, 19),
    e.sha256.slice(0, 8),
    e.file === '' ? '' : printable(e.line === undefined ? e.file : `${e.file}:${e.line}`),
  ]);
}

function foot(s: Story, answer: Answer, pen: Pen): string[] {
  const steps = s.next.map((n) => {
    const by =
      n.by === undefined || n.by < (answer.asOf ?? '').slice(0, 10)
        ? ''
        : ` · ${W.by[pen.lang].replace('{date}', n.by)}`;
    return `${bold(pen, 'next')}  ${say(pen, n.text)} (${OWNER_WORDS[n.owner][pen.lang]}${by})`;
  });
  return [
    ...steps,
    `${bold(pen, 'wrong')}  ${say(pen, s.wrong)}`,
    ...(s.breaks.length > 0 ? [pen.paint(90, `${W.breaks[pen.lang]}  ${s.breaks.join('  ')}`)] : []),
  ];
}

// ---------------------------------------------------------------- several, or none

function searchBlock(answer: Answer, pen: Pen): string[] {
  return [
    ...(answer.says ? [pen.paint(1, say(pen, answer.says))] : []),
    ...(answer.next ? [`${bold(pen, 'next')}  ${say(pen, answer.next)}`] : []),
  ];
}

/** Each in a few lines; the members of a batch, which share its fate, in one. */
function candidates(answer: Answer, pen: Pen): string[][] {
  const blocks = answer.stories.map((s, i) => shortBlock(s, i + 1, pen));
  if (answer.batches.length === 0 || blocks.length === 0) return blocks;
  return [
    answer.stories.map((s, i) => `${`${i + 1}.`.padEnd(4)}${titleOf(s, pen, pen.width - 32)}  ${verdictOf(s, pen)}`),
  ];
}

function shortBlock(s: Story, n: number, pen: Pen): string[] {
  const time = s.stations.find((st) => st.at !== undefined)?.at?.slice(0, 19);
  const channelRef = s.evidence.find((e) => e.refs.channel_trade !== undefined)?.refs.channel_trade;
  const more = [time, channelRef].filter((x) => x !== undefined && x !== s.ref).map((x) => printable(x!));
  return [
    `${n}. ${[titleOf(s, pen), ...more].join(' · ')}`,
    `   ${judgement(s, pen)}`,
    `   ${cutTo(say(pen, s.says), pen.width - 3)}`,
  ];
}

function moreBlock(answer: Answer, pen: Pen): string[] {
  const left = answer.total - answer.stories.length;
  return left > 0 && answer.stories.length > 0 ? [`… ${W.more[pen.lang].replace('{n}', grouped(left))}`] : [];
}
