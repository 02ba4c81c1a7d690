import { expect, test } from 'vitest';
import { isFiltered, unfiltered } from '@/api/list';
import { inParts } from '@/lib/parts';
import { shareOf } from '@/pages/channel/share';

const channel = { status: 1, priority: 0, weight: 0, group: 'default', models: 'a,b' };

test('an order, a size or a place in a list is no filter, and stays when filters are taken off', () => {
  expect(isFiltered({ sort: 'id', order: 'asc', size: '50', cursor: 'x', q: undefined })).toBe(false);
  expect(isFiltered({ sort: 'id', q: 'x' })).toBe(true);
  expect(unfiltered({ sort: 'id', size: '50', cursor: 'x', q: 'y' })).toEqual({ sort: 'id', size: '50' });
});

test('what is done to many is done in as many calls as the server takes', async () => {
  const asked: number[][] = [];
  await inParts([1, 2, 3, 4, 5], 2, async (part) => asked.push(part));
  expect(asked).toEqual([[1, 2], [3, 4], [5]]);
});

test('a channel shares with those in service of its priority that serve a model of its to a group of its', () => {
  const heavy = { ...channel, weight: 3 };
  expect(shareOf(heavy, [heavy, channel])).toBe(0.75);
  expect(shareOf(channel, [heavy, channel])).toBe(0.25);
  expect(shareOf(channel, [channel, { ...heavy, priority: 1 }])).toBeUndefined();
  expect(shareOf(channel, [channel, { ...heavy, group: 'vip' }])).toBeUndefined();
  expect(shareOf(channel, [channel, { ...heavy, models: 'c' }])).toBeUndefined();
  expect(shareOf({ ...channel, status: 2 }, [channel, heavy])).toBeUndefined();
});
