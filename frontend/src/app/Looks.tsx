import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useLayoutEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { chosenPreset, keepPreset, type PresetName, presetName } from './presets';
import { queryClient } from './query';
import { themeOf } from './theme';

type Look = {
  preset: PresetName;
  /** What this person chose; empty: what the operator did. */
  chosen: string;
  choose: (name: PresetName | '') => void;
};

const LookContext = createContext<Look>({ preset: 'default', chosen: '', choose: () => undefined });

export const useLook = (): Look => useContext(LookContext);

const schemes = localStorageColorSchemeManager();

/** Everything around the pages: data, theme, dialogs, messages. */
export function Looks({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <Themed>{children}</Themed>
    </QueryClientProvider>
  );
}

function Themed({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const status = useQuery(statusQuery).data;
  const [chosen, setChosen] = useState(chosenPreset);
  const preset = presetName(chosen || (status as { theme?: string } | undefined)?.theme);
  const theme = useMemo(() => themeOf(preset), [preset]);
  useLayoutEffect(() => {
    document.documentElement.dataset.preset = preset;
  }, [preset]);
  const look = useMemo(() => {
    const choose = (name: PresetName | ''): void => {
      keepPreset(name);
      setChosen(name);
    };
    return { preset, chosen, choose };
  }, [preset, chosen]);
  return (
    <LookContext.Provider value={look}>
      <MantineProvider
        theme={theme}
        colorSchemeManager={schemes}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <ModalsProvider labels={{ confirm: t('confirm'), cancel: t('cancel') }}>
          <Notifications position="bottom-right" autoClose={5000} />
          {children}
        </ModalsProvider>
      </MantineProvider>
    </LookContext.Provider>
  );
}
