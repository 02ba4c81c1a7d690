import {
  Button,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { groupsQuery } from '@/api/groups';
import { providersQuery } from '@/api/providers';
import { namesIn } from '@/lib/lists';
import { LimitsEditor } from '@/ui/LimitsEditor';
import { ListInput } from '@/ui/ListInput';
import { Missing } from '@/ui/Loaded';
import { Probe } from '@/ui/Probe';
import { Problem } from '@/ui/Problem';
import { refusedLimits, useLimitDrafts } from '@/ui/useLimitDrafts';
import { useRefused } from '@/ui/useRefused';
import { ChannelUses } from './ChannelUses';
import type { Channel } from './queries';

export type Filled = ReturnType<typeof startOf> & { limits?: Schemas['LimitForm'][] };

/** What a form begins with: a channel as it is, or nothing yet. */
function startOf(channel: Channel | undefined) {
  return {
    type: String(channel?.type ?? 1),
    name: channel?.name ?? '',
    key: '',
    multi_key: 'split',
    base_url: channel?.base_url ?? '',
    config: configOf(channel?.config),
    models: namesIn(channel?.models ?? ''),
    group: namesIn(channel?.group ?? 'default'),
    model_mapping: channel?.model_mapping ?? '',
    priority: channel?.priority ?? 0,
    weight: channel?.weight ?? 0,
    tag: channel?.tag ?? '',
    test_model: channel?.test_model ?? '',
    system_prompt: channel?.system_prompt ?? '',
    other: channel?.other ?? '',
  };
}

function configOf(text: string | undefined): Record<string, string> {
  try {
    return text ? (JSON.parse(text) as Record<string, string>) : {};
  } catch {
    return {};
  }
}

/** The fields as the API takes them. */
export function sent({ type, config, models, group, ...rest }: Filled) {
  return {
    ...rest,
    type: Number(type),
    config: Object.keys(config).length ? JSON.stringify(config) : '',
    models: models.join(','),
    group: group.join(','),
  };
}

function probeOf({ type, key, base_url, config, other }: Filled): Schemas['ProbeForm'] {
  const [first = ''] = key.trim().split('\n');
  return { type: Number(type), key: first, base_url, config: JSON.stringify(config), other, model: '' };
}

type Props = {
  channel?: Channel;
  problem: Error | null;
  saving: boolean;
  onSave: (filled: Filled) => void;
  onCancel: () => void;
};

/** A channel in five parts: provider, models, mapping, routing, more. */
export function ChannelForm({ channel, problem, saving, onSave, onCancel }: Props) {
  const { t } = useTranslation('channel');
  const catalogue = useQuery(providersQuery);
  const providers = catalogue.data ?? [];
  const groups = useQuery(groupsQuery);
  const form = useForm({
    initialValues: startOf(channel),
    validate: {
      name: (name) => (name.trim() ? null : t('errors.name')),
      key: (key) => (channel || key.trim() ? null : t('errors.key')),
      models: (models) => (models.length ? null : t('errors.models')),
      group: (group) => (group.length ? null : t('errors.groups')),
      model_mapping: (text) => (!text || isMapping(text) ? null : t('errors.mapping')),
    },
  });
  const limits = useLimitDrafts(channel?.limits ?? []);
  const save = (filled: Filled): void => {
    const written = limits.read();
    if (written) onSave({ ...filled, limits: written });
  };
  const several = !channel && form.values.key.trim().includes('\n');
  const provider = providers.find(({ id }) => String(id) === form.values.type);
  const models = useModelsOf(channel, (names) => form.setFieldValue('models', names));
  return (
    <form onSubmit={form.onSubmit(save)}>
      <Stack gap="xl">
        <Missing queries={[catalogue, groups]} />
        <Problem error={useRefused(problem, form)} />
        <Part title={t('parts.provider')}>
          <Select
            label={t('provider')}
            searchable
            allowDeselect={false}
            data={providers.map(({ id, name }) => ({ value: String(id), label: name }))}
            {...form.getInputProps('type')}
          />
          <TextInput label={t('name')} required {...form.getInputProps('name')} />
          {channel ? (
            <PasswordInput
              label={t('key')}
              description={t('keyKept', { count: channel.key_count })}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': t('show') }}
              {...form.getInputProps('key')}
            />
          ) : (
            <Textarea
              label={t('key')}
              description={`${provider?.key_format ?? ''} ${t('keysHelp')}`}
              required
              autosize
              autoComplete="off"
              spellCheck={false}
              {...form.getInputProps('key')}
            />
          )}
          {several && (
            <SegmentedControl
              aria-label={t('several.what')}
              data={[
                { value: 'split', label: t('several.split') },
                { value: 'rotate', label: t('several.rotate') },
              ]}
              {...form.getInputProps('multi_key')}
            />
          )}
          <TextInput
            label={t('address')}
            placeholder={provider?.base_url}
            description={t('addressHelp')}
            {...form.getInputProps('base_url')}
          />
          {provider?.config.map((field) => (
            <TextInput
              key={field.name}
              label={field.label}
              required={field.required}
              placeholder={field.placeholder || field.default}
              {...form.getInputProps(`config.${field.name}`)}
              value={form.values.config[field.name] ?? ''}
            />
          ))}
        </Part>
        <Part title={t('parts.models')}>
          {!channel && (
            <Probe
              asked={() => probeOf(form.values)}
              ready={Boolean(form.values.key.trim())}
              onProbed={({ models, priced }) => form.setFieldValue('models', priced.length ? priced : models)}
            />
          )}
          <ListInput
            label={t('models')}
            description={t('modelsHelp')}
            suggestions={provider?.models ?? []}
            value={form.values.models}
            error={form.errors.models}
            onChange={(names) => form.setFieldValue('models', names)}
          />
          <Problem error={models.error} />
          <Group>
            <Button size="xs" variant="default" onClick={() => form.setFieldValue('models', provider?.models ?? [])}>
              {t('known')}
            </Button>
            {channel && (
              <Button size="xs" variant="default" loading={models.isPending} onClick={() => models.mutate()}>
                {t('fetch')}
              </Button>
            )}
          </Group>
        </Part>
        <Part title={t('parts.mapping')}>
          <Textarea
            label={t('mapping')}
            description={t('mappingHelp')}
            autosize
            minRows={3}
            {...form.getInputProps('model_mapping')}
          />
        </Part>
        <Part title={t('parts.routing')}>
          <ListInput
            label={t('groups')}
            suggestions={groups.data ?? []}
            value={form.values.group}
            error={form.errors.group}
            onChange={(names) => form.setFieldValue('group', names)}
          />
          <Group grow>
            <NumberInput
              label={t('priority')}
              description={t('priorityHelp')}
              allowDecimal={false}
              {...form.getInputProps('priority')}
            />
            <NumberInput
              label={t('weight')}
              description={t('weightHelp')}
              allowDecimal={false}
              min={0}
              {...form.getInputProps('weight')}
            />
          </Group>
          <TextInput label={t('tag')} {...form.getInputProps('tag')} />
          <TextInput label={t('testModel')} {...form.getInputProps('test_model')} />
        </Part>
        <Part title={t('parts.limits')}>
          {channel && <ChannelUses id={channel.id} />}
          <LimitsEditor
            drafts={limits.drafts}
            onChange={limits.setDrafts}
            problems={limits.problems}
            refused={refusedLimits(problem)}
          />
        </Part>
        <details>
          <summary>{t('parts.more')}</summary>
          <Stack mt="sm">
            <Textarea label={t('system')} autosize minRows={2} {...form.getInputProps('system_prompt')} />
            <TextInput label={t('other')} {...form.getInputProps('other')} />
          </Stack>
        </details>
        <Group>
          <Button type="submit" loading={saving}>
            {t(channel ? 'save' : 'create')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('cancel')}
          </Button>
          <Text size="sm" c="dimmed">
            {provider?.docs}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function isMapping(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Asks the provider of a saved channel what it has. */
function useModelsOf(channel: Channel | undefined, onModels: (names: string[]) => void) {
  return useMutation({
    mutationFn: async () => {
      const params: { path: { channel_id: number } } = { path: { channel_id: channel?.id ?? 0 } };
      return opened(await client.GET('/api/channel/fetch_models/{channel_id}', { params }));
    },
    onSuccess: (names) => onModels(names as string[]),
  });
}

export type NewChannel = Schemas['NewChannel'];
