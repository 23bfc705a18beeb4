/**
 * Tokens that open doors: API keys, sessions, one-time links, customers’ links, notification addresses. 256 random bits each; only the SHA-256 is kept.
 * A slow hash protects passwords that people choose; a guess at 256 bits needs none.
 *
 * `dz_live_<43 characters><6 of a checksum>`: the kind can be read, and a token that was copied badly is told from a wrong one.
 */
import { createHash, randomBytes } from 'node:crypto';

export const TOKEN_KINDS = ['live', 'test', 'session', 'link', 'notify', 'status'] as const;
type TokenKind = (typeof TOKEN_KINDS)[number];

const SHAPE = new RegExp(`^dz_(${TOKEN_KINDS.join('|')})_([\\w-]{43})([0-9a-f]{6})$`);
const checksum = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 6);

export function newToken(kind: TokenKind): string {
  const body = randomBytes(32).toString('base64url');
  return `dz_${kind}_${body}${checksum(`${kind}${body}`)}`;
}

/** The kind of a token whose checksum holds. */
export function tokenKind(token: string): TokenKind | undefined {
  const [, kind, body, sum] = SHAPE.exec(token) ?? [];
  return kind !== undefined && checksum(`${kind}${body}`) === sum ? (kind as TokenKind) : undefined;
}

export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();
/** What people may see of it again. */
export const tokenPrefix = (token: string): string => token.slice(0, token.indexOf('_', 3) + 7);

/** At least 128 bits for signatures and the like: letters and digits. */
export const newNonce = (): string => randomBytes(16).toString('hex');
