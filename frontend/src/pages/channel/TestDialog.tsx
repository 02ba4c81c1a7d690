import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { namesIn } from '@/lib/lists';
import { Problem } from '@/ui/Problem';
import { type Channel, useChannels } from './queries';

/** Tests one channel with a model that one chooses. */
export function TestDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t } = useTranslation('channel');
  const { test } = useChannels();
  const [model, setModel] = useState<string | null>(channel.test_model || null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('testOf', { name: channel.name })}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <Stack>
        <Select
          label={t('model')}
          placeholder={t('testAny')}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('clear') }}
          data={namesIn(channel.models)}
          value={model}
          onChange={setModel}
        />
        <Problem error={test.error} />
        {test.data && (
          <Text role="status">
            {t('answered', { name: channel.name, model: test.data.model, time: test.data.time })} {test.data.message}
          </Text>
        )}
        <Group justify="flex-end">
          <Button loading={test.isPending} onClick={() => test.mutate({ id: channel.id, ...(model && { model }) })}>
            {t('test')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
