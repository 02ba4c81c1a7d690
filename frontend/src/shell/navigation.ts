import {
  IconActivity,
  IconChartBar,
  IconClipboardList,
  IconCoin,
  IconGauge,
  IconHeartbeat,
  IconKey,
  IconList,
  IconMessage,
  IconPlug,
  IconReceipt2,
  IconSettings,
  IconTicket,
  IconUser,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { ADMIN, ROOT, USER } from '@/lib/roles';

export type Group = 'use' | 'operate' | 'system';
export type Place = {
  to: string;
  name:
    | 'dashboard'
    | 'keys'
    | 'log'
    | 'playground'
    | 'prices'
    | 'status'
    | 'health'
    | 'topup'
    | 'profile'
    | 'channels'
    | 'users'
    | 'codes'
    | 'usage'
    | 'settings'
    | 'audit';
  icon: TablerIcon;
  role: number;
  jump: string;
};

/** What the side bar and the palette lead to: group by group, for whose role. `jump` is the key after `g`. */
const PLACES: Record<Group, Place[]> = {
  use: [
    { to: '/dashboard', name: 'dashboard', icon: IconGauge, role: USER, jump: 'd' },
    { to: '/token', name: 'keys', icon: IconKey, role: USER, jump: 't' },
    { to: '/log', name: 'log', icon: IconList, role: USER, jump: 'l' },
    { to: '/playground', name: 'playground', icon: IconMessage, role: USER, jump: 'p' },
    { to: '/pricing', name: 'prices', icon: IconReceipt2, role: USER, jump: 'm' },
    { to: '/status', name: 'status', icon: IconActivity, role: USER, jump: 'v' },
    { to: '/topup', name: 'topup', icon: IconCoin, role: USER, jump: 'b' },
    { to: '/profile', name: 'profile', icon: IconUser, role: USER, jump: 'e' },
  ],
  operate: [
    { to: '/channel', name: 'channels', icon: IconPlug, role: ADMIN, jump: 'c' },
    { to: '/health', name: 'health', icon: IconHeartbeat, role: ADMIN, jump: 'h' },
    { to: '/user', name: 'users', icon: IconUsers, role: ADMIN, jump: 'u' },
    { to: '/redemption', name: 'codes', icon: IconTicket, role: ADMIN, jump: 'r' },
    { to: '/usage', name: 'usage', icon: IconChartBar, role: ADMIN, jump: 'a' },
  ],
  system: [
    { to: '/setting', name: 'settings', icon: IconSettings, role: ROOT, jump: 's' },
    { to: '/audit', name: 'audit', icon: IconClipboardList, role: ROOT, jump: 'o' },
  ],
};

/** The groups that a role may open something of. */
export function groupsFor(role: number): [Group, Place[]][] {
  return (Object.entries(PLACES) as [Group, Place[]][])
    .map(([group, places]): [Group, Place[]] => [group, places.filter((place) => role >= place.role)])
    .filter(([, places]) => places.length > 0);
}

// Addresses that only administrators may open, and no place in the side bar leads to.
const MORE = [{ to: '/welcome', role: ADMIN }];

/** The role that an address wants of who opens it. */
export function roleFor(path: string): number {
  const place = [...Object.values(PLACES).flat(), ...MORE].find(({ to }) => path === to || path.startsWith(`${to}/`));
  return place?.role ?? USER;
}
