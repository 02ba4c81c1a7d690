import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, opened } from '@/api/client';
import { Problem } from '@/ui/Problem';
import type { Section } from './queries';

/** What can be tried with the settings as they are saved. */
const TRIALS = {
  mail: async () => opened(await client.POST('/api/option/test/mail', { body: { to: '' } })).to,
  pusher: async () => {
    await client.POST('/api/option/test/pusher');
    return '';
  },
  oidc: async () => opened(await client.POST('/api/option/test/oidc')).authorization,
} as const;

const OF: Partial<Record<Section, (keyof typeof TRIALS)[]>> = { mail: ['mail', 'pusher'], sign_in: ['oidc'] };

export function Trials({ section }: { section: Section }) {
  return (
    <>
      {(OF[section] ?? []).map((name) => (
        <Trial key={name} name={name} />
      ))}
    </>
  );
}

function Trial({ name }: { name: keyof typeof TRIALS }) {
  const { t } = useTranslation('setting');
  const trial = useMutation({ mutationFn: TRIALS[name] });
  return (
    <div>
      <Problem error={trial.error} />
      <Group>
        <Button variant="default" loading={trial.isPending} onClick={() => trial.mutate()}>
          {t(`trials.${name}`)}
        </Button>
        {trial.isSuccess && <Text role="status">{t('trials.worked', { what: trial.data })}</Text>}
      </Group>
    </div>
  );
}
