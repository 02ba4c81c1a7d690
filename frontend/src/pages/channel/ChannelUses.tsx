import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { limitsQuery } from '@/api/limits';
import { LimitUses } from '@/ui/LimitUses';
import { Loaded } from '@/ui/Loaded';

/** What is used of a channel's limits. */
export function ChannelUses({ id }: { id: number }) {
  const { t } = useTranslation('limits');
  const uses = useQuery(limitsQuery({ channel_id: String(id) }));
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('helpChannel')}
      </Text>
      <Loaded query={uses}>{(used) => used.length > 0 && <LimitUses uses={used} />}</Loaded>
    </>
  );
}
