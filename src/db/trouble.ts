/**
 * What an error of the database means for whoever asked: the same again (`isRetryable`), not now (`db.unavailable`, which the API
 * answers with 503), or a bug. Codes: PostgreSQL, appendix A; the others are the socket's and the driver's.
 */
import pg from 'pg';
import { DaozhangError } from '../base/errors.ts';

type Coded = Readonly<{ code?: unknown; message?: unknown }>;
const codeOf = (error: unknown): string => {
  const code = (error as Coded | undefined)?.code;
  return typeof code === 'string' ? code : '';
};

/** An AggregateError of several refused addresses has no words of its own. */
export const reasonOf = (error: unknown): string =>
  String((error as Coded | undefined)?.message ?? '') || codeOf(error) || String(error);

/** Serialisation failure, deadlock: nothing happened, the same again is right. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error));

/** The server's own words. Whether it said ERROR or FATAL is told in its language only: FATAL ends the connection. */
export const isFromServer = (error: unknown): boolean => error instanceof pg.DatabaseError;

/** The connection is of no more use: not the server's words, or its last ones. */
export const isLost = (error: unknown): boolean =>
  !isFromServer(error) || /^(08...|57P0[1-5]|25P0[34]|53300)$/.test(codeOf(error));

/** The server does not take these values, now or later. */
export const isRefusedData = (error: unknown): boolean => isFromServer(error) && /^2[23]/.test(codeOf(error));

const NOT_NOW =
  /^(08...|53...|57P0[1-5]|57014|55P03|25P03|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const DRIVER_SAYS =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|timeout expired|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/**
 * Lost or refused connections, shutdown, standby (25006), no connection or room left (53), and every timeout: of a statement, a
 * lock, an idle transaction, the wait for a connection.
 */
const isUnavailable = (error: unknown): boolean =>
  NOT_NOW.test(codeOf(error)) || DRIVER_SAYS.test(String((error as Coded | undefined)?.message ?? ''));

/** As it is told outside: what the database cannot do now is `db.unavailable`, the rest stays what it is. */
export function told(error: unknown): unknown {
  if (error instanceof DaozhangError || !(isUnavailable(error) || isRetryable(error))) return error;
  return new DaozhangError('db.unavailable', { reason: reasonOf(error) }, error);
}

/** No connection could be made. A role that may not be taken on and a pooler are matters of set-up; all else may pass. */
export function toldOfConnecting(error: unknown, role: string | undefined): unknown {
  if (role !== undefined && ['42501', '22023', '42704'].includes(codeOf(error)))
    return new DaozhangError('db.role_missing', { role, reason: reasonOf(error) }, error);
  // PgBouncer's words for what a connection of ours begins with.
  if (reasonOf(error).startsWith('unsupported startup parameter'))
    return new DaozhangError('db.pooler', { reason: reasonOf(error) }, error);
  return new DaozhangError('db.unavailable', { reason: reasonOf(error) }, error);
}
