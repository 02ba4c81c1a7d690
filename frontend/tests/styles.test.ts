import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const HERE = join(import.meta.dirname, '..');
const SHEETS = join(HERE, 'node_modules/@mantine/core/styles');

/** What Mantine's own components are made of, as far as their sheets do not say it: its documentation does. */
const MADE_OF: Record<string, string[]> = { SegmentedControl: ['FloatingIndicator'], Tabs: ['FloatingIndicator'] };

function used(): Set<string> {
  const folder = join(HERE, 'src');
  const code = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  const lists = [...code.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)].map(([, names]) => names ?? '');
  const names = lists.flatMap((list) => list.split(',').map((name) => name.trim().replace(/^type /, '')));
  return new Set(names.flatMap((name) => [name, ...(MADE_OF[name] ?? [])]));
}

describe('style sheets', () => {
  it('are there for every component that is used: one without is drawn with no size', () => {
    const imported = readFileSync(join(HERE, 'src/app/styles.ts'), 'utf8');
    const missing = [...used()].filter(
      (name) => existsSync(join(SHEETS, `${name}.css`)) && !imported.includes(`/styles/${name}.css'`),
    );
    expect(missing).toEqual([]);
  });
});
