/** The feed's one stream of a tab, and who listens to it. */
import { useEffect, useRef } from 'react';
import { type Event, follow } from '../base/api.ts';

const heard = new Set<(event: Event) => void>();

/** Opens the stream; the shell does, once. Returns the end. */
export const startLive = (): (() => void) =>
  follow((event) => {
    for (const hear of heard) hear(event);
  });

/** Hears each event while the component stands. */
export function useLive(hear: (event: Event) => void): void {
  const now = useRef(hear);
  now.current = hear;
  useEffect(() => {
    const listen = (event: Event): void => now.current(event);
    heard.add(listen);
    return () => {
      heard.delete(listen);
    };
  }, []);
}
