import { SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, opened } from '@/api/client';
import { whole } from '@/lib/money';
import { Bars } from '@/ui/Bars';
import { EmptyState } from '@/ui/EmptyState';
import { ExportButton } from '@/ui/ExportButton';
import { Loaded } from '@/ui/Loaded';
import { Money, useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Tile } from '@/ui/Tile';
import classes from '@/ui/ui.module.css';

export const WAYS = ['model', 'user', 'token', 'channel', 'group', 'hour'] as const;
export const SPANS = ['1', '7', '30'] as const;
export type Way = (typeof WAYS)[number];

const topQuery = (by: Way, days: string) =>
  queryOptions({
    queryKey: ['usage', 'top', by, days],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/usage/top', { params: { query: { by, days: Number(days), limit: 50 } }, signal })),
    placeholderData: (before) => before,
  });

type Props = { by: Way; days: string; onChange: (by: Way, days: string) => void };

/** What everybody consumed, the dearest first, by whatever is asked for; totals are of everything, not of a page. */
export function Usage({ by, days, onChange }: Props) {
  const { t } = useTranslation('usage');
  const query = useQuery(topQuery(by, days));
  return (
    <Page
      title={t('title')}
      actions={
        <ExportButton path="/api/usage/export" name={`usage-by-${by}.csv`} query={{ by, days }}>
          {t('export')}
        </ExportButton>
      }
    >
      <div className={classes.filters}>
        <SegmentedControl
          aria-label={t('by')}
          value={by}
          onChange={(value) => onChange(value as Way, days)}
          data={WAYS.map((value) => ({ value, label: t(`ways.${value}`) }))}
          style={{ flex: 'none' }}
        />
        <SegmentedControl
          aria-label={t('span')}
          value={days}
          onChange={(value) => onChange(by, value)}
          data={SPANS.map((value) => ({ value, label: t('days', { count: Number(value) }) }))}
          style={{ flex: 'none' }}
        />
      </div>
      <Loaded query={query}>{(data) => <Consumed by={by} data={data} />}</Loaded>
    </Page>
  );
}

type Top = Awaited<ReturnType<NonNullable<ReturnType<typeof topQuery>['queryFn']>>>;

function Consumed({ by, data: { rows, totals, others, complete } }: { by: Way; data: Top }) {
  const { t } = useTranslation('usage');
  const { first } = useMoney();
  if (rows.length === 0) return <EmptyState text={t('nothing')} />;
  const named = rows.map((row) => ({ ...row, name: row.name || row.key }));
  return (
    <Stack>
      <div className={classes.tiles}>
        <Tile name={t('spent')} value={<Money quota={totals.quota} />} note={complete ? undefined : t('atLeast')} />
        <Tile name={t('requests')} value={whole(totals.request_count)} />
        <Tile name={t('input')} value={whole(totals.prompt_tokens)} />
        <Tile name={t('output')} value={whole(totals.completion_tokens)} />
      </div>
      <Bars
        title={t(`ways.${by}`)}
        empty={t('nothing')}
        bars={named.slice(0, 10).map(({ key, name, quota }) => ({ key, name, size: quota, shown: first(quota) }))}
      />
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('title')} withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t(`ways.${by}`)}</Table.Th>
              <Table.Th ta="right">{t('spent')}</Table.Th>
              <Table.Th ta="right">{t('requests')}</Table.Th>
              <Table.Th ta="right">{t('input')}</Table.Th>
              <Table.Th ta="right">{t('output')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...named, ...(others.request_count ? [{ key: '…', name: t('others'), ...others }] : [])].map((row) => (
              <Table.Tr key={row.key}>
                <Table.Td>{row.name}</Table.Td>
                <Table.Td ta="right">{first(row.quota)}</Table.Td>
                <Table.Td ta="right">{whole(row.request_count)}</Table.Td>
                <Table.Td ta="right">{whole(row.prompt_tokens)}</Table.Td>
                <Table.Td ta="right">{whole(row.completion_tokens)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        {t('behind')}
      </Text>
    </Stack>
  );
}
