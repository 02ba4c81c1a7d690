import { Stack, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '@/api/client';
import { whole } from '@/lib/money';
import { Bars } from '@/ui/Bars';
import { Loaded } from '@/ui/Loaded';
import { Money } from '@/ui/Money';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';

const DAYS = 30;

const usedQuery = (user_id: number) =>
  queryOptions({
    queryKey: ['usage', 'of', user_id],
    queryFn: async ({ signal }) => {
      const query = { days: DAYS, user_id, by: 'model' } as never;
      const { data } = await client.GET('/api/usage', { params: { query }, signal });
      return data as Schemas['Usage'];
    },
    staleTime: 60_000,
  });

type Sum = { key: string; quota: number; requests: number };

/** The sums of a field's values, the largest first. */
export function summed(
  rows: Pick<Schemas['PricedSum'], 'day' | 'model_name' | 'quota' | 'request_count'>[],
  by: 'day' | 'model_name',
): Sum[] {
  const found = new Map<string, Sum>();
  for (const row of rows) {
    const sum = found.get(row[by]) ?? { key: row[by], quota: 0, requests: 0 };
    sum.quota += row.quota;
    sum.requests += row.request_count;
    found.set(row[by], sum);
  }
  return [...found.values()];
}

/** What an account used in thirty days, by day and by model. */
export function Used({ id }: { id: number }) {
  const { t } = useTranslation('user');
  return (
    <Loaded query={useQuery(usedQuery(id))}>
      {({ data, counted_until }) => {
        const rows = data ?? [];
        const models = summed(rows, 'model_name').sort((one, other) => other.quota - one.quota);
        const days = summed(rows, 'day').sort((one, other) => other.key.localeCompare(one.key));
        return (
          <Stack>
            <div className={classes.halves}>
              <Bars title={t('usage.models')} bars={barsOf(models)} empty={t('usage.none')} />
              <Bars title={t('usage.days')} bars={barsOf(days)} empty={t('usage.none')} />
            </div>
            {counted_until > 0 && (
              <Text size="sm" c="dimmed" component="div">
                {t('usage.until')} <When at={counted_until} />
              </Text>
            )}
          </Stack>
        );
      }}
    </Loaded>
  );
}

function barsOf(sums: Sum[]) {
  return sums.map(({ key, quota, requests }) => ({
    key,
    name: key,
    size: quota,
    shown: (
      <>
        <Money quota={quota} /> · {whole(requests)}
      </>
    ),
  }));
}
