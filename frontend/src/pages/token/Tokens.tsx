import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { BatchBar } from '@/ui/BatchBar';
import { Clipped } from '@/ui/Clipped';
import { confirmDanger } from '@/ui/confirm';
import { EmptyState } from '@/ui/EmptyState';
import { ListPage } from '@/ui/ListPage';
import { Money } from '@/ui/Money';
import { NewButton } from '@/ui/NewButton';
import type { Column } from '@/ui/ResourceTable';
import { RowMenu } from '@/ui/RowMenu';
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
  const { many } = useTokens();
  return (
    <ListPage<Token, TokenState>
      name="token"
      title={t('title')}
      above={<NewButton to="/token/add">{t('new')}</NewButton>}
      search={t('search')}
      note={state.q ? 'search' : undefined}
      query={query}
      columns={columns(t)}
      idOf={(token) => token.id}
      nameOf={(token) => token.name}
      state={state}
      onState={onState}
      actions={(token) => <Actions token={token} />}
      bulk={(rows, done) => <BatchBar rows={rows} nameOf={({ name }) => name} many={many} onDone={done} />}
      empty={
        <EmptyState text={t('empty')}>
          <NewButton to="/token/add">{t('new')}</NewButton>
        </EmptyState>
      }
    />
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
    { id: 'models', title: t('models'), off: true, render: (token) => <Clipped text={token.models} /> },
    { id: 'subnet', title: t('networks'), off: true, render: (token) => <Clipped text={token.subnet} /> },
    { id: 'created_time', title: t('made'), off: true, render: (token) => <When at={token.created_time} /> },
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
  const over = token.expired_time > 0 && token.expired_time * 1000 < Date.now(); // noted when it is asked with next
  if (token.status === ENABLED && !over) return <State is="good">{t('states.enabled')}</State>;
  if (token.status === DISABLED) return <State is="off">{t('states.disabled')}</State>;
  return <State is="bad">{t(over || token.status === EXPIRED ? 'states.expired' : 'states.usedUp')}</State>;
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
