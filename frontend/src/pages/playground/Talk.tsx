import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { asCurl, asJavaScript, asPython, type Sent } from '@/lib/copies';
import { Copy } from '@/ui/Copy';
import { useMoney } from '@/ui/Money';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';
import styles from './Playground.module.css';
import type { Turn } from './useConversation';

const Markdown = lazy(() => import('@/ui/Markdown'));

/** What was said with one model. */
export function Talk({ model, turns }: { model: string; turns: Turn[] }) {
  const { t } = useTranslation('playground');
  return (
    <section aria-label={t('talk', { model })}>
      <Stack gap="xs" aria-live="polite">
        {turns.map((turn, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: turns are only added
          <article key={index} className={classes.said} data-role={turn.role}>
            <Text size="xs" c="dimmed" translate={turn.role === 'user' ? undefined : 'no'}>
              {turn.role === 'user' ? t('you') : model}
            </Text>
            {turn.role === 'user' ? <Asked turn={turn} /> : <Answered turn={turn} />}
            <Problem error={turn.problem} />
            {turn.role === 'assistant' && <About turn={turn} />}
          </article>
        ))}
      </Stack>
    </section>
  );
}

function Asked({ turn: { text, pictures = [] } }: { turn: Turn }) {
  const { t } = useTranslation('playground');
  return (
    <>
      {pictures.length > 0 && (
        <div className={styles.pictures}>
          {pictures.map((address, index) => (
            <img key={address} src={address} alt={t('pictureOf', { number: index + 1 })} />
          ))}
        </div>
      )}
      <Text className={styles.asWritten}>{text}</Text>
    </>
  );
}

function Answered({ turn: { text } }: { turn: Turn }) {
  return (
    <Suspense fallback={<Text>{text}</Text>}>
      <Markdown text={text} />
    </Suspense>
  );
}

function About({ turn }: { turn: Turn }) {
  const { t } = useTranslation('playground');
  const { request, quota, milliseconds, raw, sent } = turn;
  return (
    <Group gap="sm" mt={6}>
      {milliseconds !== undefined && (
        <Text size="xs" c="dimmed">
          {(milliseconds / 1000).toFixed(1)} s
        </Text>
      )}
      {quota !== undefined && request && <Cost request={request} quota={quota} />}
      {raw && sent && (
        <details>
          <summary>{t('raw')}</summary>
          <Raw sent={sent} raw={raw} />
        </details>
      )}
    </Group>
  );
}

/** What it cost, and the way to why. */
export function Cost({ request, quota }: { request: string; quota: number }) {
  const { t } = useTranslation('playground');
  const { first } = useMoney();
  return (
    <Anchor size="xs" renderRoot={(props) => <Link {...props} to="/log/$request" params={{ request }} />}>
      {t('cost', { amount: first(quota) })}
    </Anchor>
  );
}

function Raw({ sent, raw }: { sent: Sent; raw: string }) {
  const { t } = useTranslation('playground');
  return (
    <Stack gap="xs" mt="xs">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className={classes.code} tabIndex={0} aria-label={t('sent')}>
        {sent.body}
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className={classes.code} tabIndex={0} aria-label={t('came')}>
        {raw}
      </section>
      <Group gap="xs">
        <Copy value={sent.body} label={t('copySent')} />
        <Copy value={raw} label={t('copyCame')} />
        <Copy value={asCurl(sent)} label={t('copyAs', { name: 'curl' })} />
        <Copy value={asPython(sent)} label={t('copyAs', { name: 'Python' })} />
        <Copy value={asJavaScript(sent)} label={t('copyAs', { name: 'JavaScript' })} />
      </Group>
    </Stack>
  );
}
