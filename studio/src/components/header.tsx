import type { ConnectionState } from '../connection.js';
import { Segments } from './segments.js';

export type Theme = 'system' | 'light' | 'dark';

interface HeaderProps {
  readonly state: ConnectionState;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}

const inWords: Record<ConnectionState, string> = {
  connecting: 'Connecting',
  open: 'Connected',
  lost: 'Connection lost',
};

export function Header({ state, theme, onTheme }: HeaderProps) {
  return (
    <header>
      <h1>
        <img src="/icon.svg" alt="" width="28" height="28" /> RandAR studio
      </h1>
      <p className={`connection ${state}`}>{inWords[state]}</p>
      <nav aria-label="Links">
        <a href="/graphql">GraphiQL</a>
      </nav>
      <Segments
        legend="Theme"
        value={theme}
        onChange={onTheme}
        options={[
          { value: 'system', name: 'Auto' },
          { value: 'light', name: 'Light' },
          { value: 'dark', name: 'Dark' },
        ]}
      />
    </header>
  );
}

const key = 'randar-studio-theme';

export function storedTheme(): Theme {
  const stored = localStorage.getItem(key);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** The style sheet prefers the root's attribute and falls back to the system's colour scheme. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(key);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(key, theme);
  }
}
