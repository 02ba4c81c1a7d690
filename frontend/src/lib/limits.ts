import { quotaOf, typedDollars } from './money';
import { localTime, momentOf } from './time';

/** How much of something in a while, as the API takes it; `docs/operations.md` says what each field means. */
export type LimitRule = {
  what: string;
  most: number;
  window?: string | undefined;
  rolling?: boolean | undefined;
  zone?: string | undefined;
  watched?: boolean | undefined;
  each?: boolean | undefined;
  raise?: { most: number; until: number } | null | undefined;
};

export const WHATS = ['requests', 'tokens', 'quota', 'concurrent'] as const;
export const WINDOWS = ['minute', '5h', 'day', 'week', 'month'] as const;
/** Of one subject. */
export const MOST_LIMITS = 8;

/** A limit as it is being written: amounts and times are what was typed. */
export type LimitDraft = {
  id: number;
  what: (typeof WHATS)[number];
  most: string;
  window: string;
  rolling: boolean;
  zone: string;
  watched: boolean;
  each: boolean;
  raised: boolean;
  raisedMost: string;
  until: string;
};

/** What is wrong with a field of a draft. */
export type LimitProblems = Partial<Record<'most' | 'zone' | 'raisedMost' | 'until' | 'window', string>>;

type PerUnit = string | number;

let drafted = 0;

/** A budget of ten dollars a day: what most want first. */
export function newDraft(): LimitDraft {
  drafted += 1;
  return {
    id: drafted,
    what: 'quota',
    most: '',
    window: 'day',
    rolling: false,
    zone: 'UTC',
    watched: false,
    each: false,
    raised: false,
    raisedMost: '',
    until: '',
  };
}

export function draftOf(rule: LimitRule, perUnit: PerUnit): LimitDraft {
  const typed = (most: number): string => (rule.what === 'quota' ? typedDollars(most, perUnit) : String(most));
  return {
    ...newDraft(),
    what: rule.what as LimitDraft['what'],
    most: typed(rule.most),
    window: rule.window || 'day',
    rolling: rule.rolling ?? false,
    zone: rule.zone || 'UTC',
    watched: rule.watched ?? false,
    each: rule.each ?? false,
    raised: Boolean(rule.raise),
    raisedMost: rule.raise ? typed(rule.raise.most) : '',
    until: rule.raise ? localTime(rule.raise.until) : '',
  };
}

/** The rule that a draft says; what does not belong to its kind is left out, and what cannot be read is not a number. */
export function ruleOf(draft: LimitDraft, perUnit: PerUnit): LimitRule {
  const { what, watched, each } = draft;
  const timed = what !== 'concurrent';
  const rolling = timed && draft.rolling && draft.window !== 'minute';
  return {
    what,
    most: amountOf(draft.most, what, perUnit),
    ...(timed && { window: draft.window }),
    ...(rolling && { rolling }),
    ...(timed && !rolling && draft.zone.trim() !== 'UTC' && { zone: draft.zone.trim() }),
    ...(watched && { watched }),
    ...(each && { each }),
    ...(draft.raised && {
      raise: { most: amountOf(draft.raisedMost, what, perUnit), until: momentOf(draft.until) },
    }),
  };
}

/** What is wrong with each of some drafts, by their place; the server judges again. */
export function problemsOf(drafts: LimitDraft[], perUnit: PerUnit): LimitProblems[] {
  const rules = drafts.map((draft) => ruleOf(draft, perUnit));
  return rules.map((rule, place) => {
    const twice = rules.findIndex((other) => sameOf(other) === sameOf(rule)) < place;
    return {
      ...(Number.isNaN(rule.most) && { most: 'amount' }),
      ...(rule.zone !== undefined && !isZone(rule.zone) && { zone: 'zone' }),
      ...(rule.raise && Number.isNaN(rule.raise.most) && { raisedMost: 'amount' }),
      ...(rule.raise && Number.isNaN(rule.raise.until) && { until: 'until' }),
      ...(twice && { window: 'twice' }),
    };
  });
}

export const isFaulty = (problems: LimitProblems[]): boolean => problems.some((found) => Object.keys(found).length > 0);

/** Rules with the same of it count the same. */
const sameOf = ({ what, window, rolling, zone, each }: LimitRule): string =>
  [what, window, rolling, zone ?? 'UTC', each].join('/');

function amountOf(typed: string, what: string, perUnit: PerUnit): number {
  if (what === 'quota') return quotaOf(typed, perUnit) ?? Number.NaN;
  const digits = typed.replace(/[,\s]/g, '');
  return /^\d{1,16}$/.test(digits) && Number.isSafeInteger(Number(digits)) ? Number(digits) : Number.NaN;
}

function isZone(name: string): boolean {
  try {
    return Boolean(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** The limits of a JSON text; an `Error` says why it has none. What they say is for the server to judge. */
export function limitsIn(text: string): LimitRule[] {
  const found: unknown = JSON.parse(text.trim() || '[]');
  if (!Array.isArray(found) || !found.every((one) => isObject(one) && WHATS.includes(one.what as 'quota'))) {
    throw new Error('[{"what": "quota", "most": 500000, "window": "day"}]');
  }
  return found as LimitRule[];
}

/** The same by name, as options of groups and models have them. */
export function namedLimitsIn(text: string): [string, LimitRule[]][] {
  const found: unknown = JSON.parse(text.trim() || '{}');
  if (!isObject(found)) throw new Error('{"vip": []}');
  return Object.entries(found).map(([name, rules]) => [name, limitsIn(JSON.stringify(rules))]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
