import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isFiltered } from '@/api/list';
import { whole } from '@/lib/money';
import { ADMIN, ROOT } from '@/lib/roles';
import { BulkBar } from '@/ui/BulkBar';
import { Clipped } from '@/ui/Clipped';
import { confirmDanger, typedFor } from '@/ui/confirm';
import { EmptyState } from '@/ui/EmptyState';
import { ExportButton } from '@/ui/ExportButton';
import { ListPage } from '@/ui/ListPage';
import { Money } from '@/ui/Money';
import { NewButton } from '@/ui/NewButton';
import type { Column, Note } from '@/ui/ResourceTable';
import { RowMenu } from '@/ui/RowMenu';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { ENABLED, type User, type UserState, usersQuery, useUsers } from './queries';
import { TopUpDialog } from './TopUpDialog';
import { UserFilters } from './UserFilters';
import { Ways } from './Ways';

type Props = { state: UserState; onState: (state: UserState) => void };

/** Everybody who has an account here. */
export function Users({ state, onState }: Props) {
  const { t } = useTranslation('user');
  const query = useQuery(usersQuery(state));
  const [paying, setPaying] = useState<User>();
  return (
    <>
      <ListPage<User, UserState>
        name="user"
        title={t('title')}
        above={
          <>
            <ExportButton path="/api/user/export" name="users.csv">
              {t('export')}
            </ExportButton>
            <NewButton to="/user/add">{t('new')}</NewButton>
          </>
        }
        search={t('search')}
        filters={<UserFilters state={state} onState={onState} />}
        note={noteOf(state)}
        query={query}
        columns={columns(t)}
        idOf={(user) => user.id}
        nameOf={(user) => user.username}
        state={state}
        onState={onState}
        actions={(user) => <Actions user={user} onPay={() => setPaying(user)} />}
        bulk={(users, done) => <Bulk users={users} onDone={done} />}
        empty={<EmptyState text={t('empty')} />}
      />
      {paying && <TopUpDialog user={paying} onClose={() => setPaying(undefined)} />}
    </>
  );
}

// What is sorted among the newest only.
const AMONG = ['quota', 'used_quota', 'request_count'];

function noteOf({ q, sort, ...narrowed }: UserState): Note | undefined {
  if (q) return 'search';
  if (isFiltered(narrowed)) return 'filtered';
  return sort && AMONG.includes(sort) ? 'sorted' : undefined;
}

function columns(t: TFunction<'user'>): Column<User>[] {
  return [
    { id: 'username', title: t('name'), sorts: true, render: (user) => <Name user={user} /> },
    { id: 'id', title: t('id'), sorts: true, numeric: true, render: (user) => user.id },
    { id: 'display_name', title: t('displayName'), render: (user) => <Clipped text={user.display_name} /> },
    { id: 'group', title: t('group'), render: (user) => user.group },
    { id: 'role', title: t('role'), render: (user) => roleOf(user, t) },
    { id: 'status', title: t('state'), render: (user) => <Standing user={user} /> },
    { id: 'quota', title: t('balance'), sorts: true, numeric: true, render: (user) => <Money quota={user.quota} /> },
    {
      id: 'used_quota',
      title: t('used'),
      sorts: true,
      numeric: true,
      render: (user) => <Money quota={user.used_quota} />,
    },
    {
      id: 'request_count',
      title: t('requests'),
      sorts: true,
      numeric: true,
      render: (user) => whole(user.request_count),
    },
    { id: 'last_seen', title: t('lastSeen'), render: (user) => <When at={user.last_seen} /> },
    { id: 'ways', title: t('ways.title'), off: true, render: (user) => <Ways user={user} /> },
    { id: 'note', title: t('note'), off: true, render: (user) => <Clipped text={user.note} /> },
    { id: 'email', title: t('email'), off: true, render: (user) => <Clipped text={user.email ?? ''} /> },
  ];
}

function roleOf({ role }: User, t: TFunction<'user'>): string {
  if (role >= ROOT) return t('roles.root');
  return t(role >= ADMIN ? 'roles.admin' : 'roles.user');
}

function Name({ user }: { user: User }) {
  return (
    <Link to="/user/$id" params={{ id: String(user.id) }}>
      <Clipped text={user.username} />
    </Link>
  );
}

function Standing({ user }: { user: User }) {
  const { t } = useTranslation('user');
  return user.status === ENABLED ? (
    <State is="good">{t('states.enabled')}</State>
  ) : (
    <State is="bad">{t('states.disabled')}</State>
  );
}

function Actions({ user, onPay }: { user: User; onPay: () => void }) {
  const { t } = useTranslation('user');
  const { manage } = useUsers();
  const { failed } = useSaved();
  const act = (action: string): void => manage.mutate({ username: user.username, action }, { onError: failed });
  const remove = (): void =>
    confirmDanger({
      title: t('delete.title', { name: user.username }),
      text: t('delete.text'),
      action: t('delete.action'),
      onConfirm: () => act('delete'),
    });
  const on = user.status === ENABLED;
  return (
    <RowMenu name={user.username}>
      <Menu.Item onClick={onPay}>{t('topUp')}</Menu.Item>
      <Menu.Item renderRoot={(props) => <Link {...props} to="/log" search={{ all: '1', username: user.username }} />}>
        {t('log')}
      </Menu.Item>
      <Menu.Item onClick={() => act(on ? 'disable' : 'enable')}>{t(on ? 'disable' : 'enable')}</Menu.Item>
      {user.role < ROOT && (
        <Menu.Item onClick={() => act(user.role >= ADMIN ? 'demote' : 'promote')}>
          {t(user.role >= ADMIN ? 'demote' : 'promote')}
        </Menu.Item>
      )}
      <Menu.Item color="red" onClick={remove}>
        {t('delete.action')}
      </Menu.Item>
    </RowMenu>
  );
}

function Bulk({ users, onDone }: { users: User[]; onDone: () => void }) {
  const { t } = useTranslation('user');
  const { t: common } = useTranslation();
  const { many } = useUsers();
  const { saved, failed } = useSaved();
  const act = (action: string): void =>
    many.mutate(
      { ids: users.map(({ id }) => id), action },
      {
        onSuccess: (count) => {
          saved(t('changed', { count, all: users.length }));
          onDone();
        },
        onError: failed,
      },
    );
  const remove = (): void =>
    confirmDanger({
      title: common('deleteMany', { count: users.length }),
      text: users.map(({ username }) => username).join(', '),
      action: t('delete.action'),
      typed: typedFor(users.length),
      onConfirm: () => act('delete'),
    });
  return (
    <BulkBar count={users.length} onClear={onDone}>
      <Button size="xs" variant="default" loading={many.isPending} onClick={() => act('enable')}>
        {t('enable')}
      </Button>
      <Button size="xs" variant="default" loading={many.isPending} onClick={() => act('disable')}>
        {t('disable')}
      </Button>
      <Button size="xs" color="red" variant="outline" onClick={remove}>
        {t('delete.action')}
      </Button>
    </BulkBar>
  );
}
