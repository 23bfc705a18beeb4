/** The back office: words, theme, data, and the page the address names. */
import 'virtual:tokens.css';
import 'virtual:chinese.css';
import '../base/base.css';
import './app.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { Trouble } from '../base/api.ts';
import { ownFontWhereNeeded } from '../base/chinese.ts';
import { startLang, useWords } from '../base/lang.ts';
import { DARK, LIGHT } from '../base/theme.ts';
import { showTheme, useTheme } from '../base/theme-switch.ts';
import { Shell } from './shell.tsx';
import { words } from './words.ts';

startLang(words);
showTheme();
ownFontWhereNeeded();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What was refused stays refused; silence is asked again.
      retry: (count, error) =>
        count < 2 && error instanceof Trouble && (error.kind === 'offline' || error.kind === 'broken'),
      // Whether we are online the answer tells, not the device.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
const nonce = document.querySelector<HTMLMetaElement>('meta[name=nonce]')?.content ?? '';

function App(): ReactElement {
  const { lang } = useWords();
  const { isDark } = useTheme();
  const colours = isDark ? DARK : LIGHT;
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={lang === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
      theme={{
        algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          colorPrimary: colours.accent,
          colorTextLightSolid: colours.accentInk,
          colorInfo: colours.accent,
          colorError: colours.tones.no.ink,
          colorBgBase: colours.card,
          colorBgLayout: colours.paper,
          colorBgContainer: colours.card,
          colorBgElevated: colours.card,
          colorText: colours.ink,
          colorTextSecondary: colours.soft,
          colorTextPlaceholder: colours.soft,
          colorTextDescription: colours.soft,
          colorBorder: colours.track,
          colorBorderSecondary: colours.line,
          colorLink: colours.accent,
          borderRadius: 8,
          controlOutlineWidth: 0,
          fontFamily: 'var(--font)',
          fontFamilyCode: 'var(--mono)',
          fontSize: 14,
          motionDurationFast: '0.08s',
          motionDurationMid: '0.12s',
          motionDurationSlow: '0.15s',
        },
        components: { Button: { primaryShadow: 'none', defaultShadow: 'none' } },
      }}
    >
      <QueryClientProvider client={client}>
        <Shell />
      </QueryClientProvider>
    </ConfigProvider>
  );
}

createRoot(document.getElementById('root')!).render(<App />);
