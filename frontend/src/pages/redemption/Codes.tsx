import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { BatchBar } from '@/ui/BatchBar';
import { Clipped } from '@/ui/Clipped';
import { confirmDanger } from '@/ui/confirm';
import { EmptyState } from '@/ui/EmptyState';
import { ListPage } from '@/ui/ListPage';
import { Money } from '@/ui/Money';
import { NewButton } from '@/ui/NewButton';
import type { Column, Note } from '@/ui/ResourceTable';
import { RowMenu } from '@/ui/RowMenu';
import { State } from '@/ui/State';
import classes from '@/ui/ui.module.css';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { type Code, type CodeState, codesQuery, DISABLED, ENABLED, USED, useCodes } from './queries';

type Props = { state: CodeState; onState: (state: CodeState) => void };

/** Codes that add to a balance, once each. */
export function Codes({ state, onState }: Props) {
  const { t } = useTranslation('redemption');
  const query = useQuery(codesQuery(state));
  const { many } = useCodes();
  return (
    <ListPage<Code, CodeState>
      name="redemption"
      title={t('title')}
      above={
        <>
          <Button component="a" href={exportOf(state.q)} download variant="default">
            {t('export')}
          </Button>
          <NewButton to="/redemption/add">{t('new')}</NewButton>
        </>
      }
      search={t('search')}
      note={noteOf(state)}
      query={query}
      columns={columns(t)}
      idOf={(code) => code.id}
      nameOf={(code) => code.name}
      state={state}
      onState={onState}
      actions={(code) => <Actions code={code} />}
      bulk={(rows, done) => <BatchBar rows={rows} nameOf={({ name }) => name} many={many} onDone={done} />}
      empty={
        <EmptyState text={t('empty')}>
          <NewButton to="/redemption/add">{t('new')}</NewButton>
        </EmptyState>
      }
    />
  );
}

function exportOf(q: string | undefined): string {
  return `/api/redemption/export${q ? `?keyword=${encodeURIComponent(q)}` : ''}`;
}

// What is sorted among the newest only.
const AMONG = ['quota', 'status', 'redeemed_time'];

function noteOf({ q, sort }: CodeState): Note | undefined {
  if (q) return 'search';
  return sort && AMONG.includes(sort) ? 'sorted' : undefined;
}

function columns(t: TFunction<'redemption'>): Column<Code>[] {
  return [
    { id: 'name', title: t('name'), sorts: true, render: (code) => <Clipped text={code.name} /> },
    { id: 'id', title: t('id'), sorts: true, numeric: true, render: (code) => code.id },
    { id: 'key', title: t('code'), render: (code) => <span className={classes.mono}>{code.key}</span> },
    { id: 'status', title: t('state'), sorts: true, render: (code) => <Standing code={code} /> },
    { id: 'quota', title: t('amount'), sorts: true, numeric: true, render: (code) => <Money quota={code.quota} /> },
    { id: 'created_time', title: t('made'), sorts: true, render: (code) => <When at={code.created_time} /> },
    { id: 'redeemed_time', title: t('redeemed'), sorts: true, render: (code) => <When at={code.redeemed_time} /> },
  ];
}

function Standing({ code }: { code: Code }) {
  const { t } = useTranslation('redemption');
  if (code.status === USED) return <State is="off">{t('states.used')}</State>;
  if (code.status === ENABLED) return <State is="good">{t('states.enabled')}</State>;
  return <State is="bad">{t('states.disabled')}</State>;
}

function Actions({ code }: { code: Code }) {
  const { t } = useTranslation('redemption');
  const { turn, remove } = useCodes();
  const { failed } = useSaved();
  const on = code.status === ENABLED;
  const ask = (): void =>
    confirmDanger({
      title: t('delete.title', { name: code.name }),
      text: t('delete.text'),
      action: t('delete.action'),
      onConfirm: () => remove.mutate(code.id, { onError: failed }),
    });
  return (
    <RowMenu name={code.name}>
      {code.status !== USED && (
        <Menu.Item onClick={() => turn.mutate({ id: code.id, status: on ? DISABLED : ENABLED }, { onError: failed })}>
          {t(on ? 'disable' : 'enable')}
        </Menu.Item>
      )}
      <Menu.Item color="red" onClick={ask}>
        {t('delete.action')}
      </Menu.Item>
    </RowMenu>
  );
}
