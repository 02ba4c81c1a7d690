import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEPT, kept } from '@/routes/kept';

/** `/token/$id` of every page there is. */
const pages = readdirSync(join(import.meta.dirname, '../src/routes'))
  .filter((name) => name.endsWith('.tsx') && !name.startsWith('__root'))
  .map(
    (name) =>
      `/${name
        .replace(/^_signed\./, '')
        .replace(/\.tsx$/, '')
        .replace(/\.?index$/, '')
        .replaceAll('.', '/')}`,
  );

const fits = (path: string): boolean =>
  pages.some((page) => new RegExp(`^${page.replace(/\$\w+/g, '[^/]+')}$`).test(path));

describe('addresses from elsewhere', () => {
  it.each(KEPT)('%s leads to a page that there is', (from) => {
    const to = kept(from.replace('*', from.startsWith('/panel') ? 'token' : '7'));
    expect(to && fits(to), to).toBe(true);
  });

  it('keep the number of what they are about', () => {
    expect(kept('/channel/edit/12')).toBe('/channel/12');
    expect(kept('/user/edit/3/')).toBe('/user/3');
    expect(kept('/user/edit')).toBe('/profile');
    expect(kept('/panel/log')).toBe('/log');
    expect(kept('/system-settings/auth/basic-auth')).toBe('/setting');
  });

  it('leave our own as they are', () => {
    for (const page of ['/', '/channel/12', '/token/add', '/user', '/console/unheard-of', '/panels'])
      expect(kept(page)).toBeUndefined();
  });
});
