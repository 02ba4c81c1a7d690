import { Anchor, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

const PARTS = { title: '/profile', security: '/profile/security' } as const;

/** The parts of the profile, each with an address of its own. */
export function ProfileTabs({ at }: { at: keyof typeof PARTS }) {
  const { t } = useTranslation('profile');
  return (
    <nav aria-label={t('parts')}>
      <Group gap="md" mb="lg">
        {(Object.keys(PARTS) as (keyof typeof PARTS)[]).map((part) => (
          <Anchor
            key={part}
            fw={part === at ? 600 : undefined}
            renderRoot={(props) => <Link {...props} to={PARTS[part]} />}
          >
            {t(part)}
          </Anchor>
        ))}
      </Group>
    </nav>
  );
}
