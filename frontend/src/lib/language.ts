/** The languages of the site, as `Accept-Language` and `lang` name them. */
export const LANGUAGES = { en: 'English', zh: '中文', ja: '日本語' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'language';

/** Of a browser's wish the nearest that there is. */
function nearest(wish: string): Language {
  const start = wish.slice(0, 2).toLowerCase();
  return start in LANGUAGES ? (start as Language) : 'en';
}

/** What the page speaks now; `boot.js` has set it before the first paint. */
export function language(): Language {
  return nearest(document.documentElement.lang);
}

export function keepLanguage(wanted: Language): void {
  document.documentElement.lang = wanted;
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // Kept for this page only.
  }
}
