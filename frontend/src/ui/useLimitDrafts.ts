import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { refusalOf } from '@/api/refusal';
import {
  draftOf,
  isFaulty,
  type LimitDraft,
  type LimitProblems,
  type LimitRule,
  problemsOf,
  ruleOf,
} from '@/lib/limits';
import { useMoney } from './Money';

type Sent = Schemas['LimitForm'][];

/** Limits while they are written: `read` says what is wrong with them once they are to be saved. */
export function useLimitDrafts(rules: LimitRule[]) {
  const { perUnit } = useMoney();
  const [drafts, setDrafts] = useState<LimitDraft[]>(() => rules.map((rule) => draftOf(rule, perUnit)));
  const [judged, setJudged] = useState(false);
  const problems = problemsOf(drafts, perUnit);
  const written = drafts.map((draft) => ruleOf(draft, perUnit));
  const read = (): Sent | undefined => {
    setJudged(true);
    return isFaulty(problems) ? undefined : (written as Sent); // what is absent is the default
  };
  return { drafts, setDrafts, problems: judged ? problems : [], written, read };
}

/** What the server says of the limits, if it is they that it refused, and of which field of which. */
export type RefusedLimits = { text: string; place?: number; field?: keyof LimitProblems };

const FIELDS: Record<string, keyof LimitProblems> = {
  most: 'most',
  window: 'window',
  zone: 'zone',
  'raise.most': 'raisedMost',
  'raise.until': 'until',
};

export function refusedLimits(error: Error | null): RefusedLimits | undefined {
  const { field, message: text } = error ? refusalOf(error) : { field: '', message: '' };
  const [, place, name = ''] = /^limits(?:\.(\d+)\.(.+))?$/.exec(field) ?? ['', undefined];
  if (!field.startsWith('limits')) return undefined;
  const at = FIELDS[name];
  return place !== undefined && at ? { text, place: Number(place), field: at } : { text };
}
