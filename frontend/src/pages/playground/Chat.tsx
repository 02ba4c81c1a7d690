import { Checkbox, Group, NumberInput, Select, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '@/api/account';
import type { DialectName } from '@/lib/dialects';
import type { Door } from '@/lib/relay';
import classes from '@/ui/ui.module.css';
import { Question } from './Question';
import { Talk } from './Talk';
import { type Knobs, useConversation } from './useConversation';

const START: Knobs = { system: '', temperature: undefined, most: 1024 };

type Props = {
  dialect: DialectName;
  model: string;
  models: string[];
  door: () => Promise<Door>;
  /** Where the model is chosen. */
  choice: ReactNode;
};

/** A conversation with one model, or the same with two side by side. */
export function Chat({ dialect, model, models, door, choice }: Props) {
  const { t } = useTranslation('playground');
  const account = useQuery(accountQuery).data?.id ?? 0;
  const [knobs, setKnobs] = useState(START);
  const [other, setOther] = useState('');
  const one = useConversation(`playground ${account} 1`, model, door);
  const two = useConversation(`playground ${account} 2`, other, door);
  const both = (what: 'stop' | 'clear') => (): void => {
    one[what]();
    two[what]();
  };
  return (
    <Stack>
      <div className={classes.filters}>
        {choice}
        <Select
          label={t('beside')}
          placeholder={t('none')}
          data={models}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('none') }}
          value={other || null}
          onChange={(name) => setOther(name ?? '')}
          limit={100}
        />
      </div>
      <Settings knobs={knobs} onKnobs={setKnobs} />
      <div className={classes.halves}>
        <Talk model={model} turns={one.turns} />
        {other && <Talk model={other} turns={two.turns} />}
      </div>
      <Question
        busy={one.busy || two.busy}
        onAsk={(said) => {
          void one.say(said, dialect, knobs);
          if (other) void two.say(said, dialect, knobs);
        }}
        onStop={both('stop')}
        onClear={both('clear')}
      />
    </Stack>
  );
}

function Settings({ knobs, onKnobs }: { knobs: Knobs; onKnobs: (knobs: Knobs) => void }) {
  const { t } = useTranslation('playground');
  return (
    <details>
      <summary>{t('settings')}</summary>
      <Stack mt="xs">
        <Textarea
          label={t('system')}
          autosize
          minRows={2}
          value={knobs.system}
          onChange={(event) => onKnobs({ ...knobs, system: event.currentTarget.value })}
        />
        <Group align="flex-end">
          <Checkbox
            label={t('setTemperature')}
            checked={knobs.temperature !== undefined}
            onChange={(event) => onKnobs({ ...knobs, temperature: event.currentTarget.checked ? 1 : undefined })}
          />
          <NumberInput
            label={t('temperature')}
            min={0}
            max={2}
            step={0.1}
            disabled={knobs.temperature === undefined}
            value={knobs.temperature ?? ''}
            onChange={(value) => onKnobs({ ...knobs, temperature: Number(value) })}
          />
          <NumberInput
            label={t('most')}
            min={1}
            max={128_000}
            allowDecimal={false}
            value={knobs.most}
            onChange={(value) => onKnobs({ ...knobs, most: Number(value) || START.most })}
          />
        </Group>
      </Stack>
    </details>
  );
}
