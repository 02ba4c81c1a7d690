// An open page whose build is not there any more loads itself anew, once: its next part has another name now.
const KEY = 'reloaded';

window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem(KEY)) return;
  event.preventDefault();
  sessionStorage.setItem(KEY, String(Date.now()));
  window.location.reload();
});

window.addEventListener('load', () => setTimeout(() => sessionStorage.removeItem(KEY), 10_000));
