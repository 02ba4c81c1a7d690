import { useMediaQuery } from '@mantine/hooks';

/** Whether there is room for a table, or for what is beside one, else in cards and menus. */
export function useWide(): boolean {
  return useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
}
