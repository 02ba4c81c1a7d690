import { Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { client, opened } from '@/api/client';

const EVERY = 2000; // milliseconds

/** How far a test of all channels is, while one runs. */
export function TestProgress({ begun, onEnd }: { begun: boolean; onEnd: () => void }) {
  const { t } = useTranslation('channel');
  const { data: run } = useQuery({
    queryKey: ['test of all channels'],
    queryFn: async ({ signal }) => opened(await client.GET('/api/channel/test/progress', { signal })),
    enabled: begun,
    refetchInterval: begun && EVERY,
    staleTime: 0,
    gcTime: 0,
  });
  const ended = begun && run?.state === 'done';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it ended
  useEffect(() => {
    if (ended) onEnd();
  }, [ended]);
  if (!run || run.state === 'idle') return null;
  const told = { done: run.done, total: run.total, failed: run.failed };
  return (
    <div style={{ minWidth: 180 }}>
      <Text size="xs" role="status">
        {t(run.state === 'done' ? 'tools.tested' : 'tools.testing', told)}
      </Text>
      <Progress
        value={run.total ? (run.done / run.total) * 100 : 0}
        size="sm"
        aria-label={t('tools.testAll')}
        color={run.failed ? 'orange' : undefined}
      />
    </div>
  );
}
