// Whoever left the welcome is not led there again while this window is open.
const LATER = 'welcome-later';

export function welcomeLater(): void {
  sessionStorage.setItem(LATER, '1');
}

export function isWelcomeLater(): boolean {
  return sessionStorage.getItem(LATER) !== null;
}
