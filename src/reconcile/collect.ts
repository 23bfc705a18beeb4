/**
 * From drafts to breaks a person can act on: evidence with its place in the raw bytes, verdict and words, a content id.
 * Lines are fetched once, in bulk; raw records are read from the documents by their byte range.
 */
import { contentId } from '../base/ids.ts';
import { fill, type Lang, type Text } from '../base/lang.ts';
import { decimalText, groupedText } from '../base/money.ts';
import { stamp } from '../base/time.ts';
import type { Engine } from '../files/engine.ts';
import type { Encoding, FormatInfo } from '../files/format.ts';
import { linesById, type StoredLine } from '../files/lines.ts';
import { excerpt } from '../files/records.ts';
import { channelName } from '../verdicts/channels.ts';
import { findingOf } from '../verdicts/findings.ts';
import type { Draft } from './drafts.ts';
import type { Amount, Break, Evidence } from './result.ts';

/** What a line's document is, as the collector needs it. */
export type Source = Readonly<{
  file: string;
  path: string;
  sha256: string;
  encoding: Encoding;
  role: Evidence['role'];
  masks?: FormatInfo['masks'];
}>;

/** A batch as evidence of the joint `bank`, or a document's line behind it. */
export type BatchEvidence = Readonly<{ evidence: Evidence; key: string }>;

type LineRow = StoredLine & { carried_raw: string | null };

const REFS = {
  order: 'order_ref',
  payment: 'payment_ref',
  refund: 'refund_ref',
  channel_trade: 'channel_ref',
  origin: 'origin_ref',
  wallet_trade: 'wallet_ref',
  batch: 'batch_ref',
  bank_ref: 'bank_ref',
} as const;

export const amountOf = (minor: bigint, currency: string): Amount => ({
  amount: decimalText(minor, currency),
  currency,
});

/** `12,300.00 CNY` inside a sentence; the currency always stands beside the figure. */
const inWords = (minor: bigint, currency: string, lang: Lang): string =>
  lang === 'zh' && currency === 'CNY'
    ? `¥${groupedText(minor, currency)}`
    : `${groupedText(minor, currency)} ${currency}`;

export async function collect(
  engine: Engine,
  drafts: readonly Draft[],
  sources: ReadonlyMap<number, Source>,
  batches: ReadonlyMap<string, BatchEvidence>,
  zone: string,
): Promise<Break[]> {
  const lines = await fetchLines(engine, drafts);
  const evidence = new Map<bigint, { evidence: Evidence; key: string }>();
  for (const line of lines) {
    const source = sources.get(line.doc)!;
    const raw = await rawOf(source, line);
    evidence.set(line.id, {
      evidence: evidenceOf(line, source, raw, zone),
      key: `${source.sha256}:${line.byte_at}:${line.byte_length}`,
    });
  }
  const of = (id: bigint): { evidence: Evidence; key: string } => {
    const found = evidence.get(id < 0n ? -1n - id : id)!;
    // The refund an order row states of itself: the same bytes, the other direction.
    return id < 0n ? { evidence: impliedRefund(found.evidence), key: `${found.key}:refund` } : found;
  };
  return drafts.map((draft) => breakOf(draft, of, batches)).sort(byMoney);
}

async function fetchLines(engine: Engine, drafts: readonly Draft[]): Promise<LineRow[]> {
  return linesOf(
    engine,
    drafts.flatMap((d) => [...d.ours, ...d.theirs, ...d.candidates]),
  );
}

/** Lines by id, with the raw record of those that were carried over; a negative id names the row that states its own refund. */
export async function linesOf(engine: Engine, ids: readonly bigint[]): Promise<LineRow[]> {
  const wanted = new Set(ids.map((id) => (id < 0n ? -1n - id : id)));
  const rows = await linesById(engine, wanted);
  const carried = await engine.all<{ id: bigint; raw: string }>('select id, raw from carried_lines');
  const raws = new Map(carried.map((c) => [c.id, c.raw]));
  return rows.map((row) => ({ ...row, carried_raw: raws.get(row.id) ?? null }));
}

/** At most this much of a record is shown; the byte range leads to the rest. */
const RAW_BYTES = 2000;

/** The record as its document has it, or as an earlier day kept it. */
export async function rawOf(source: Source, line: LineRow): Promise<string> {
  if (line.carried_raw !== null) return line.carried_raw;
  const length = Math.min(Number(line.byte_length ?? 0), RAW_BYTES);
  return length === 0 ? '' : excerpt(source.path, Number(line.byte_at), length, source.encoding, source.masks);
}

