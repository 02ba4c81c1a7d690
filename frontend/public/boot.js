// Runs before anything is painted: colour scheme and language as this browser was told, else as it prefers.
(() => {
  const root = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(name) || '';
    } catch {
      return ''; // storage may be forbidden; the page works without
    }
  };
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const scheme = kept('mantine-color-scheme-value');
  root.dataset.mantineColorScheme = scheme === 'dark' || scheme === 'light' ? scheme : dark ? 'dark' : 'light';
  root.lang = kept('language') || navigator.language || 'en';
})();
