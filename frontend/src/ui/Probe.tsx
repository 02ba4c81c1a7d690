import { Alert, Button, Group, List, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { Problem } from './Problem';

export type Probed = Schemas['Probed'];

type Props = { asked: () => Schemas['ProbeForm']; ready: boolean; onProbed: (told: Probed) => void };

/** Tries a channel before it is saved: which models there are, one short answer, and what to do about a fault. */
export function Probe({ asked, ready, onProbed }: Props) {
  const { t } = useTranslation('channel');
  const probe = useMutation({
    mutationFn: async () => opened(await client.POST('/api/channel/probe', { body: asked() })),
    onSuccess: onProbed,
  });
  const told = probe.data;
  return (
    <div>
      <Problem error={probe.error} />
      <Group>
        <Button size="xs" variant="default" loading={probe.isPending} disabled={!ready} onClick={() => probe.mutate()}>
          {t('probe.try')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('probe.help')}
        </Text>
      </Group>
      {told && (
        <Alert mt="sm" variant="outline" color={told.fault.kind ? 'red' : 'green'} role="status">
          {told.fault.kind ? (
            <>
              {told.fault.message} {told.fault.hint}
            </>
          ) : (
            <List size="sm">
              <List.Item>{t('probe.answered', { model: told.model, answer: told.answer, ms: told.ms })}</List.Item>
              <List.Item>{t('probe.models', { count: told.models.length, priced: told.priced.length })}</List.Item>
            </List>
          )}
        </Alert>
      )}
    </div>
  );
}
