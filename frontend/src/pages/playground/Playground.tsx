import { Alert, Button, Checkbox, Group, NumberInput, Select, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelsQuery } from '@/api/models';
import { DIALECTS, type DialectName } from '@/lib/dialects';
import { Missing } from '@/ui/Loaded';
import { useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import classes from '@/ui/ui.module.css';
import { Other } from './Other';
import { Talk } from './Talk';
import { type Knobs, useConversation } from './useConversation';
import { useDoor } from './useKey';

// What a playground's key may spend, in dollars.
const ALLOWANCE = 0.5;
const START: Knobs = { dialect: 'chat', system: '', temperature: undefined, most: 1024 };

/** Try models: a question to one or two of them, their answers as they come, and what each cost. */
export function Playground({ model, onModel }: { model: string; onModel: (model: string) => void }) {
  const { t } = useTranslation('playground');
  const query = useQuery(modelsQuery);
  const models = query.data ?? [];
  const { perUnit, first } = useMoney();
  const allowance = Math.floor(ALLOWANCE * Number(perUnit));
  const door = useDoor(allowance);
  const [knobs, setKnobs] = useState(START);
  const [other, setOther] = useState('');
  const chosen = model || models[0] || '';
  const one = useConversation(chosen, door);
  const two = useConversation(other, door);
  const ask = (text: string): void => {
    void one.say(text, knobs);
    if (other) void two.say(text, knobs);
  };
  return (
    <Page title={t('title')}>
      <Stack>
        <Missing queries={[query]} />
        <Alert variant="default">{t('costs', { amount: first(allowance) })}</Alert>
        <div className={classes.filters}>
          <Select
            label={t('model')}
            data={models}
            searchable
            value={chosen}
            onChange={(name) => onModel(name ?? '')}
            limit={100}
          />
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
          <Select
            label={t('dialect')}
            allowDeselect={false}
            data={(Object.keys(DIALECTS) as DialectName[]).map((value) => ({ value, label: t(`dialects.${value}`) }))}
            value={knobs.dialect}
            onChange={(dialect) => setKnobs({ ...knobs, dialect: (dialect ?? 'chat') as DialectName })}
          />
        </div>
        <Settings knobs={knobs} onKnobs={setKnobs} />
        <div className={classes.halves}>
          <Talk model={chosen} turns={one.turns} />
          {other && <Talk model={other} turns={two.turns} />}
        </div>
        <Question
          busy={one.busy || two.busy}
          onAsk={ask}
          onStop={() => {
            one.stop();
            two.stop();
          }}
          onClear={() => {
            one.clear();
            two.clear();
          }}
        />
        <Other model={chosen} door={door} />
      </Stack>
    </Page>
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

type QuestionProps = { busy: boolean; onAsk: (text: string) => void; onStop: () => void; onClear: () => void };

function Question({ busy, onAsk, onStop, onClear }: QuestionProps) {
  const { t } = useTranslation('playground');
  const [text, setText] = useState('');
  const send = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (!text.trim() || busy) return;
    onAsk(text.trim());
    setText('');
  };
  return (
    <form onSubmit={send}>
      <Stack gap="xs">
        <Textarea
          label={t('question')}
          description={t('sendHelp')}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
          }}
        />
        <Group>
          {busy ? (
            <Button variant="default" onClick={onStop}>
              {t('stop')}
            </Button>
          ) : (
            <Button type="submit">{t('send')}</Button>
          )}
          <Button variant="subtle" onClick={onClear} disabled={busy}>
            {t('clear')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
