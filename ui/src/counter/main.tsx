/** The counter's page: words, theme, the page itself, and the worker that keeps it for the time without a network. */
import 'virtual:tokens.css';
import 'virtual:chinese.css';
import '../base/base.css';
import './counter.css';
import { createRoot } from 'react-dom/client';
import { ownFontWhereNeeded } from '../base/chinese.ts';
import { startLang } from '../base/lang.ts';
import { showTheme } from '../base/theme-switch.ts';
import { Counter } from './counter.tsx';
import { words } from './words.ts';

startLang(words);
showTheme();
ownFontWhereNeeded();
createRoot(document.getElementById('root')!).render(<Counter />);
if ('serviceWorker' in navigator)
  void navigator.serviceWorker.register('/counter/sw.js', { scope: '/counter/' }).catch(() => {});
