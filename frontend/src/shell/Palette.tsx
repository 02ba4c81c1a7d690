import '@mantine/spotlight/styles.css';
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignOut } from '@/api/signing';
import { speak } from '@/app/i18n';
import { AT_ONCE } from '@/app/theme';
import { LANGUAGES, type Language } from '@/lib/language';
import { ADMIN, USER } from '@/lib/roles';
import { groupsFor } from './navigation';
import { useFound } from './useFound';

const [store, palette] = createSpotlight();

/** What can be made, and for whom. */
const MAKES = [
  { to: '/token/add', name: 'newKey', role: USER },
  { to: '/channel/add', name: 'newChannel', role: ADMIN },
  { to: '/user/add', name: 'newUser', role: ADMIN },
  { to: '/redemption/add', name: 'newCodes', role: ADMIN },
] as const;

type Props = {
  role: number;
  /** How often it was asked for; each time it opens. */
  asked: number;
  /** What was typed before its field was there. */
  takeTyped: () => string;
  onHelp: () => void;
};

/** Everything that can be gone to or done, by its name: loaded when it is first asked for. */
export default function Palette({ role, asked, takeTyped, onHelp }: Props) {
  const { t } = useTranslation('shell');
  const [query, setQuery] = useState('');
  const groups = useGroups(role, query.trim(), onHelp);
  const begin = (): void => {
    const typed = takeTyped();
    if (typed) setQuery((before) => before + typed);
  };
  useEffect(() => {
    if (asked) palette.open();
  }, [asked]);
  return (
    <Spotlight
      store={store}
      shortcut={null}
      lockScroll={false}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={takeTyped}
      actions={groups}
      nothingFound={t('palette.nothing')}
      searchProps={{
        placeholder: t('palette.search'),
        'aria-label': t('palette.search'),
        onKeyDown: takeFirst,
        onFocus: begin,
        leftSection: <IconSearch size={18} aria-hidden />,
      }}
    />
  );
}

/** What was found after the typing is not selected yet: Enter takes the first of it. */
function takeFirst({ key, nativeEvent, currentTarget }: KeyboardEvent): void {
  const list = currentTarget.closest('[role=dialog]');
  if (key !== 'Enter' || nativeEvent.isComposing || list?.querySelector('[data-action][data-selected]')) return;
  list?.querySelector<HTMLElement>('[data-action]')?.click();
}

function useGroups(role: number, query: string, onHelp: () => void): SpotlightActionGroupData[] {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const looks = useLooks(onHelp);
  const go = (to: string): void => void navigate({ to });
  const places = groupsFor(role).map(([group, found]) => ({
    group: common(`groups.${group}`),
    actions: found.map(({ to, name, icon: Icon }) => ({
      id: to,
      label: common(`places.${name}`),
      leftSection: <Icon size={18} stroke={1.6} aria-hidden />,
      onClick: () => go(to),
    })),
  }));
  const makes = MAKES.filter((make) => role >= make.role).map(({ to, name }) => ({
    id: to,
    label: t(`palette.${name}`),
    onClick: () => go(to),
  }));
  const found = useFound(role, query);
  return [
    ...(found.length ? [{ group: t('palette.found'), actions: found }] : []),
    ...places,
    { group: t('palette.make'), actions: makes },
    { group: t('palette.more'), actions: looks },
  ];
}

function useLooks(onHelp: () => void) {
  const { t } = useTranslation('shell');
  const { t: common, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme(AT_ONCE);
  const dark = useComputedColorScheme('light') === 'dark';
  const signOut = useSignOut();
  const languages = (Object.entries(LANGUAGES) as [Language, string][])
    .filter(([code]) => code !== i18n.language)
    .map(([code, name]) => ({ id: code, label: name, keywords: code, onClick: () => void speak(code) }));
  return [
    {
      id: 'scheme',
      label: common(dark ? 'light' : 'dark'),
      onClick: () => setColorScheme(dark ? 'light' : 'dark'),
    },
    ...languages,
    { id: 'help', label: t('keys.title'), keywords: '?', onClick: onHelp },
    { id: 'out', label: common('signOut'), onClick: () => signOut.mutate() },
  ];
}
