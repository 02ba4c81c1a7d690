import { Drawer } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/account';
import { useLook } from '@/app/Looks';
import { PRESETS } from '@/app/presets';
import { Footer } from './Footer';
import { Header } from './Header';
import { Keyboard } from './Keyboard';
import { Navigation } from './Navigation';
import { Notice } from './Notice';
import { Offline } from './Offline';
import classes from './Shell.module.css';
import { useNews } from './useNews';

/** Header, side bar (a drawer where it is narrow) and the page. */
export function Shell({ account, children }: { account: Account | null; children: ReactNode }) {
  const { t } = useTranslation();
  const main = useId();
  const [opened, drawer] = useDisclosure(false);
  const [asked, setAsked] = useState(0);
  const ask = (): void => setAsked((before) => before + 1);
  const wide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const news = useNews(account !== null);
  const narrowBar = PRESETS[useLook().preset].navigation === 'narrow';
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href={`#${main}`}>
        {t('skip')}
      </a>
      <Header account={account} news={news} onMenu={account && !wide ? drawer.open : undefined} onSearch={ask} />
      {account && <Notice news={news} />}
      <div className={classes.body}>
        {account && wide && <Navigation role={account.role} narrow={narrowBar} />}
        <main id={main} className={classes.main} tabIndex={-1}>
          <Offline />
          {children}
        </main>
      </div>
      <Footer />
      {account && <Keyboard role={account.role} asked={asked} onAsk={ask} />}
      {account && !wide && (
        <Drawer
          opened={opened}
          onClose={drawer.close}
          size={260}
          title={t('menu')}
          closeButtonProps={{ 'aria-label': t('close') }}
        >
          <Navigation role={account.role} narrow={false} onChosen={drawer.close} />
        </Drawer>
      )}
    </div>
  );
}
