import { describe, expect, it } from 'vitest';
import { exact, plus, shown, times } from '@/lib/exact';
import { dollars, quotaOf } from '@/lib/money';

describe('an amount in dollars', () => {
  it.each([
    [500_000, 500_000, '$1.00'],
    [1, 500_000, '$0.000002'],
    [1, 5_000_000_000, '< $0.000001'],
    [0, 500_000, '$0.00'],
    [-750_000, 500_000, '-$1.50'],
    [617_283_945_000, 500_000, '$1,234,567.89'],
    [3, 0.5, '$6.00'],
    [500_000, '5e5', '$1.00'],
    [1, 0, '–'],
  ])('%d of %s a dollar is %s', (quota, perUnit, said) => {
    expect(dollars(quota, perUnit)).toBe(said);
  });
});

describe('what was typed as dollars', () => {
  it.each([
    ['5', 2_500_000],
    ['$1,000.50', 500_250_000],
    ['.25', 125_000],
    ['0.0000001', 0],
    ['five', undefined],
    ['-1', undefined],
    ['', undefined],
  ])('%s', (typed, quota) => {
    expect(quotaOf(typed, 500_000)).toBe(quota);
  });
});

describe('prices of receipts', () => {
  it('are multiplied and added without a loss', () => {
    const sum = plus(times(exact('22'), exact('0.075')), times(exact('3'), exact('4/3')));
    expect(shown(sum)).toBe('5.65');
    expect(shown(exact('1/3'))).toBe('1/3');
    expect(shown(exact('0'))).toBe('0');
    expect(shown(exact('10'))).toBe('10');
  });
});
