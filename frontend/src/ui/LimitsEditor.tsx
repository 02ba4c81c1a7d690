import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type LimitDraft, type LimitProblems, MOST_LIMITS, newDraft } from '@/lib/limits';
import { LimitFields } from './LimitFields';
import classes from './Limits.module.css';
import type { RefusedLimits } from './useLimitDrafts';

type Props = {
  drafts: LimitDraft[];
  onChange: (drafts: LimitDraft[]) => void;
  problems: LimitProblems[];
  /** The server's sentence about them, where it refused. */
  refused?: RefusedLimits | undefined;
  /** Of groups and models: whether each account may have all of it for itself. */
  shared?: boolean;
};

/** The limits of one who is limited; of several the first that ends decides. */
export function LimitsEditor({ drafts, onChange, problems, refused, shared = false }: Props) {
  const { t } = useTranslation('limits');
  const replace = (place: number, draft: LimitDraft): void =>
    onChange(drafts.map((other, index) => (index === place ? draft : other)));
  return (
    <div className={classes.editor}>
      {drafts.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('none')}
        </Text>
      )}
      {drafts.map((draft, place) => (
        <LimitFields
          key={draft.id}
          number={place + 1}
          draft={draft}
          problems={problems[place] ?? {}}
          told={refused?.field && refused.place === place ? { [refused.field]: refused.text } : {}}
          shared={shared}
          onChange={(changed) => replace(place, changed)}
          onRemove={() => onChange(drafts.filter((other) => other !== draft))}
        />
      ))}
      {refused && refused.field === undefined && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {refused.text}
        </Text>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={drafts.length >= MOST_LIMITS}
        onClick={() => onChange([...drafts, newDraft()])}
      >
        {t('add')}
      </Button>
    </div>
  );
}
