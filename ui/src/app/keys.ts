/** Single keys that act on a page. None fires while somebody types, with a modifier, under an open dialog, or where a control takes it. */
import { useEffect, useRef } from 'react';

const TYPING = 'input, textarea, select, [contenteditable="true"]';
/** What Enter presses by itself. */
const PRESSED = 'a, button, summary, [role="menuitem"], [role="option"]';

export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const target = event.target instanceof Element ? event.target : document.body;
      if (target.closest(TYPING) !== null || document.querySelector('dialog[open]') !== null) return;
      if (event.key === 'Enter' && target.closest(PRESSED) !== null) return;
      const act = now.current[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
