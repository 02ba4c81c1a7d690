import { expect, it } from 'vitest';
import { families } from '@/lib/families';

const grouped = (...names: string[]) =>
  families(names.map((name) => ({ name }))).map(([family, models]) => [family, models.map(({ name }) => name)]);

it('models are grouped by how their names begin', () => {
  expect(grouped('gpt-5', 'o3', 'gpt-4o-mini', 'o4-mini', 'dall-e-3', 'whisper-1')).toEqual([
    ['gpt', ['gpt-5', 'gpt-4o-mini']],
    ['o', ['o3', 'o4-mini']],
    ['', ['dall-e-3', 'whisper-1']],
  ]);
});

it('models of many vendors are grouped by vendor', () => {
  expect(grouped('openai/gpt-5', 'openai/o3', 'qwen/qwen3', 'qwen/qwq')).toEqual([
    ['openai', ['openai/gpt-5', 'openai/o3']],
    ['qwen', ['qwen/qwen3', 'qwen/qwq']],
  ]);
});

it('a name that begins with no letter is alone', () => {
  expect(grouped('360gpt')).toEqual([['', ['360gpt']]]);
});
