/** Light, dark, or as the device says; kept on the device. */
import { useSyncExternalStore } from 'react';

export type ThemeChoice = 'auto' | 'light' | 'dark';
const KEPT = 'daozhang.theme';
const heard = new Set<() => void>();
const darkDevice = matchMedia('(prefers-color-scheme: dark)');
darkDevice.addEventListener('change', () => tell());

function tell(): void {
  for (const hear of heard) hear();
}

function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function setTheme(choice: ThemeChoice): void {
  localStorage.setItem(KEPT, choice);
  showTheme();
  tell();
}

export function showTheme(): void {
  const choice = themeChoice();
  if (choice === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}

const isDarkNow = (): boolean => (themeChoice() === 'auto' ? darkDevice.matches : themeChoice() === 'dark');

const subscribe = (hear: () => void): (() => void) => {
  heard.add(hear);
  return () => heard.delete(hear);
};

export const useTheme = (): Readonly<{ choice: ThemeChoice; isDark: boolean }> => {
  const choice = useSyncExternalStore(subscribe, themeChoice);
  const isDark = useSyncExternalStore(subscribe, isDarkNow);
  return { choice, isDark };
};
