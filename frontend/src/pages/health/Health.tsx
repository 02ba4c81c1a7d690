import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { whole } from '@/lib/money';
import { milliseconds, percent } from '@/lib/shares';
import { Clipped } from '@/ui/Clipped';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import type { Column } from '@/ui/ResourceTable';
import { State } from '@/ui/State';
import { Strip, StripLegend } from '@/ui/Strip';
import { When } from '@/ui/When';
import { WholeList } from '@/ui/WholeList';
import { Counted } from './Counted';
import { type ChannelHealth, healthQuery, type Counted as Until } from './queries';

/** All channels at a glance: their last day by real traffic, the worst first. */
export function Health() {
  const { t } = useTranslation('health');
  const query = useQuery(healthQuery);
  return (
    <Page title={t('title')}>
      <Loaded query={query}>
        {({ rows, ...counted }) =>
          rows.length === 0 ? <EmptyState text={t('empty')} /> : <Channels rows={rows} {...counted} />
        }
      </Loaded>
    </Page>
  );
}

function Channels({ rows, ...counted }: Until & { rows: ChannelHealth[] }) {
  const { t } = useTranslation('health');
  return (
    <>
      <Counted {...counted} />
      <StripLegend />
      <WholeList<ChannelHealth>
        caption={t('title')}
        rows={rows}
        columns={columns(t)}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        state={{}}
        onState={() => undefined}
      />
    </>
  );
}

function columns(t: TFunction<'health'>): Column<ChannelHealth>[] {
  return [
    { id: 'name', title: t('channel'), render: (row) => <Name row={row} /> },
    { id: 'state', title: t('state'), render: (row) => <Doing row={row} /> },
    { id: 'hours', title: t('day'), render: ({ name, stats }) => <Strip name={name} hours={stats?.hours ?? []} /> },
    { id: 'success', title: t('success'), numeric: true, render: ({ stats }) => <Success stats={stats} /> },
    { id: 'ttft', title: t('first'), numeric: true, render: ({ stats }) => <First stats={stats} /> },
    { id: 'failure', title: t('failure'), render: ({ stats }) => <LastFailure stats={stats} /> },
  ];
}

function Name({ row: { id, name } }: { row: ChannelHealth }) {
  return (
    <Link to="/channel/$id" params={{ id: String(id) }}>
      <Clipped text={name || String(id)} most={140} />
    </Link>
  );
}

const ENABLED = 1;
const OUT_OF_SERVICE = 3;

/** Whether it is asked, and until when it rests. */
function Doing({ row: { channel } }: { row: ChannelHealth }) {
  const { t } = useTranslation('health');
  if (!channel) return '–';
  if (channel.status !== ENABLED) {
    return (
      <Stack gap={0} align="flex-start">
        <State is={channel.status === OUT_OF_SERVICE ? 'bad' : 'off'}>
          {t(channel.status === OUT_OF_SERVICE ? 'out' : 'disabled')}
        </State>
        {channel.status_reason && <Clipped text={channel.status_reason} most={160} />}
      </Stack>
    );
  }
  const until = Math.max(0, ...channel.resting.map((rest) => rest.until));
  if (!until) return <State is="good">{t('serves')}</State>;
  return (
    <Stack gap={0} align="flex-start">
      <State is="waiting">{t('rests', { count: channel.resting.length })}</State>
      <Text span size="xs">
        {t('until')} <When at={until} />
      </Text>
    </Stack>
  );
}

/** The share, and of how many: beside each other the two would push the last failure out of sight. */
function Success({ stats }: { stats: ChannelHealth['stats'] }) {
  const { t } = useTranslation('health');
  const count = stats?.requests ?? 0;
  return (
    <Stack gap={0}>
      <span>{percent(stats?.success)}</span>
      <Text span size="xs" c="dimmed">
        {t('asked', { count, shown: whole(count) })}
      </Text>
    </Stack>
  );
}

function First({ stats }: { stats: ChannelHealth['stats'] }) {
  if (!stats?.ttft_p50) return '–';
  return (
    <Stack gap={0}>
      <span>p50 {milliseconds(stats.ttft_p50)}</span>
      <span>p95 {milliseconds(stats.ttft_p95)}</span>
    </Stack>
  );
}

function LastFailure({ stats }: { stats: ChannelHealth['stats'] }) {
  const last = stats?.last_failure;
  if (!last) return '–';
  return (
    <Stack gap={0}>
      <span>
        <When at={last.at} /> · {last.kind}
      </span>
      <Clipped text={last.text} most={180} />
    </Stack>
  );
}
