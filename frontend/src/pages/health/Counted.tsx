import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { When } from '@/ui/When';
import type { Counted as Until } from './queries';

/** How old the figures are, and whether they are all. */
export function Counted({ counted_until, complete }: Until) {
  const { t } = useTranslation('health');
  return (
    <Text size="sm" c="dimmed" component="div" mb="xs">
      {counted_until ? (
        <>
          {t('counted')} <When at={counted_until} />
        </>
      ) : (
        t('uncounted')
      )}
      {!complete && ` · ${t('incomplete')}`}
    </Text>
  );
}
