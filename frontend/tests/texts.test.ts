import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '@/locales/en';
import zh from '@/locales/zh';

/** `a.b` of every text, plural endings left out: languages have different ones. */
function keys(texts: object, before = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [before + key.replace(/_(zero|one|two|few|many|other)$/, '')]
      : keys(value, `${before}${key}.`),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

const code = sources(join(import.meta.dirname, '../src')).join('\n');

describe('texts', () => {
  it('are the same in every language', () => {
    expect(new Set(keys(zh))).toEqual(new Set(keys(en)));
  });

  it('are all used', () => {
    const unused = Object.values(en)
      .flatMap((space) => keys(space))
      .filter((key) => !code.includes(key) && !code.includes(`${key.split('.').slice(0, -1).join('.')}.\${`));
    expect(unused).toEqual([]);
  });

  it('are not written into components', () => {
    const written = [...code.matchAll(/>\s*([A-Z][a-z]+ [a-z ]+[^<{}=;]*)\s*</g)].map(([, words]) => words);
    expect(written).toEqual([]);
  });
});
