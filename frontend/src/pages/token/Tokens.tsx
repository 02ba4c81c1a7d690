import { ActionIcon, Button, Group, Menu, TextInput } from '@mantine/core';
import { IconDots, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { confirmDanger } from '@/ui/confirm';
import { EmptyState } from '@/ui/EmptyState';
import { Money } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { type Column, ResourceTable } from '@/ui/ResourceTable';
import { State } from '@/ui/State';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';
import { DISABLED, ENABLED, EXPIRED, type Token, type TokenState, tokensQuery, useTokens } from './queries';

type Props = { state: TokenState; onState: (state: TokenState) => void };

/** The keys of who is signed in. */
export function Tokens({ state, onState }: Props) {
  const { t } = useTranslation('token');
  const query = useQuery(tokensQuery(state));
  return (
    <Page title={t('title')} actions={<NewButton />}>
      <Search value={state.q ?? ''} onSearch={(q) => onState({ ...state, q: q || undefined, cursor: undefined })} />
      <ResourceTable
        caption={t('title')}
        query={query}
        columns={columns(t)}
        idOf={(token) => token.id}
        nameOf={(token) => token.name}
        state={state}
        onState={(list) => onState({ ...state, ...list })}
        actions={(token) => <Actions token={token} />}
        filtered={Boolean(state.q)}
        onClearFilters={() => onState({})}
        empty={
          <EmptyState text={t('empty')}>
            <NewButton />
          </EmptyState>
        }
      />
    </Page>
  );
}

function columns(t: TFunction<'token'>): Column<Token>[] {
  return [
    { id: 'name', title: t('name'), sorts: true, render: (token) => <Name token={token} /> },
    { id: 'key', title: t('key'), render: (token) => <span className={classes.mono}>{token.key}</span> },
    { id: 'status', title: t('state'), sorts: true, render: (token) => <Standing token={token} /> },
    {
      id: 'used_quota',
      title: t('used'),
      sorts: true,
      numeric: true,
      render: (token) => <Money quota={token.used_quota} />,
    },
    {
      id: 'remain_quota',
      title: t('left'),
      sorts: true,
      numeric: true,
      render: (token) => (token.unlimited_quota ? t('unlimited') : <Money quota={token.remain_quota} />),
    },
    {
      id: 'expired_time',
      title: t('expires'),
      sorts: true,
      render: (token) => (token.expired_time < 0 ? t('never') : <When at={token.expired_time} />),
    },
    { id: 'accessed_time', title: t('lastUsed'), sorts: true, render: (token) => <When at={token.accessed_time} /> },
  ];
}

function Name({ token }: { token: Token }) {
  return (
    <Link
      to="/token/$id"
      params={{ id: String(token.id) }}
      className={classes.clip}
      style={{ maxWidth: 280 }}
      title={token.name}
    >
      {token.name}
    </Link>
  );
}

function Standing({ token }: { token: Token }) {
  const { t } = useTranslation('token');
  if (token.status === ENABLED) return <State is="good">{t('states.enabled')}</State>;
  if (token.status === DISABLED) return <State is="off">{t('states.disabled')}</State>;
  return <State is="bad">{t(token.status === EXPIRED ? 'states.expired' : 'states.usedUp')}</State>;
}

function NewButton() {
  const { t } = useTranslation('token');
  return (
    <Button component={Link} to="/token/add" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('new')}
    </Button>
  );
}

function Search({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const { t } = useTranslation('token');
  const [text, setText] = useState(value);
  return (
    <form
      className={classes.filters}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <TextInput
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-page-search
      />
      <Button type="submit" variant="default">
        {t('find')}
      </Button>
    </form>
  );
}

function Actions({ token }: { token: Token }) {
  const { t } = useTranslation('token');
  const { turn, remove } = useTokens();
  const on = token.status === ENABLED;
  const ask = (): void =>
    confirmDanger({
      title: t('delete.title', { name: token.name }),
      text: t('delete.text'),
      action: t('delete.action'),
      onConfirm: () => remove.mutate(token.id),
    });
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('actionsOf', { name: token.name })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item renderRoot={(props) => <Link {...props} to="/log" search={{ token_name: token.name }} />}>
            {t('usage')}
          </Menu.Item>
          <Menu.Item onClick={() => turn.mutate({ id: token.id, status: on ? DISABLED : ENABLED })}>
            {t(on ? 'disable' : 'enable')}
          </Menu.Item>
          <Menu.Item color="red" onClick={ask}>
            {t('delete.action')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
