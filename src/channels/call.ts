/**
 * What every channel's calls share: how silence, refusals and answers that cannot be read come back (I7). Pure but for `io`.
 *
 * May not: know a channel's words or its signature.
 */
import type { Observed } from '../observations/observation.ts';
import {
  type Account,
  type Answer,
  ChannelSilent,
  type Credential,
  type HttpAnswer,
  type HttpRequest,
  type Io,
} from './channel.ts';
import { strictJson } from './json.ts';

export type Call = Readonly<{ account: Account; keys: readonly Credential[]; io: Io }>;
export type NoAnswer = Exclude<Answer, { outcome: 'answered' }>;
export type Refused = Extract<Answer, { outcome: 'refused' }>;
export type Unknown = Extract<Answer, { outcome: 'unknown' }>;

/** Only where nothing was done: it may be asked again, or a person must act. */
export const refused = (code: string, detail: string): Refused => ({ outcome: 'refused', code, detail });
export const unknown = (detail: string): Unknown => ({ outcome: 'unknown', detail });

/** The whole answer, or that none came. */
export async function sent(on: Call, request: HttpRequest): Promise<HttpAnswer | Unknown> {
  try {
    return await on.io.http(request);
  } catch (error) {
    if (error instanceof ChannelSilent) return unknown(error.message);
    throw error;
  }
}

/** What an answer whose origin is checked says. Where `read` throws, nothing is known. */
export function said({ headers, body, status }: HttpAnswer, read: () => readonly Observed[]): Answer {
  try {
    return { outcome: 'answered', observed: read(), raw: { headers, body }, status };
  } catch (error) {
    return unreadable(error);
  }
}

export const unreadable = (error: unknown): Unknown =>
  unknown(`the answer cannot be read: ${(error as Error).message.slice(0, 300)}`);

/** An answer about something else is none. */
export function mustBe(told: string | undefined, asked: string): void {
  if (told !== asked) throw new Error(`an answer about ${(told ?? 'nothing').slice(0, 80)}`);
}

/** Where the channel tells of a payment no more than one word. */
export const bare = (
  paymentRef: string,
  kind: 'not_found' | 'processing' | 'unpaid' | 'closed',
  word: string,
  at: Temporal.Instant,
): Observed => ({
  source: 'inquiry',
  key: `${paymentRef}:${word}`,
  kind,
  occurredAt: at,
  paymentRef,
  refs: [],
  said: word,
});

/** Undefined where it is no JSON, or JSON that could mean two things. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return strictJson(body);
  } catch {
    return undefined;
  }
}
