import { Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { whole } from '@/lib/money';
import { milliseconds, percent } from '@/lib/shares';
import { hourOf } from '@/lib/time';
import { Bars } from '@/ui/Bars';
import { Failure } from '@/ui/Failure';
import { Money } from '@/ui/Money';
import { State } from '@/ui/State';
import { Strip, StripLegend } from '@/ui/Strip';
import { Tile } from '@/ui/Tile';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';
import { Heads } from './Heads';
import { type Channel, keysQuery, statsQuery } from './queries';

/** How a channel did in the last day, by its traffic, and how its keys are. */
export function ChannelHealth({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channel');
  const query = useQuery(statsQuery(channel.id));
  if (query.isError) return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton h={320} />;
  const stats = query.data.data;
  return (
    <Stack gap="lg">
      {stats ? <Stats name={channel.name} stats={stats} /> : <Text>{t('health.quiet')}</Text>}
      {query.data.counted_until > 0 && (
        <Text size="sm" c="dimmed" component="div">
          {t('health.until')} <When at={query.data.counted_until} />
        </Text>
      )}
      <Resting resting={channel.resting} />
      <Keys id={channel.id} />
    </Stack>
  );
}

function Stats({ name, stats }: { name: string; stats: Schemas['ChannelStats'] }) {
  const { t } = useTranslation('channel');
  const faults = Object.entries(stats.faults).sort(([, a], [, b]) => b - a);
  return (
    <>
      <div className={classes.tiles}>
        <Tile
          name={t('health.success')}
          value={percent(stats.success)}
          note={t('health.requests', { count: stats.requests })}
        />
        <Tile
          name={t('health.first')}
          value={milliseconds(stats.ttft_p50)}
          note={`p95 ${milliseconds(stats.ttft_p95)}`}
        />
        <Tile name={t('health.whole')} value={milliseconds(stats.p50)} note={`p95 ${milliseconds(stats.p95)}`} />
        <Tile
          name={t('health.quota')}
          value={<Money quota={stats.quota} />}
          note={`${t('health.cached')} ${percent(stats.cached)}`}
        />
      </div>
      <div>
        <Strip name={name} hours={stats.hours} />
        <StripLegend />
      </div>
      <Hours hours={stats.hours} />
      <div className={classes.halves}>
        <Bars
          title={t('health.faults')}
          empty={t('health.noFaults')}
          bars={faults.map(([kind, count]) => ({ key: kind, name: kind, size: count, shown: whole(count) }))}
        />
        <Bars
          title={t('health.models')}
          empty={t('health.quiet')}
          bars={stats.models.map(({ model, requests, success }) => ({
            key: model,
            name: model,
            size: requests,
            shown: `${whole(requests)} · ${percent(success)}`,
          }))}
        />
      </div>
      {stats.last_failure && (
        <Text component="div" size="sm">
          {t('health.last')} <When at={stats.last_failure.at} /> · {stats.last_failure.kind} · {stats.last_failure.text}
        </Text>
      )}
    </>
  );
}

function Hours({ hours }: { hours: Schemas['Hour'][] }) {
  const { t } = useTranslation('channel');
  const title = t('health.hours');
  return (
    <details>
      <summary>{title}</summary>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={title} verticalSpacing={4}>
          <Heads
            names={[
              t('health.hour'),
              t('health.asked'),
              t('health.failed'),
              t('health.success'),
              t('health.first'),
              t('health.whole'),
            ]}
          />
          <Table.Tbody>
            {hours.map((hour) => (
              <Table.Tr key={hour.hour}>
                <Table.Td>{hourOf(hour.hour)}</Table.Td>
                <Table.Td>{whole(hour.requests)}</Table.Td>
                <Table.Td>{whole(hour.failures)}</Table.Td>
                <Table.Td>{percent(hour.success)}</Table.Td>
                <Table.Td>{milliseconds(hour.ttft_p50)}</Table.Td>
                <Table.Td>{milliseconds(hour.p50)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}

/** Models that failed, and are not asked until then. */
function Resting({ resting }: { resting: Schemas['RestShown'][] }) {
  const { t } = useTranslation('channel');
  if (resting.length === 0) return null;
  return (
    <section>
      <Text component="h2" fw={600} size="sm">
        {t('health.resting')}
      </Text>
      <Table aria-label={t('health.resting')} verticalSpacing={4}>
        <Heads names={[t('model'), t('health.restsUntil'), t('health.why')]} />
        <Table.Tbody>
          {resting.map(({ model, key_index, until, kind, text }) => (
            <Table.Tr key={`${model} ${key_index} ${kind}`}>
              <Table.Td translate="no">{model || t('health.keyAt', { place: key_index + 1 })}</Table.Td>
              <Table.Td>
                <When at={until} />
              </Table.Td>
              <Table.Td>
                {kind} · {text}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Keys({ id }: { id: number }) {
  const { t } = useTranslation('channel');
  const query = useQuery(keysQuery(id));
  if (query.isError) return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  const now = Date.now() / 1000;
  return (
    <section>
      <Text component="h2" fw={600} size="sm">
        {t('health.keys')}
      </Text>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('health.keys')} verticalSpacing={4}>
          <Heads names={[t('health.turn'), t('key'), t('state'), t('health.lastFault')]} />
          <Table.Tbody>
            {(query.data ?? []).map((key) => (
              <Table.Tr key={key.place}>
                <Table.Td>{key.place + 1}</Table.Td>
                <Table.Td className={classes.mono}>{key.hint || '–'}</Table.Td>
                <Table.Td>
                  {key.resting_until > now ? (
                    <>
                      <State is="waiting">{t('health.rests')}</State> <When at={key.resting_until} />
                    </>
                  ) : (
                    <State is="good">{t('health.serves')}</State>
                  )}
                </Table.Td>
                <Table.Td>
                  {key.last_fault_at ? (
                    <>
                      <When at={key.last_fault_at} /> · {key.last_fault}
                    </>
                  ) : (
                    '–'
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
