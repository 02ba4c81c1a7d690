import { Button, Text } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Written } from '@/ui/Written';
import classes from './News.module.css';
import type { News } from './useNews';

/**
 * A notice that this browser has not shown yet: a line under the header, and beside the page all of it. It is no modal
 * and takes no focus, so who writes in a form goes on; once closed it is in the bell.
 */
export function Notice({ news: { notice, noticeIsNew, readNotice } }: { news: News }) {
  const { t } = useTranslation('shell');
  const [whole, setWhole] = useState(true);
  const here = useLocation({ select: ({ pathname }) => pathname });
  if (!noticeIsNew || here === '/') return null; // the start page has it in its text
  return (
    <>
      <aside className={classes.line} aria-label={t('news.notice')}>
        <Text size="sm" className={classes.words}>
          <strong>{t('news.notice')}</strong> {plain(notice)}
        </Text>
        {!whole && (
          <Button size="compact-xs" variant="default" onClick={() => setWhole(true)}>
            {t('news.read')}
          </Button>
        )}
        <Button size="compact-xs" variant="default" onClick={readNotice}>
          {t('news.done')}
        </Button>
      </aside>
      {whole && (
        <section className={classes.whole} role="dialog" aria-label={t('news.notice')}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
          <div className={classes.text} tabIndex={0} role="document">
            <Written text={notice} title={t('news.notice')} />
          </div>
          <div className={classes.buttons}>
            <Button size="xs" variant="default" onClick={() => setWhole(false)}>
              {t('news.later')}
            </Button>
            <Button size="xs" onClick={readNotice}>
              {t('news.done')}
            </Button>
          </div>
        </section>
      )}
    </>
  );
}

const MOST = 200;

/** The words of Markdown or HTML, as far as a line has room for them. */
function plain(text: string): string {
  const words = new DOMParser().parseFromString(text, 'text/html').body.textContent ?? '';
  return words
    .replace(/[#*_`>[\]]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST);
}
