import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '@/ui/Copy';
import { useMoney } from '@/ui/Money';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';
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
            {turn.role === 'user' ? (
              <Text style={{ whiteSpace: 'pre-wrap' }}>{turn.text}</Text>
            ) : (
              <Suspense fallback={<Text>{turn.text}</Text>}>
                <Markdown text={turn.text} />
              </Suspense>
            )}
            <Problem error={turn.problem} />
            {turn.role === 'assistant' && <About turn={turn} />}
          </article>
        ))}
      </Stack>
    </section>
  );
}

function About({ turn }: { turn: Turn }) {
  const { t } = useTranslation('playground');
  const { first } = useMoney();
  const { request, quota, milliseconds } = turn;
  return (
    <Group gap="sm" mt={6}>
      {milliseconds !== undefined && (
        <Text size="xs" c="dimmed">
          {(milliseconds / 1000).toFixed(1)} s
        </Text>
      )}
      {quota !== undefined && request && (
        <Anchor size="xs" renderRoot={(props) => <Link {...props} to="/log/$request" params={{ request }} />}>
          {t('cost', { amount: first(quota) })}
        </Anchor>
      )}
      {turn.raw && (
        <details>
          <summary>{t('raw')}</summary>
          <Stack gap="xs" mt="xs">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
            <section className={classes.code} tabIndex={0} aria-label={t('sent')}>
              {turn.sent}
            </section>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
            <section className={classes.code} tabIndex={0} aria-label={t('came')}>
              {turn.raw}
            </section>
            <Group>
              <Copy value={turn.sent ?? ''} label={t('copySent')} />
              <Copy value={turn.raw} label={t('copyCame')} />
            </Group>
          </Stack>
        </details>
      )}
    </Group>
  );
}
