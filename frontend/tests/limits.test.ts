import { describe, expect, it } from 'vitest';
import { draftOf, isFaulty, type LimitRule, limitsIn, namedLimitsIn, newDraft, problemsOf, ruleOf } from '@/lib/limits';
import { quotaOf, typedDollars } from '@/lib/money';
import { localTime, momentOf } from '@/lib/time';

const RULES: LimitRule[] = [
  { what: 'quota', most: 500_000, window: '5h', rolling: true },
  { what: 'concurrent', most: 2 },
  { what: 'requests', most: 100, window: 'day', zone: 'Asia/Shanghai', watched: true },
  { what: 'tokens', most: 2 ** 53 - 1, window: 'month', each: true, raise: { most: 7, until: 1_796_083_200 } },
  { what: 'quota', most: 1, window: 'minute' },
];

describe('a limit', () => {
  it.each(RULES)('is the same after it was shown and read: %j', (rule) => {
    for (const perUnit of [500_000, '5e5', 3, '0.5', 123_457]) {
      expect(ruleOf(draftOf(rule, perUnit), perUnit)).toEqual(rule);
    }
  });

  it('leaves out what its kind has not', () => {
    const draft = { ...newDraft(), most: '3', rolling: true };
    expect(ruleOf({ ...draft, what: 'concurrent', zone: 'Europe/Berlin' }, 1)).toEqual({ what: 'concurrent', most: 3 });
    const minute = ruleOf({ ...draft, what: 'requests', window: 'minute' }, 1);
    expect(minute).toEqual({ what: 'requests', most: 3, window: 'minute' });
  });

  it('says what is wrong at the field', () => {
    const good = { ...newDraft(), most: '5' };
    expect(isFaulty(problemsOf([good, { ...good, window: 'week' }], 500_000))).toBe(false);
    const bad = { ...good, most: 'five', zone: 'Mars/Olympus', raised: true, raisedMost: '', until: '' };
    const found = { most: 'amount', zone: 'zone', raisedMost: 'amount', until: 'until' };
    expect(problemsOf([bad], 500_000)).toEqual([found]);
    expect(problemsOf([good, { ...good, most: '9' }], 500_000)).toEqual([{}, { window: 'twice' }]);
    expect(problemsOf([{ ...good, what: 'requests', most: '1.5' }], 500_000)).toEqual([{ most: 'amount' }]);
  });
});

describe('dollars in a field', () => {
  it('are the same quota again, whatever a dollar is', () => {
    for (const perUnit of [1, 3, 7, 500_000, 999_983, '0.5']) {
      for (const quota of [0, 1, 2, 3, 10, 333_333, 500_000, 1_234_567_891]) {
        expect(quotaOf(typedDollars(quota, perUnit), perUnit)).toBe(quota);
      }
    }
    expect(typedDollars(2_500_000, 500_000)).toBe('5');
  });
});

it('a moment stands in a field as the minute it is in', () => {
  expect(momentOf(localTime(1_796_083_200))).toBe(1_796_083_200);
  expect(momentOf('')).toBeNaN();
});

describe('limits in an option', () => {
  it('are read by name', () => {
    expect(limitsIn('')).toEqual([]);
    expect(namedLimitsIn('{"vip": [{"what": "concurrent", "most": 2}]}')).toEqual([['vip', [RULES[1]]]]);
  });

  it.each(['{', '5', '{"vip": 5}', '{"vip": [{"most": 1}]}', '[1]'])('%s is no such option', (text) => {
    expect(() => namedLimitsIn(text)).toThrow();
  });
});
