import { describe, expect, it } from 'vitest';
import { costOf } from '@/lib/cost';
import { shown } from '@/lib/exact';

const token = (kind: string, ratio: string) => ({ kind, ratio, dollars: '0' });
const mini = [token('input', '0.075'), token('cached', '0.0375'), token('output', '0.3')];
const MINI = { steps: [{ service: '', above: 0, tokens: mini }], pieces: [] };
const use = { input: 30, cached: 8, output: 12, count: 0 };

describe('the cost of a request', () => {
  it('is what its receipt says: exact to the end, then rounded up once', () => {
    const { sum, quota } = costOf(MINI, use, '1');
    expect([shown(sum), quota]).toEqual(['5.55', 6n]);
  });

  it('counts the factor of the group in before it rounds', () => {
    const { sum, quota } = costOf(MINI, use, '1/3');
    expect([shown(sum), quota]).toEqual(['1.85', 2n]);
  });

  it('takes the prices of longer prompts where they begin, and never more cached tokens than there are', () => {
    const long = { service: '', above: 100, tokens: [token('input', '2'), token('output', '1')] };
    const batch = { service: 'batch', above: 0, tokens: [token('input', '0'), token('output', '0')] };
    const sold = { steps: [...MINI.steps, long, batch], pieces: [] };
    expect(costOf(sold, { ...use, input: 100, cached: 200, output: 0 }, '1').quota).toBe(4n);
    expect(costOf(sold, { ...use, input: 101, cached: 1, output: 0 }, '1').quota).toBe(202n);
  });

  it('adds what a request and each piece cost', () => {
    const picture = { unit: 'image', what: '', quota: '20000', dollars: '0.04' };
    const request = { unit: 'request', what: '', quota: '1/2', dollars: '0' };
    const sold = { steps: [], pieces: [picture, request] };
    expect(costOf(sold, { ...use, piece: picture, count: 2 }, '1').quota).toBe(40_001n);
  });
});
