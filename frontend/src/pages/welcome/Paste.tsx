import { Anchor, PasswordInput, Radio, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Provider } from '@/api/providers';
import { detect } from '@/lib/detect';
import { Probe, type Probed } from '@/ui/Probe';
import classes from '@/ui/ui.module.css';

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
    // Where it may be of several, a person says whose it is: nothing goes to a provider that was only guessed.
    change({ key, address, type: types.length === 1 ? String(types[0]) : '' });
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
      <Whose providers={providers} likely={likely} type={found.type} onType={(type) => change({ type, config: {} })} />
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

type WhoseProps = { providers: Provider[]; likely: number[]; type: string; onType: (type: string) => void };

/** Whose key it is: the likely ones to choose from, and all others in a list. */
function Whose({ providers, likely, type, onType }: WhoseProps) {
  const { t } = useTranslation('welcome');
  const offered = likely.flatMap((wanted) => providers.filter(({ id }) => id === wanted));
  return (
    <>
      {offered.length > 1 && (
        <Radio.Group label={t('paste.whose')} description={t('paste.unsure')} value={type} onChange={onType}>
          <div className={classes.choices}>
            {offered.map(({ id, name }) => (
              <Radio key={id} value={String(id)} label={name} />
            ))}
          </div>
        </Radio.Group>
      )}
      <Select
        label={t('paste.provider')}
        searchable
        data={providers.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={type || null}
        onChange={(chosen) => onType(chosen ?? '')}
      />
    </>
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
        {t('paste.goes', { provider: provider.name, address: found.address || provider.base_url || '—' })}{' '}
        {provider.docs && (
          <Anchor href={provider.docs} target="_blank" rel="noreferrer" inherit>
            {t('paste.docs', { provider: provider.name })}
          </Anchor>
        )}
      </Text>
    </>
  );
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
