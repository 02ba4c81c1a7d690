// Who invited: a code in the address of any page, kept until an account is made.
const KEPT = 'invited-by';

export function keepInvitation(): void {
  const code = new URLSearchParams(window.location.search).get('aff');
  if (code) localStorage.setItem(KEPT, code.slice(0, 64));
}

export function invitation(): string {
  return localStorage.getItem(KEPT) ?? '';
}

export function forgetInvitation(): void {
  localStorage.removeItem(KEPT);
}
