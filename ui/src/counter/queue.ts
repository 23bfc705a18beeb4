/**
 * Claims typed without a network: kept in IndexedDB under their own id until the server has answered. Each is sent under that id as its
 * Idempotency-Key, by one tab at a time, so that an answer lost on the way makes no second claim.
 */
import { Trouble } from '../base/api.ts';
import { type Asked, type Claim, claims } from '../base/claims.ts';

const STORE = 'claims';

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const db = await new Promise<IDBDatabase>((done, fail) => {
    const opening = indexedDB.open('daozhang-counter', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  return db.transaction(STORE, mode).objectStore(STORE);
}

const ended = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

export const queue = {
  add: async (asked: Asked): Promise<void> => void (await ended((await store('readwrite')).put(asked))),
  remove: async (id: string): Promise<void> => void (await ended((await store('readwrite')).delete(id))),
  all: async (): Promise<readonly Asked[]> => await ended((await store('readonly')).getAll() as IDBRequest<Asked[]>),
};

/** Sends what waits, oldest first; what the server refuses for good is taken out and told. Stops at the first silence. */
export async function sendQueued(
  answered: (claim: Claim, asked: Asked) => void,
  refused: (trouble: Trouble) => void,
): Promise<void> {
  const send = async (): Promise<void> => {
    for (const asked of await queue.all()) {
      try {
        const answer = await claims.make(asked);
        await queue.remove(asked.id);
        answered(answer, asked);
      } catch (error) {
        if (!(error instanceof Trouble) || error.kind !== 'refused') return;
        await queue.remove(asked.id);
        refused(error);
      }
    }
  };
  if (!('locks' in navigator)) return await send();
  await navigator.locks.request('daozhang-counter-queue', { ifAvailable: true }, async (lock) => {
    if (lock !== null) await send();
  });
}