export function evidenceOf(line: LineRow, source: Source, raw: string, zone: string): Evidence {
  const text = (name: string): string | undefined => (line[name] === null ? undefined : String(line[name]));
  const refs: Record<string, string> = {};
  for (const [name, column] of Object.entries(REFS)) {
    const ref = text(column);
    if (ref !== undefined) refs[name] = ref;
  }
  const optional = {
    status: text('status'),
    occurredAt: line.occurred_at === null ? undefined : stamp(line.occurred_at as bigint, zone),
    businessOn: text('business_on') ?? text('value_on'),
    channel: text('channel'),
    account: text('account'),
    store: text('store'),
    terminal: text('terminal'),
    party: text('party'),
    text: text('text'),
  };
  return {
    role: source.role,
    file: source.file,
    sha256: source.sha256,
    line: line.row_no as number,
    at: Number(line.byte_at),
    length: Number(line.byte_length),
    ...(raw !== '' && { raw }),
    kind: String(line.kind),
    money: amountOf(line.amount as bigint, String(line.currency)),
    refs,
    ...Object.fromEntries(Object.entries(optional).filter(([, v]) => v !== undefined)),
  };
}

function impliedRefund(payment: Evidence): Evidence {
  const { amount, currency } = payment.money;
  return {
    ...payment,
    kind: 'refund',
    money: { amount: amount.startsWith('-') ? amount.slice(1) : `-${amount}`, currency },
  };
}

function breakOf(
  draft: Draft,
  of: (id: bigint) => { evidence: Evidence; key: string },
  batches: ReadonlyMap<string, BatchEvidence>,
): Break {
  const finding = findingOf(draft.finding);
  const ours = [...draft.ours.map(of), ...(draft.batches ?? []).map((id) => batches.get(id)!)];
  const theirs = draft.theirs.map(of);
  const main = (ours[0] ?? theirs[0])?.evidence;
  const words = (lang: Lang): Record<string, string | number> => ({
    amount: inWords(draft.stake, draft.currency, lang),
    difference: inWords(size(draft.difference), draft.currency, lang),
    other: draft.note ?? (draft.other === undefined ? '' : inWords(size(draft.other), draft.currency, lang)),
    ref: refOf(ours.map((o) => o.evidence)) ?? refOf(theirs.map((t) => t.evidence)) ?? '—',
    channel: channelName(draft.channel ?? main?.channel, lang),
    account: draft.account ?? '',
    on: draft.businessOn ?? main?.businessOn ?? '—',
    due: draft.dueOn ?? '—',
    count: draft.counts.ours + draft.counts.theirs,
  });
  const said = (text: Text): Text => ({ zh: fill(text.zh, words('zh')), en: fill(text.en, words('en')) });
  const keys = [...ours, ...theirs].map((e) => e.key);
  return {
    id: contentId('brk', [
      finding.class,
      draft.joint,
      draft.finding,
      draft.currency,
      String(draft.difference),
      ...keys,
    ]),
    class: finding.class,
    finding: draft.finding,
    joint: draft.joint,
    difference: amountOf(draft.difference, draft.currency),
    amount: amountOf(size(draft.stake), draft.currency),
    ours: ours.map((e) => e.evidence),
    theirs: theirs.map((e) => e.evidence),
    candidates: draft.candidates.map((id) => of(id).evidence),
    counts: draft.counts,
    ...(draft.channel !== undefined && { channel: draft.channel }),
    ...(draft.account !== undefined && { account: draft.account }),
    ...(draft.businessOn !== undefined && { businessOn: draft.businessOn }),
    verdict: finding.verdict,
    also: [],
    release: finding.release,
    cause: finding.cause,
    reason: finding.reason,
    custody: finding.custody,
    ...(draft.dueOn !== undefined && { promise: draft.dueOn }),
    says: said(finding.says),
    next: [
      {
        action: finding.action,
        owner: finding.owner,
        ...(draft.dueOn !== undefined && { by: draft.dueOn }),
        text: said(finding.next),
      },
    ],
  };
}

/** The reference a person would search for: the merchant's own first. */
function refOf(evidence: readonly Evidence[]): string | undefined {
  for (const name of ['order', 'payment', 'refund', 'channel_trade', 'batch', 'bank_ref']) {
    const ref = evidence.find((e) => e.refs[name] !== undefined)?.refs[name];
    if (ref !== undefined) return ref;
  }
  return undefined;
}

const size = (x: bigint): bigint => (x < 0n ? -x : x);

/** Largest first within a currency; then by id, so that the order is the same in every run. */
function byMoney(a: Break, b: Break): number {
  if (a.amount.currency !== b.amount.currency) return a.amount.currency < b.amount.currency ? -1 : 1;
  const [x, y] = [a, b].map((k) => BigInt(k.amount.amount.replace('.', '')));
  if (x !== y) return x! > y! ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
