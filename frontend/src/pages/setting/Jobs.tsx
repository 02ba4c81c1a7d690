import { Button, Table, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '@/api/client';
import { Loaded } from '@/ui/Loaded';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { jobsQuery } from './queries';

const LOOKS = { done: 'good', failed: 'bad', never: 'off' } as const;

/** What runs by itself: how it went, when it does again. */
export function Jobs() {
  const { t } = useTranslation('setting');
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t('jobs.title')}
      </Title>
      <Loaded query={useQuery(jobsQuery)}>{(jobs) => <Rows jobs={jobs} />}</Loaded>
    </section>
  );
}

function Rows({ jobs }: { jobs: Schemas['Job'][] }) {
  const { t } = useTranslation('setting');
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('jobs.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('jobs.name')}</Table.Th>
            <Table.Th>{t('jobs.last')}</Table.Th>
            <Table.Th>{t('jobs.next')}</Table.Th>
            <Table.Th ta="right">{t('jobs.run')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={job.name}>
              <Table.Td title={job.description}>{job.name}</Table.Td>
              <Table.Td>
                <State is={LOOKS[job.state]}>{t(`jobs.states.${job.state}`)}</State> <When at={job.started_at} />{' '}
                {job.reason}
              </Table.Td>
              <Table.Td>
                <When at={job.next_at} />
              </Table.Td>
              <Table.Td ta="right">
                <Run job={job} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Run({ job }: { job: Schemas['Job'] }) {
  const { t } = useTranslation('setting');
  const queries = useQueryClient();
  const { failed } = useSaved();
  const run = useMutation({
    mutationFn: () => client.POST('/api/job/{name}', { params: { path: { name: job.name } } }),
    onError: failed,
    onSettled: () => queries.invalidateQueries({ queryKey: jobsQuery.queryKey }),
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={run.isPending}
      aria-label={`${t('jobs.run')}: ${job.name}`}
      onClick={() => run.mutate()}
    >
      {t('jobs.run')}
    </Button>
  );
}
