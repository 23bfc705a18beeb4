/** How a simulated channel brings its notifications: by its own ladder until somebody accepts, and with the faults that change when. */
import type { SimClock } from '../clock.ts';
import type { NotifyFault } from './faults.ts';

const REORDERED_MS = 60_000;
const nameOf = (fault: string | object): string => (typeof fault === 'string' ? fault : Object.keys(fault)[0]!);

/** Sends once; `tried` counts from 0. True where it was accepted. */
export type Say = (tried: number) => Promise<boolean>;

export type Deliver = (
  say: Say,
  fault: NotifyFault | string | undefined,
  /** Something that comes before it, such as a forgery. */
  before?: () => Promise<unknown>,
) => Promise<void>;

/** `ladder`: the waits after each try that was not accepted. */
export function deliverer(clock: SimClock, ladder: readonly number[], fired: (fault: string) => void): Deliver {
  const held: Array<() => Promise<void>> = [];
  return async (say, fault, before) => {
    const more = fault === 'duplicated' ? 2 : typeof fault === 'object' && 'duplicated' in fault ? fault.duplicated : 0;
    const again = async (tried: number): Promise<void> => {
      const accepted = tried === 0 && fault === 'first_lost' ? false : await say(tried);
      if (accepted) for (let i = 0; i < more; i += 1) await say(tried);
      const wait = ladder[tried];
      if (!accepted && wait !== undefined) clock.after(wait * 1_000, () => again(tried + 1));
    };
    const first = async (): Promise<void> => {
      await before?.();
      await again(0);
    };
    if (fault !== undefined) fired(nameOf(fault));
    if (fault === 'lost') return;
    if (typeof fault === 'object' && 'late' in fault) {
      clock.after(fault.late, first);
      return;
    }
    if (typeof fault === 'object' && 'after' in fault) await fault.after;
    if (fault === 'reordered') {
      let sent = false;
      const once = async (): Promise<void> => {
        if (sent) return;
        sent = true;
        await first();
      };
      held.push(once);
      clock.after(REORDERED_MS, once);
      return;
    }
    await first();
    for (const behind of held.splice(0)) await behind();
  };
}
