/**
 * Addresses of one-api's sites (default, berry, air) and of new-api's, as their routers have them, and where the same is
 * here. The first that fits counts; `*` stands for the rest of a path.
 */
export const KEPT: readonly (readonly [string, string])[] = [
  ['/channel/edit/*', '/channel/*'],
  ['/token/edit/*', '/token/*'],
  ['/user/edit', '/profile'],
  ['/user/edit/*', '/user/*'],
  ['/redemption/edit/*', '/redemption'],
  ['/panel', '/dashboard'],
  ['/panel/*', '/*'],
  ['/console', '/dashboard'],
  ['/console/personal', '/profile'],
  ['/console/models', '/pricing'],
  ['/console/token', '/token'],
  ['/console/log', '/log'],
  ['/console/topup', '/topup'],
  ['/console/channel', '/channel'],
  ['/console/user', '/user'],
  ['/console/redemption', '/redemption'],
  ['/console/setting', '/setting'],
  ['/console/playground', '/playground'],
  ['/keys', '/token'],
  ['/wallet', '/topup'],
  ['/usage-logs', '/log'],
  ['/usage-logs/*', '/log'],
  ['/sign-in', '/login'],
  ['/sign-up', '/register'],
  ['/system-settings', '/setting'],
  ['/system-settings/*', '/setting'],
  ['/channels', '/channel'],
  ['/users', '/user'],
  ['/redemption-codes', '/redemption'],
  ['/model_price', '/pricing'],
];

/** Where an address from elsewhere leads here; nothing for one that is ours, or nobody's. */
export function kept(path: string): string | undefined {
  const plain = path.replace(/(?<=.)\/+$/, '');
  for (const [from, to] of KEPT) {
    if (!from.endsWith('*')) {
      if (plain === from) return to;
    } else if (plain.startsWith(from.slice(0, -1)) && plain.length >= from.length) {
      return to.replace('*', plain.slice(from.length - 1));
    }
  }
  return undefined;
}
