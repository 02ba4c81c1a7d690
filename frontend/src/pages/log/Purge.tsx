import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, opened } from '@/api/client';
import { Problem } from '@/ui/Problem';

const QUARTER = 90;

/** A day of this zone as date fields have it. */
function daysAgo(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() - days);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

/** Deletes old entries, part by part until none is left; balances keep what the entries moved. */
export function Purge({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('log');
  const [day, setDay] = useState(daysAgo(QUARTER));
  const { purge, gone } = usePurge();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    purge.mutate(day);
  };
  return (
    <Modal opened onClose={onClose} title={t('purge.title')} closeButtonProps={{ 'aria-label': t('purge.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <Text>{t('purge.text')}</Text>
          <Problem error={purge.error} />
          <TextInput
            type="date"
            label={t('purge.before')}
            required
            max={daysAgo(0)}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          {(purge.isPending || purge.isSuccess) && (
            <Text role="status">{t(purge.isSuccess ? 'purge.done' : 'purge.going', { count: gone })}</Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('purge.close')}
            </Button>
            <Button type="submit" color="red" loading={purge.isPending} disabled={!day || purge.isSuccess}>
              {t('purge.delete')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function usePurge() {
  const queries = useQueryClient();
  const [gone, setGone] = useState(0);
  const purge = useMutation({
    mutationFn: async (day: string) => {
      const query = { target_timestamp: String(new Date(`${day}T00:00:00`).getTime() / 1000) } as never;
      let sum = 0;
      let part: number;
      do {
        part = Number(opened(await client.DELETE('/api/log', { params: { query } })) ?? 0);
        sum += part;
        setGone(sum);
      } while (part > 0);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['log'] }),
  });
  return { purge, gone };
}
