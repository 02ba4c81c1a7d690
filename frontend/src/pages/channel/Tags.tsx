import { Button, Group, Skeleton, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, paged, type Schemas } from '@/api/client';
import { confirmDanger, typedFor } from '@/ui/confirm';
import { EmptyState } from '@/ui/EmptyState';
import { Failure } from '@/ui/Failure';
import classes from '@/ui/ui.module.css';
import { useSaved } from '@/ui/useSaved';
import { Standing } from './columns';
import { Heads } from './Heads';
import { type Channel, channelsQuery, tagsQuery, useChannels } from './queries';

const MOST = 100; // channels of one answer

/** Channels by their tags: a row for each, its channels below when it is unfolded, and what is done with all of them. */
export function Tags() {
  const { t } = useTranslation('channel');
  const query = useQuery(tagsQuery);
  if (query.isError) return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton h={240} />;
  if (query.data.length === 0) return <EmptyState text={t('tags.none')} />;
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('tags.title')} withTableBorder className={classes.bodies}>
        <Heads names={[t('tag'), t('tags.channels'), t('tags.enabled'), t('tags.all')]} />
        {query.data.map((tag) => (
          <One key={tag.tag} tag={tag} />
        ))}
      </Table>
    </Table.ScrollContainer>
  );
}

function One({ tag }: { tag: Schemas['Tag'] }) {
  const [open, setOpen] = useState(false);
  return (
    <Table.Tbody>
      <Table.Tr>
        <Table.Td>
          <Button
            size="compact-sm"
            variant="transparent"
            aria-expanded={open}
            leftSection={<span aria-hidden>{open ? '▾' : '▸'}</span>}
            onClick={() => setOpen(!open)}
          >
            {tag.tag}
          </Button>
        </Table.Td>
        <Table.Td>{tag.channels}</Table.Td>
        <Table.Td>{tag.enabled}</Table.Td>
        <Table.Td>
          <ForAll tag={tag} />
        </Table.Td>
      </Table.Tr>
      {open && <Unfolded tag={tag.tag} />}
    </Table.Tbody>
  );
}

function Unfolded({ tag }: { tag: string }) {
  const { t } = useTranslation('channel');
  const query = useQuery(channelsQuery({ tag, size: String(MOST) }));
  const rows = query.data?.rows ?? [];
  return (
    <>
      {query.isPending && (
        <Table.Tr>
          <Table.Td colSpan={4}>
            <Skeleton h={24} />
          </Table.Td>
        </Table.Tr>
      )}
      {rows.map((channel) => (
        <Table.Tr key={channel.id}>
          <Table.Td pl="xl">
            <Link to="/channel/$id" params={{ id: String(channel.id) }}>
              {channel.name || `#${channel.id}`}
            </Link>
          </Table.Td>
          <Table.Td colSpan={2}>
            <Standing channel={channel} />
          </Table.Td>
          <Table.Td>{t('tags.routing', { priority: channel.priority, weight: channel.weight })}</Table.Td>
        </Table.Tr>
      ))}
      {query.data?.next && (
        <Table.Tr>
          <Table.Td colSpan={4}>
            <Link to="/channel" search={{ tag }}>
              {t('tags.more')}
            </Link>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** Every channel of a tag, however many pages that takes. */
async function channelsOf(tag: string): Promise<Channel[]> {
  const found: Channel[] = [];
  let cursor: string | undefined;
  do {
    const query = { tag, page_size: MOST, ...(cursor && { cursor }) };
    const page = paged(await client.GET('/api/channel', { params: { query } }));
    found.push(...page.rows);
    cursor = page.next;
  } while (cursor);
  return found;
}

function ForAll({ tag }: { tag: Schemas['Tag'] }) {
  const { t } = useTranslation('channel');
  const { many } = useChannels();
  const { saved, failed } = useSaved();
  const act = useMutation({
    mutationFn: async (action: string) => {
      const ids = (await channelsOf(tag.tag)).map(({ id }) => id);
      return many.mutateAsync({ ids, action, value: '' });
    },
    onSuccess: (count) => saved(t('changed', { count, all: tag.channels })),
    onError: failed,
  });
  const remove = (): void =>
    confirmDanger({
      title: t('delete.many', { count: tag.channels }),
      text: t('tags.deleteText', { tag: tag.tag }),
      action: t('delete.action'),
      typed: typedFor(tag.channels),
      onConfirm: () => act.mutate('delete'),
    });
  const of = (what: string): string => t('of', { what, name: tag.tag });
  return (
    <Group gap={4} wrap="nowrap">
      {(['enable', 'disable'] as const).map((action) => (
        <Button
          key={action}
          size="compact-xs"
          variant="default"
          loading={act.isPending}
          aria-label={of(t(action))}
          onClick={() => act.mutate(action)}
        >
          {t(action)}
        </Button>
      ))}
      <Button size="compact-xs" variant="outline" color="red" aria-label={of(t('delete.action'))} onClick={remove}>
        {t('delete.action')}
      </Button>
      {act.isPending && <Text size="xs">…</Text>}
    </Group>
  );
}
