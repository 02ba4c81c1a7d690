import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { limitsQuery } from '@/api/limits';
import { LimitUses } from '@/ui/LimitUses';
import { Problem } from '@/ui/Problem';

/** What is used of a channel's limits. */
export function ChannelUses({ id }: { id: number }) {
  const { t } = useTranslation('limits');
  const uses = useQuery(limitsQuery({ channel_id: String(id) }));
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('helpChannel')}
      </Text>
      <Problem error={uses.error} />
      {uses.isPending && <Skeleton h={24} />}
      {uses.data && uses.data.length > 0 && <LimitUses uses={uses.data} />}
    </>
  );
}
