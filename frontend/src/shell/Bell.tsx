import { ActionIcon, Popover, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { State } from '@/ui/State';
import { When } from '@/ui/When';
import { Written } from '@/ui/Written';
import classes from './News.module.css';
import type { News } from './useNews';

const LOOKS = { info: 'off', news: 'good', warning: 'bad', maintenance: 'waiting' } as const;

/** Announcements and the notice; how many are new stands at the bell, and opening it reads them. */
export function Bell({ news }: { news: News }) {
  const { t } = useTranslation('shell');
  const [opened, setOpened] = useState(false);
  const { announcements, notice, noticeIsNew } = news;
  const fresh = announcements.filter(({ isNew }) => isNew).length + (noticeIsNew ? 1 : 0);
  const turn = (open: boolean): void => {
    setOpened(open);
    if (!open) news.readAll();
  };
  return (
    <Popover opened={opened} onChange={turn} position="bottom-end" width={360} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={classes.bell}
          aria-label={t('news.bell', { count: fresh })}
          onClick={() => turn(!opened)}
        >
          <IconBell size={20} stroke={1.6} />
          {fresh > 0 && (
            <span className={classes.count} aria-hidden>
              {fresh}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('news.title')}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
        <section className={classes.list} tabIndex={0} aria-label={t('news.title')}>
          {announcements.length === 0 && !notice && (
            <Text size="sm" c="dimmed">
              {t('news.none')}
            </Text>
          )}
          {notice && (
            <article className={classes.one}>
              <Text fw={600} size="sm">
                {t('news.notice')}
              </Text>
              <Written text={notice} title={t('news.notice')} />
            </article>
          )}
          {announcements.map((row) => (
            <article key={row.id} className={classes.one}>
              <Text fw={600} size="sm">
                {row.title}
              </Text>
              <Text size="xs" c="dimmed" component="div">
                <State is={LOOKS[row.kind as 'info']}>{t(`news.kinds.${row.kind as 'info'}`)}</State>{' '}
                <When at={row.begins || row.created_at} />
              </Text>
              {row.text && <Written text={row.text} title={row.title} />}
            </article>
          ))}
        </section>
      </Popover.Dropdown>
    </Popover>
  );
}
