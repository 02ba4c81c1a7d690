import { PasswordInput, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Provider } from '@/api/providers';
import { detect } from '@/lib/detect';
import { Probe, type Probed } from '@/ui/Probe';

export type Chosen = { provider: Provider; key: string; address: string; config: Record<string, string> };
type Props = {
  providers: Provider[];
  onProbed: (chosen: Chosen, probed: Probed) => void;
  onChanged: () => void;
};

const NOTHING = { type: '', key: '', address: '', config: {} as Record<string, string> };

/** Anything that holds a key, read in this browser; the key goes to the provider that is chosen below, on asking. */
export function Paste({ providers, onProbed, onChanged }: Props) {
  const { t } = useTranslation('welcome');
  const [pasted, setPasted] = useState('');
  const [found, setFound] = useState(NOTHING);
  const [likely, setLikely] = useState<number[]>([]);
  const provider = providers.find(({ id }) => String(id) === found.type);
  const change = (fields: Partial<typeof NOTHING>): void => {
    setFound({ ...found, ...fields });
    onChanged();
  };
  const read = (text: string): void => {
    setPasted(text);
    const { key, types, address } = detect(text, providers);
    setLikely(types);
    change({ key, address, type: types[0] ? String(types[0]) : found.type });
  };
  const chosen = provider && { provider, key: found.key, address: found.address, config: found.config };
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('paste.title')}
      </Title>
      <Textarea
        label={t('paste.label')}
        description={t('paste.help')}
        autosize
        minRows={3}
        maxRows={8}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={pasted}
        onChange={(event) => read(event.currentTarget.value)}
      />
      <Select
        label={t('paste.provider')}
        description={likely.length > 1 ? t('paste.unsure') : undefined}
        searchable
        data={ordered(providers, likely)}
        value={found.type || null}
        onChange={(type) => change({ type: type ?? '', config: {} })}
      />
      {pasted && (
        <PasswordInput
          label={t('paste.key')}
          description={provider?.key_format}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('paste.show') }}
          value={found.key}
          onChange={(event) => change({ key: event.currentTarget.value })}
        />
      )}
      {provider && <Where provider={provider} found={found} onChange={change} />}
      {chosen && (
        <Probe
          asked={() => probeOf(chosen)}
          ready={Boolean(found.key.trim())}
          onProbed={(probed) => onProbed(chosen, probed)}
        />
      )}
    </Stack>
  );
}

type WhereProps = {
  provider: Provider;
  found: typeof NOTHING;
  onChange: (fields: Partial<typeof NOTHING>) => void;
};

/** Where the key will go, and what else the provider wants to know. */
function Where({ provider, found, onChange }: WhereProps) {
  const { t } = useTranslation('welcome');
  return (
    <>
      <TextInput
        label={t('paste.address')}
        placeholder={provider.base_url}
        description={t('paste.addressHelp')}
        value={found.address}
        onChange={(event) => onChange({ address: event.currentTarget.value })}
      />
      {provider.config
        .filter(({ required }) => required)
        .map((field) => (
          <TextInput
            key={field.name}
            label={field.label}
            required={field.required}
            placeholder={field.placeholder || field.default}
            value={found.config[field.name] ?? ''}
            onChange={(event) => onChange({ config: { ...found.config, [field.name]: event.currentTarget.value } })}
          />
        ))}
      <Text size="sm">
        {t('paste.goes', { provider: provider.name, address: found.address || provider.base_url || '—' })}
      </Text>
    </>
  );
}

/** The likely ones first. */
function ordered(providers: Provider[], likely: number[]) {
  const place = ({ id }: Provider): number => (likely.includes(id) ? likely.indexOf(id) : likely.length);
  return providers
    .toSorted((one, other) => place(one) - place(other))
    .map(({ id, name }) => ({ value: String(id), label: name }));
}

function probeOf({ provider, key, address, config }: Chosen) {
  return {
    type: provider.id,
    key: key.trim(),
    base_url: address.trim(),
    config: JSON.stringify(config),
    other: '',
    model: '',
  };
}
