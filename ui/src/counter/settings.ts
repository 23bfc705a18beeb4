/** What a device keeps for itself: store, sounds, voice. */
import { useSyncExternalStore } from 'react';

export type Settings = Readonly<{ store: string; isLoud: boolean; speaks: boolean }>;
const KEPT = 'daozhang.counter';
const FIRST: Settings = { store: '', isLoud: true, speaks: true };
const heard = new Set<() => void>();

let now: Settings = { ...FIRST, ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') };

export function change(to: Partial<Settings>): void {
  now = { ...now, ...to };
  localStorage.setItem(KEPT, JSON.stringify(now));
  for (const hear of heard) hear();
}

export const useSettings = (): Settings =>
  useSyncExternalStore(
    (hear) => {
      heard.add(hear);
      return () => heard.delete(hear);
    },
    () => now,
  );
