import { Alert, Anchor, createTheme, Drawer, type MantineThemeOverride, Menu, Modal } from '@mantine/core';
import type { FocusEvent } from 'react';
import { PRESETS, type PresetName } from './presets';

// Locking the page's scroll writes a style element, which the site's policy forbids.
const UNLOCKED = { lockScroll: false } as const;

/** A dialog puts the focus where this mark is, a moment after it opened: it stays with whoever has begun to write. */
function keepFocus({ currentTarget, target }: FocusEvent<HTMLElement>): void {
  for (const other of currentTarget.querySelectorAll('[data-autofocus]')) other.removeAttribute('data-autofocus');
  target.setAttribute('data-autofocus', '');
}

/** For `useMantineColorScheme`: stopping transitions for the moment of a change writes a style element, too. */
export const AT_ONCE = { keepTransitions: true } as const;

/** Mantine in our clothes; its variables are not written by script but stand in theme.css. */
export function themeOf(name: PresetName): MantineThemeOverride {
  return createTheme({
    primaryColor: PRESETS[name].color,
    cursorType: 'pointer',
    respectReducedMotion: true,
    components: {
      // What only informs interrupts nobody; what went wrong says so itself.
      Alert: Alert.extend({ defaultProps: { role: 'note' } }),
      Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
      // Its placeholder for the focus is nothing that a menu may hold; the first item takes the focus instead.
      Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false, menuItemTabIndex: 0 } }),
      Modal: Modal.extend({ defaultProps: { ...UNLOCKED, onFocusCapture: keepFocus } }),
      Drawer: Drawer.extend({ defaultProps: UNLOCKED }),
    },
  });
}
