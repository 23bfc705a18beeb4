/**
 * Passwords that people choose, kept as argon2id (RFC 9106) in the PHC form that other programs read:
 * `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. The cost is OWASP's first choice for logins: 19 MiB, two passes, one lane.
 *
 * Cost: about 20 ms and 19 MiB a check, in a thread; whoever lets strangers try limits how many run at once.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

type Cost = Readonly<{ memory: number; passes: number; parallelism: number }>;
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return phc(COST, salt, await derive(password, salt, COST, TAG_BYTES));
}

/** `outdated`: right, and to be hashed again at today's cost. Without a stored hash (no such user) it takes as long, and is wrong. */
export async function checkPassword(
  password: string,
  stored: string | undefined,
): Promise<'right' | 'outdated' | 'wrong'> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(stored ?? NOBODY) ?? [];
  if (tag === undefined) throw new Error('not a stored password');
  const cost: Cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const wanted = Buffer.from(tag, 'base64');
  const found = await derive(password, Buffer.from(salt!, 'base64'), cost, wanted.length);
  if (!timingSafeEqual(found, wanted) || stored === undefined) return 'wrong';
  const isToday = cost.memory === COST.memory && cost.passes === COST.passes && cost.parallelism === COST.parallelism;
  return isToday ? 'right' : 'outdated';
}

/** Composed and decomposed letters, full-width and ASCII, are typed on different keyboards and are the same password (NIST SP 800-63B). */
function derive(password: string, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  return new Promise((done, fail) => {
    argon2('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...cost }, (error, key) =>
      error === null ? done(key) : fail(error),
    );
  });
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
const phc = (cost: Cost, salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(tag)}`;
const NOBODY = phc(COST, Buffer.alloc(16), Buffer.alloc(TAG_BYTES));
