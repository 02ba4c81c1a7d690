import { expect, test } from 'vitest';
import { compared } from '@/pages/channel/compared';
import { isScarce, joined } from '@/pages/log/joined';
import type { Entry } from '@/pages/log/queries';

test('what differs from the provider comes first, mapped names are no difference, and what has no price is marked', () => {
  const channel = { models: 'kept,old,alias', model_mapping: '{"alias": "real"}' };
  const rows = compared(channel, { added: ['new', 'kept'], gone: ['old', 'alias'] }, ['kept', 'alias']);
  expect(rows.map(({ name, is, priceless }) => [name, is, priceless])).toEqual([
    ['new', 'added', undefined],
    ['old', 'gone', true],
    ['alias', 'mapped', false],
    ['kept', 'kept', false],
  ]);
});

test('before anybody compared, and where the mapping cannot be read, all are as they are', () => {
  const rows = compared({ models: 'a', model_mapping: '{' }, undefined, undefined);
  expect(rows).toEqual([{ name: 'a', is: 'kept', sent: '', priceless: undefined }]);
});

const entry = (request_id: string): Entry => ({ request_id, id: 0 }) as Entry;

test('the live log shows an entry once, the newest first, and five hundred at most', () => {
  expect(joined([entry('3'), entry('2')], [entry('2'), entry('1')]).map(({ request_id }) => request_id)).toEqual([
    '3',
    '2',
    '1',
  ]);
  const many = Array.from({ length: 600 }, (_, number) => entry(String(number)));
  expect(joined(many, [])).toHaveLength(500);
});

test('it asks seldom when less than a quarter of the limit is left', () => {
  const headers = (left: string): Headers => new Headers({ 'X-RateLimit-Limit': '480', 'X-RateLimit-Remaining': left });
  expect(isScarce(headers('119'))).toBe(true);
  expect(isScarce(headers('120'))).toBe(false);
  expect(isScarce(new Headers())).toBe(false);
});
