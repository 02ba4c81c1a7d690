import { Button, List, Select, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '@/api/account';
import { wait } from '@/app/query';
import { whole } from '@/lib/money';
import { ADMIN } from '@/lib/roles';
import { Clipped } from '@/ui/Clipped';
import { EmptyState } from '@/ui/EmptyState';
import { type Chip, FilterBar, FilterText } from '@/ui/FilterBar';
import { Money, useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { type Column, ResourceTable } from '@/ui/ResourceTable';
import { When } from '@/ui/When';
import { type Entry, entriesQuery, FAILURE, KINDS, type LogState, RANGES, sumQuery } from './queries';

type Props = { state: LogState; onState: (state: LogState) => void };

// Milliseconds between two looks.
const LIVE = 3000;

/** What was asked and what it cost, newest first; each amount leads to its receipt. */
export function Log({ state, onState }: Props) {
  const { t } = useTranslation('log');
  const [live, setLive] = useState(false);
  const [adds, setAdds] = useState(false);
  // Nothing is asked for in a hidden tab, nor on an older page.
  const query = useQuery({
    ...entriesQuery(state, adds && !live),
    refetchInterval: (asked) => wait(asked) || (live && !state.cursor && LIVE),
  });
  const all = Boolean(state.all);
  return (
    <Page
      title={t('title')}
      actions={
        <>
          <Switch label={t('live')} checked={live} onChange={(event) => setLive(event.currentTarget.checked)} />
          <Sum state={state} asked={adds} onAsk={() => setAdds(true)} />
        </>
      }
    >
      <ResourceTable
        name="log"
        filters={<Filters state={state} onState={onState} />}
        caption={t('title')}
        query={query}
        columns={state.type === FAILURE ? failures(t, all) : columns(t, all)}
        idOf={(entry) => entry.request_id || entry.id}
        nameOf={(entry) => entry.request_id}
        state={state}
        onState={(list) => onState({ ...state, ...list })}
        filtered={Boolean(state.type || state.model_name || state.token_name || state.range || state.username)}
        onClearFilters={() => onState(all ? { all: '1' } : {})}
        empty={<EmptyState text={t('empty')} />}
      />
    </Page>
  );
}

function columns(t: TFunction<'log'>, all: boolean): Column<Entry>[] {
  const who: Column<Entry>[] = [
    { id: 'username', title: t('user'), render: (entry) => entry.username },
    { id: 'channel', title: t('channel'), numeric: true, render: (entry) => entry.channel || '–' },
  ];
  return [
    { id: 'created_at', title: t('time'), render: (entry) => <When at={entry.created_at} /> },
    { id: 'type', title: t('kind'), render: (entry) => kindOf(entry, t) },
    { id: 'model_name', title: t('model'), render: (entry) => <span translate="no">{entry.model_name || '–'}</span> },
    { id: 'token_name', title: t('key'), render: (entry) => <Clipped text={entry.token_name} /> },
    ...(all ? who : []),
    { id: 'prompt_tokens', title: t('input'), numeric: true, render: (entry) => whole(entry.prompt_tokens) },
    { id: 'completion_tokens', title: t('output'), numeric: true, render: (entry) => whole(entry.completion_tokens) },
    { id: 'elapsed_time', title: t('duration'), numeric: true, render: (entry) => duration(entry.elapsed_time) },
    { id: 'quota', title: t('cost'), numeric: true, render: (entry) => <Cost entry={entry} /> },
  ];
}

/** Requests that nobody served: why, and who was tried. */
function failures(t: TFunction<'log'>, all: boolean): Column<Entry>[] {
  const kept = ['created_at', 'model_name', 'token_name', 'username', 'elapsed_time'];
  return [
    ...columns(t, all).filter(({ id }) => kept.includes(id)),
    { id: 'status', title: t('status'), numeric: true, render: ({ detail }) => detail.status || '–' },
    { id: 'why', title: t('why'), render: (entry) => <Why entry={entry} /> },
  ];
}

function Why({ entry: { content, detail } }: { entry: Entry }) {
  const { t } = useTranslation('log');
  const said = detail.text || content;
  const attempts = detail.attempts ?? [];
  if (attempts.length === 0) return <Clipped text={said} most={420} />;
  return (
    <details>
      <summary>
        <Clipped text={said} most={380} /> {t('attempts', { count: attempts.length })}
      </summary>
      <List size="sm">
        {attempts.map(({ channel, channel_name, key_index, kind, status, ms, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a channel may be tried twice
          <List.Item key={index}>
            {t('attempt', { channel: channel_name || channel, key: (key_index ?? 0) + 1, kind, status, ms })}{' '}
            <Clipped text={text ?? ''} most={360} />
          </List.Item>
        ))}
      </List>
    </details>
  );
}

function kindOf(entry: Entry, t: TFunction<'log'>): string {
  const kind = KINDS[String(entry.type) as keyof typeof KINDS];
  return kind ? t(`kinds.${kind}`) : String(entry.type);
}

function duration(milliseconds: number): string {
  return milliseconds ? `${(milliseconds / 1000).toFixed(1)} s` : '–';
}

function Cost({ entry }: { entry: Entry }) {
  const { t } = useTranslation('log');
  const { first } = useMoney();
  if (entry.type !== 2 || !entry.request_id) return <Money quota={entry.quota} />;
  return (
    <Link
      to="/log/$request"
      params={{ request: entry.request_id }}
      aria-label={t('receiptOf', { amount: first(entry.quota) })}
    >
      {first(entry.quota)}
    </Link>
  );
}

/** What it comes to: at once for a span of time, else when it is asked for, since every entry is read for it. */
function Sum({ state, asked, onAsk }: { state: LogState; asked: boolean; onAsk: () => void }) {
  const { t } = useTranslation('log');
  const { first } = useMoney();
  const adds = asked || Boolean(state.range);
  const { data: sum, isFetching } = useQuery({ ...sumQuery(state), enabled: adds });
  if (!sum || !adds) {
    return (
      <Button size="xs" variant="default" loading={isFetching} onClick={onAsk}>
        {t('addUp')}
      </Button>
    );
  }
  return (
    <Text size="sm" role="status">
      {t(sum.complete ? 'sum' : 'sumAtLeast', { amount: first(sum.quota) })}
    </Text>
  );
}

function Filters({ state, onState }: Props) {
  const { t } = useTranslation('log');
  const admin = (useQuery(accountQuery).data?.role ?? 0) >= ADMIN;
  const set = (change: Partial<LogState>): void => onState({ ...state, ...change, cursor: undefined });
  return (
    <FilterBar chips={chips(state, set, t)} onClear={() => onState(state.all ? { all: '1' } : {})}>
      <Select
        label={t('range')}
        clearable
        placeholder={t('ranges.all')}
        value={state.range ?? null}
        onChange={(range) => set({ range: range ?? undefined })}
        data={(Object.keys(RANGES) as (keyof typeof RANGES)[]).map((value) => ({ value, label: t(`ranges.${value}`) }))}
        clearButtonProps={{ 'aria-label': t('clear') }}
      />
      <Select
        label={t('kind')}
        clearable
        placeholder={t('kinds.all')}
        value={state.type ?? null}
        onChange={(type) => set({ type: type ?? undefined })}
        data={Object.entries(KINDS).map(([value, kind]) => ({ value, label: t(`kinds.${kind}`) }))}
        clearButtonProps={{ 'aria-label': t('clear') }}
      />
      <FilterText label={t('model')} value={state.model_name} onChange={(model_name) => set({ model_name })} />
      <FilterText label={t('key')} value={state.token_name} onChange={(token_name) => set({ token_name })} />
      {admin && (
        <Switch
          label={t('everybody')}
          checked={Boolean(state.all)}
          onChange={(event) => set({ all: event.currentTarget.checked ? '1' : undefined })}
        />
      )}
    </FilterBar>
  );
}

function chips(state: LogState, set: (change: Partial<LogState>) => void, t: TFunction<'log'>): Chip[] {
  const kind = KINDS[state.type as keyof typeof KINDS];
  const said: [keyof LogState, string, string | undefined][] = [
    ['range', t('range'), state.range && t(`ranges.${state.range as 'day'}`)],
    ['type', t('kind'), kind ? t(`kinds.${kind}`) : state.type],
    ['model_name', t('model'), state.model_name],
    ['token_name', t('key'), state.token_name],
    ['username', t('user'), state.username],
  ];
  return said.flatMap(([name, label, value]) =>
    value ? [{ text: `${label}: ${value}`, onClear: () => set({ [name]: undefined }) }] : [],
  );
}
