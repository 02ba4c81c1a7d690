import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DeepLink } from '@/lib/deeplinks';

/** Programs that take a key by a link. Only where the key was made: a link holds it whole. */
export function OpenIn({ links }: { links: DeepLink[] }) {
  const { t } = useTranslation('snippets');
  const here = links.filter(({ reaches }) => !reaches);
  const there = links.filter(({ reaches }) => reaches);
  return (
    <Stack gap={6}>
      <Text fw={600} size="sm">
        {t('open.title')}
      </Text>
      <Text size="sm" c="dimmed">
        {t('open.help')}
      </Text>
      <Links links={here} />
      {there.map((link) => (
        <Stack key={link.name} gap={6}>
          <Text size="sm">{t('open.reaches', { site: link.reaches })}</Text>
          <Links links={[link]} />
        </Stack>
      ))}
    </Stack>
  );
}

function Links({ links }: { links: DeepLink[] }) {
  return (
    <Group gap="xs">
      {links.map(({ name, link }) => (
        <Button
          key={name}
          component="a"
          href={link}
          variant="default"
          size="xs"
          translate="no"
          rel="noreferrer noopener"
          {...(link.startsWith('http') && { target: '_blank' })}
        >
          {name}
        </Button>
      ))}
    </Group>
  );
}
