import {
  ActionIcon,
  Burger,
  Button,
  Kbd,
  Menu,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconLanguage, IconMoon, IconSearch, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Account, statusQuery } from '@/api/account';
import { useSignOut } from '@/api/signing';
import { speak } from '@/app/i18n';
import { AT_ONCE } from '@/app/theme';
import { LANGUAGES, type Language } from '@/lib/language';
import { useWide } from '@/ui/useWide';
import { Bell } from './Bell';
import classes from './Shell.module.css';
import type { News } from './useNews';

type Props = { account: Account | null; news: News; onMenu: (() => void) | undefined; onSearch: () => void };

export function Header({ account, news, onMenu, onSearch }: Props) {
  const { t } = useTranslation();
  const status = useQuery(statusQuery).data;
  const wide = useWide();
  return (
    <header className={classes.header}>
      {onMenu && <Burger size="sm" opened={false} onClick={onMenu} aria-label={t('menu')} />}
      <Link to="/" className={classes.brand}>
        <img className={classes.logo} src={status?.logo || '/icon.svg'} alt="" />
        <span>{status?.system_name || 'One API Serverless'}</span>
      </Link>
      <div className={classes.spring} />
      {account && <Search onSearch={onSearch} />}
      {account && <Bell news={news} />}
      <Languages />
      {(wide || !account) && <Scheme />}
      {account ? <AccountMenu account={account} /> : <SignInLink />}
    </header>
  );
}

/** Opens the palette; where there is room it looks like the field that it leads to. */
function Search({ onSearch }: { onSearch: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <UnstyledButton className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K">
      <IconSearch size={16} stroke={1.6} aria-hidden />
      <span className={classes.searchText}>{t('palette.open')}</span>
      <Kbd size="xs" className={classes.searchKeys} aria-hidden>
        Ctrl K
      </Kbd>
    </UnstyledButton>
  );
}

function SignInLink() {
  const { t } = useTranslation();
  return (
    <Button size="xs" variant="default" component={Link} to="/login">
      {t('signIn')}
    </Button>
  );
}

function Languages() {
  const { t, i18n } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('language')}>
          <IconLanguage size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.entries(LANGUAGES) as [Language, string][]).map(([code, name]) => (
          <Menu.Item key={code} lang={code} aria-current={i18n.language === code} onClick={() => void speak(code)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function useScheme(): { name: 'dark' | 'light'; change: () => void } {
  const { setColorScheme } = useMantineColorScheme(AT_ONCE);
  const name = useComputedColorScheme('light') === 'dark' ? 'light' : 'dark';
  return { name, change: () => setColorScheme(name) };
}

function Scheme() {
  const { t } = useTranslation();
  const { name, change } = useScheme();
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t(name)} onClick={change}>
      {name === 'light' ? <IconSun size={20} stroke={1.6} /> : <IconMoon size={20} stroke={1.6} />}
    </ActionIcon>
  );
}

function AccountMenu({ account }: { account: Account }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const { name, change } = useScheme();
  const wide = useWide();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconUserCircle size={20} stroke={1.6} />}>
          <span className={classes.who}>{account.display_name || account.username}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/profile">
          {t('places.profile')}
        </Menu.Item>
        {!wide && <Menu.Item onClick={change}>{t(name)}</Menu.Item>}
        <Menu.Item onClick={() => signOut.mutate()}>{t('signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
