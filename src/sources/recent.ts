/**
 * Messages that this process has just stored, kept until they are folded, so that they are not read back and not opened twice. A hint: which
 * messages are to be folded, and by whom, the book says; what is not here is read from it.
 */
import type { RawMessage } from '../channels/channel.ts';

export type RecentMessage = Readonly<{ accountId: string; message: RawMessage }>;
export type Recent = Readonly<{
  put(id: string, it: RecentMessage): void;
  get(id: string): RecentMessage | undefined;
  drop(ids: Iterable<string>): void;
}>;

const MOST_BYTES = 16 * 2 ** 20;
/** Of headers and the row itself. */
const BESIDE_ITS_BODY = 1_024;

export function recentMessages(): Recent {
  const kept = new Map<string, RecentMessage>();
  let bytes = 0;
  const sizeOf = (it: RecentMessage): number => it.message.body.byteLength + BESIDE_ITS_BODY;
  const drop = (id: string): void => {
    const it = kept.get(id);
    if (it !== undefined && kept.delete(id)) bytes -= sizeOf(it);
  };
  return {
    put(id, it) {
      kept.set(id, it);
      bytes += sizeOf(it);
      // The oldest goes: another process may have folded it.
      for (const oldest of kept.keys()) {
        if (bytes <= MOST_BYTES) break;
        drop(oldest);
      }
    },
    get: (id) => kept.get(id),
    drop(ids) {
      for (const id of ids) drop(id);
    },
  };
}
