import { Button, Menu } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { confirmDanger } from '@/ui/confirm';
import { EmptyState } from '@/ui/EmptyState';
import { Money } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { type Column, ResourceTable } from '@/ui/ResourceTable';
import { RowMenu } from '@/ui/RowMenu';
import { SearchBar } from '@/ui/SearchBar';
import { State } from '@/ui/State';
import classes from '@/ui/ui.module.css';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { DISABLED, ENABLED, EXPIRED, type Token, type TokenState, tokensQuery, useTokens } from './queries';

type Props = { state: TokenState; onState: (state: TokenState) => void };

/** The keys of who is signed in. */
export function Tokens({ state, onState }: Props) {
  const { t } = useTranslation('token');
  const query = useQuery(tokensQuery(state));
  return (
    <Page title={t('title')} actions={<NewButton />}>
      <SearchBar
        label={t('search')}
        value={state.q ?? ''}
        onSearch={(q) => onState({ ...state, q, cursor: undefined })}
      />
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

function Actions({ token }: { token: Token }) {
  const { t } = useTranslation('token');
  const { turn, remove } = useTokens();
  const { failed } = useSaved();
  const on = token.status === ENABLED;
  const ask = (): void =>
    confirmDanger({
      title: t('delete.title', { name: token.name }),
      text: t('delete.text'),
      action: t('delete.action'),
      onConfirm: () => remove.mutate(token.id, { onError: failed }),
    });
  return (
    <RowMenu name={token.name}>
      <Menu.Item renderRoot={(props) => <Link {...props} to="/log" search={{ token_name: token.name }} />}>
        {t('usage')}
      </Menu.Item>
      <Menu.Item onClick={() => turn.mutate({ id: token.id, status: on ? DISABLED : ENABLED }, { onError: failed })}>
        {t(on ? 'disable' : 'enable')}
      </Menu.Item>
      <Menu.Item color="red" onClick={ask}>
        {t('delete.action')}
      </Menu.Item>
    </RowMenu>
  );
}
