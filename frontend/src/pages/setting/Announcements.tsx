import { Button, Group, Select, Stack, Table, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Announcement, allAnnouncementsQuery, announcementsKey } from '@/api/announcements';
import { client, type Schemas } from '@/api/client';
import { localTime, momentOf } from '@/lib/time';
import { confirmDanger } from '@/ui/confirm';
import { Loaded } from '@/ui/Loaded';
import { Problem } from '@/ui/Problem';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import classes from './Settings.module.css';

const KINDS = ['info', 'news', 'warning', 'maintenance'] as const;
const AUDIENCES = ['all', 'users', 'administrators'] as const;

/** What is announced, to whom and when; each is saved by itself. */
export function Announcements() {
  const { t } = useTranslation('setting');
  const [edited, setEdited] = useState<Announcement | 'new'>();
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t('news.title')}
        </Title>
        <Button size="xs" variant="default" onClick={() => setEdited('new')}>
          {t('news.add')}
        </Button>
      </Group>
      {edited && (
        <Editor
          key={edited === 'new' ? 0 : edited.id}
          announcement={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
      <Loaded query={useQuery(allAnnouncementsQuery)}>{(rows) => <Rows rows={rows} onEdit={setEdited} />}</Loaded>
    </section>
  );
}

function useChanged() {
  const queries = useQueryClient();
  const { saved } = useSaved();
  return () => {
    void queries.invalidateQueries({ queryKey: announcementsKey });
    saved();
  };
}

function Rows({ rows, onEdit }: { rows: Announcement[]; onEdit: (row: Announcement) => void }) {
  const { t } = useTranslation('setting');
  if (rows.length === 0) return <Text c="dimmed">{t('news.none')}</Text>;
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('news.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('news.heading')}</Table.Th>
            <Table.Th>{t('news.audience')}</Table.Th>
            <Table.Th>{t('news.shown')}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                {row.title}
                <Text size="xs" c="dimmed">
                  {t(`news.kinds.${row.kind as 'info'}`)}
                </Text>
              </Table.Td>
              <Table.Td>{t(`news.audiences.${row.audience as 'all'}`)}</Table.Td>
              <Table.Td>
                <Shown row={row} />
              </Table.Td>
              <Table.Td ta="right">
                <Actions row={row} onEdit={() => onEdit(row)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Whether it is shown now, and from when until when it is. */
function Shown({ row: { begins, ends } }: { row: Announcement }) {
  const { t } = useTranslation('setting');
  const now = Date.now() / 1000;
  const state = begins > now ? 'planned' : ends && ends <= now ? 'over' : 'now';
  return (
    <>
      <State is={({ planned: 'waiting', over: 'off', now: 'good' } as const)[state]}>{t(`news.states.${state}`)}</State>
      {(begins > 0 || ends > 0) && (
        <Text size="xs" c="dimmed">
          {begins > 0 && <When at={begins} />} – {ends > 0 && <When at={ends} />}
        </Text>
      )}
    </>
  );
}

function Actions({ row, onEdit }: { row: Announcement; onEdit: () => void }) {
  const { t } = useTranslation('setting');
  const { failed } = useSaved();
  const remove = useMutation({
    mutationFn: () =>
      client.DELETE('/api/announcement/{announcement_id}', { params: { path: { announcement_id: row.id } } }),
    onSuccess: useChanged(),
    onError: failed,
  });
  const ask = (): void =>
    confirmDanger({
      title: t('news.removeTitle', { title: row.title }),
      text: t('news.removeText'),
      action: t('news.remove'),
      onConfirm: () => remove.mutate(),
    });
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Button size="compact-xs" variant="default" aria-label={`${t('news.edit')}: ${row.title}`} onClick={onEdit}>
        {t('news.edit')}
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        aria-label={`${t('news.remove')}: ${row.title}`}
        onClick={ask}
      >
        {t('news.remove')}
      </Button>
    </Group>
  );
}

/** Title, text, kind, for whom, from when until when. */
function Editor({ announcement, onClose }: { announcement: Announcement | undefined; onClose: () => void }) {
  const { t } = useTranslation('setting');
  const changed = useChanged();
  const form = useForm({
    initialValues: {
      title: announcement?.title ?? '',
      text: announcement?.text ?? '',
      kind: (announcement?.kind ?? 'info') as (typeof KINDS)[number],
      audience: (announcement?.audience ?? 'all') as (typeof AUDIENCES)[number],
      begins: announcement?.begins ? localTime(announcement.begins) : '',
      ends: announcement?.ends ? localTime(announcement.ends) : '',
    },
    validate: {
      title: (title) => (title.trim() ? null : t('news.untitled')),
      ends: (ends, { begins }) => (ends && begins && momentOf(ends) <= momentOf(begins) ? t('news.backwards') : null),
    },
  });
  const save = useMutation({
    mutationFn: async (body: Schemas['NewAnnouncement']) =>
      announcement
        ? client.PUT('/api/announcement', { body: { ...body, id: announcement.id } })
        : client.POST('/api/announcement', { body }),
    onSuccess: () => {
      changed();
      onClose();
    },
  });
  const submit = form.onSubmit(({ begins, ends, ...rest }) =>
    save.mutate({ ...rest, begins: momentOf(begins) || 0, ends: momentOf(ends) || 0 }),
  );
  return (
    <form onSubmit={submit} className={classes.boxed} aria-label={t(announcement ? 'news.edit' : 'news.add')}>
      <Stack>
        <Problem error={save.error} />
        <TextInput label={t('news.heading')} required maxLength={200} {...form.getInputProps('title')} />
        <Textarea
          label={t('news.text')}
          description={t('news.textHelp')}
          autosize
          minRows={3}
          maxRows={16}
          maxLength={5000}
          {...form.getInputProps('text')}
        />
        <Group grow align="flex-start">
          <Select
            label={t('news.kind')}
            allowDeselect={false}
            data={KINDS.map((value) => ({ value, label: t(`news.kinds.${value}`) }))}
            {...form.getInputProps('kind')}
          />
          <Select
            label={t('news.audience')}
            allowDeselect={false}
            data={AUDIENCES.map((value) => ({ value, label: t(`news.audiences.${value}`) }))}
            {...form.getInputProps('audience')}
          />
        </Group>
        <Group grow align="flex-start">
          <TextInput type="datetime-local" label={t('news.begins')} {...form.getInputProps('begins')} />
          <TextInput type="datetime-local" label={t('news.ends')} {...form.getInputProps('ends')} />
        </Group>
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('news.save')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('news.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
