import { Button, Group, Modal, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, paged, type Schemas } from '@/api/client';
import { asked, type ListState, listQuery } from '@/api/list';
import { Clipped } from '@/ui/Clipped';
import { Copy } from '@/ui/Copy';
import { EmptyState } from '@/ui/EmptyState';
import { Page } from '@/ui/Page';
import { type Column, ResourceTable } from '@/ui/ResourceTable';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';

type Noted = Schemas['Noted'];

const auditQuery = (state: ListState) =>
  listQuery<Noted>(['audit', state], async (signal) =>
    paged(await client.GET('/api/audit', { params: { query: asked(state) }, signal })),
  );

/** What administrators did: who, from where, to what. */
export function Audit({ state, onState }: { state: ListState; onState: (state: ListState) => void }) {
  const { t } = useTranslation('audit');
  const [opened, setOpened] = useState<Noted>();
  const columns: Column<Noted>[] = [
    { id: 'created_at', title: t('time'), render: (noted) => <When at={noted.created_at} /> },
    { id: 'username', title: t('who'), render: (noted) => noted.username },
    {
      id: 'route',
      title: t('what'),
      render: (noted) => <Clipped text={`${noted.method} ${noted.route}`} most={320} />,
    },
    { id: 'targets', title: t('to'), render: (noted) => <Clipped text={targets(noted)} /> },
    { id: 'fields', title: t('fields'), render: (noted) => <Clipped text={noted.fields.join(', ')} /> },
    { id: 'outcome', title: t('outcome'), render: (noted) => <Clipped text={noted.outcome} /> },
    { id: 'address', title: t('from'), render: (noted) => noted.address },
  ];
  return (
    <Page title={t('title')}>
      <ResourceTable
        name="audit"
        caption={t('title')}
        query={useQuery(auditQuery(state))}
        columns={columns}
        idOf={(noted) => noted.request_id}
        nameOf={(noted) => noted.route}
        state={state}
        onState={onState}
        actions={(noted) => (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('openOf', { name: `${noted.method} ${noted.route}` })}
            onClick={() => setOpened(noted)}
          >
            {t('open')}
          </Button>
        )}
        empty={<EmptyState text={t('empty')} />}
      />
      {opened && <Entry noted={opened} onClose={() => setOpened(undefined)} />}
    </Page>
  );
}

/** The entry as it was written. */
function Entry({ noted, onClose }: { noted: Noted; onClose: () => void }) {
  const { t } = useTranslation('audit');
  const written = JSON.stringify(noted, null, 2);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`${noted.method} ${noted.route}`}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than its box is read with the keyboard */}
        <pre className={classes.code} tabIndex={0}>
          {written}
        </pre>
        <Group justify="flex-end">
          <Copy value={written} />
        </Group>
      </Stack>
    </Modal>
  );
}

function targets(noted: Noted): string {
  return Object.entries(noted.targets)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
