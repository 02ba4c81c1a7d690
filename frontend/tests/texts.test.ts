import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '@/locales/en';
import ja from '@/locales/ja';
import zh from '@/locales/zh';

/** `a.b` of every text, plural endings left out: languages have different ones. */
function keys(texts: object, before = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [before + key.replace(/_(zero|one|two|few|many|other)$/, '')]
      : keys(value, `${before}${key}.`),
  );
}

/** Every text with its key. */
function written(texts: object, before = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[before + key, value]] : written(value, `${before}${key}.`),
  );
}

const valuesIn = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort();

/** Words that are the same wherever the thing is named; docs/site.md has the table of all languages. */
const GLOSSARY = [
  { en: 'channel', ja: 'チャネル', keys: ['channel.title', 'common.places.channels', 'welcome.done.channel'] },
  { en: 'key', ja: 'API キー', keys: ['token.title', 'common.places.keys', 'log.key', 'usage.ways.token'] },
  { en: 'quota', ja: 'クォータ', keys: ['common.quotaOf', 'token.quotaLeft', 'log.receipt.price'] },
  { en: 'group', ja: 'グループ', keys: ['channel.groups', 'user.group', 'pricing.group', 'setting.sections.groups'] },
  { en: 'ratio', ja: '倍率', keys: ['pricing.priced', 'pricing.before'] },
  { en: 'code', ja: 'コード', keys: ['redemption.title', 'common.places.codes', 'topup.code'] },
  { en: 'top up', ja: 'チャージ', keys: ['topup.title', 'common.places.topup', 'log.kinds.topUp', 'user.topUp'] },
];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

const code = sources(join(import.meta.dirname, '../src')).join('\n');

describe('texts', () => {
  it.each(Object.entries({ zh, ja }))('are the same in %s', (_, texts) => {
    expect(new Set(keys(texts))).toEqual(new Set(keys(en)));
  });

  it.each(Object.entries({ zh, ja }))('have the same values in them in %s', (_, texts) => {
    const english = new Map(written(en));
    const different = written(texts).filter(([key, text]) => {
      const other = english.get(key.replace(/_(zero|one|other)$/, '_other')) ?? english.get(key) ?? '';
      return !/_(zero|one)$/.test(key) && String(valuesIn(text)) !== String(valuesIn(other));
    });
    expect(different).toEqual([]);
  });

  it.each(GLOSSARY)('say $en as $ja in Japanese', ({ keys: where, ja: word }) => {
    const japanese = new Map(written(ja));
    for (const key of where) expect(japanese.get(key)).toContain(word);
  });

  it('hold no other word for what the glossary names', () => {
    const wrong = written(ja).filter(([, text]) =>
      /チャンネル|ユーザ(?!ー)|プロバイダ(?!ー)|サーバ(?!ー)|アクセスキー/.test(text),
    );
    expect(wrong).toEqual([]);
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
