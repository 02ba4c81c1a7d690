import { List } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { whole } from '@/lib/money';
import { Clipped } from '@/ui/Clipped';
import { Money, useMoney } from '@/ui/Money';
import type { Column } from '@/ui/ResourceTable';
import { When } from '@/ui/When';
import { type Entry, FAILURE, isMovement, KINDS, REFUND } from './queries';
import { refundIn } from './refunds';

/** What is said of an entry; of everybody's also whose it is. */
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
    { id: 'remark', title: t('remark'), render: (entry) => <Remark entry={entry} /> },
  ];
}

/** Of a movement of a balance nothing that only requests have; a remark where there is a movement among the rows. */
export function columnsOf(kind: string | undefined, rows: Entry[], t: TFunction<'log'>, all: boolean): Column<Entry>[] {
  const known = columns(t, all);
  if (kind === FAILURE) return failures(known, t);
  if (isMovement(kind)) return known.filter(({ id }) => OF_MOVEMENTS.includes(id));
  return rows.some(({ type }) => isMovement(String(type))) ? known : known.filter(({ id }) => id !== 'remark');
}

const OF_MOVEMENTS = ['created_at', 'type', 'username', 'quota', 'remark'];
const OF_FAILURES = ['created_at', 'model_name', 'token_name', 'username', 'elapsed_time'];

/** Requests that nobody served: why, and who was tried. */
function failures(known: Column<Entry>[], t: TFunction<'log'>): Column<Entry>[] {
  return [
    ...known.filter(({ id }) => OF_FAILURES.includes(id)),
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

/** Why a balance moved; a refund leads to the receipt of what it gave back. */
function Remark({ entry: { type, content } }: { entry: Entry }) {
  const { t } = useTranslation('log');
  if (!isMovement(String(type))) return <>–</>;
  const refund = type === REFUND ? refundIn(content) : undefined;
  if (!refund) return <Clipped text={content} most={280} />;
  return (
    <>
      <Link to="/log/$request" params={{ request: refund.request }}>
        {t('receipt.title')}
      </Link>{' '}
      {refund.remark && <Clipped text={refund.remark} />}
    </>
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
