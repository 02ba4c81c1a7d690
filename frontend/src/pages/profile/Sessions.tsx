import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { ProfileTabs } from './ProfileTabs';

const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/user/session', { signal })),
});

/** Where one is signed in: each can be ended, or all but this. */
export function Sessions() {
  const { t } = useTranslation('profile');
  const sessions = useQuery(sessionsQuery);
  return (
    <Page title={t('sessions.title')} width={640}>
      <ProfileTabs />
      <Loaded query={sessions}>{(there) => <All sessions={there} />}</Loaded>
    </Page>
  );
}

function All({ sessions }: { sessions: Schemas['ShownSession'][] }) {
  const { t } = useTranslation('profile');
  const { end, endOthers } = useEnding();
  const others = sessions.filter(({ own }) => !own);
  return (
    <Stack>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('sessions.title')} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('sessions.device')}</Table.Th>
              <Table.Th>{t('sessions.place')}</Table.Th>
              <Table.Th>{t('sessions.used')}</Table.Th>
              <Table.Th ta="right">{t('sessions.end')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.map((session) => (
              <One key={session.id} session={session} onEnd={() => end.mutate(session.id)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group>
        <Button
          variant="default"
          disabled={!others.length}
          loading={endOthers.isPending}
          onClick={() => endOthers.mutate()}
        >
          {t('sessions.endOthers')}
        </Button>
      </Group>
    </Stack>
  );
}

function useEnding() {
  const queries = useQueryClient();
  const { failed } = useSaved();
  const told = { onSettled: () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey }), onError: failed };
  const end = useMutation({
    mutationFn: (session_id: string) =>
      client.DELETE('/api/user/session/{session_id}', { params: { path: { session_id } } }),
    ...told,
  });
  const endOthers = useMutation({ mutationFn: () => client.DELETE('/api/user/session'), ...told });
  return { end, endOthers };
}

function One({ session, onEnd }: { session: Schemas['ShownSession']; onEnd: () => void }) {
  const { t } = useTranslation('profile');
  const device = [session.browser, session.system].filter(Boolean).join(' · ') || t('sessions.unknown');
  return (
    <Table.Tr>
      <Table.Td>{device}</Table.Td>
      <Table.Td>
        <Text span size="sm" translate="no">
          {session.network || '–'}
        </Text>
      </Table.Td>
      <Table.Td>
        <When at={session.last_used_time} />
      </Table.Td>
      <Table.Td ta="right">
        {session.own ? (
          <State is="good">{t('sessions.own')}</State>
        ) : (
          <Button size="compact-xs" variant="default" aria-label={`${t('sessions.end')}: ${device}`} onClick={onEnd}>
            {t('sessions.end')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
