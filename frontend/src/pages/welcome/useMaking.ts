import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '@/api/account';
import { client, opened, type Schemas } from '@/api/client';
import type { Probed } from '@/ui/Probe';
import type { Chosen } from './Paste';

export type Made = { name: string; model: string; token: Schemas['Token'] };
type Wanted = Chosen & { probed: Probed; models: string[]; quota: number };

/** Makes the channel and then the first key; where the key was refused, trying again makes no second channel. */
export function useMaking() {
  const { t } = useTranslation('welcome');
  const queries = useQueryClient();
  const group = useQuery(accountQuery).data?.group ?? 'default';
  const made = useRef(false);
  return useMutation({
    mutationFn: async (wanted: Wanted): Promise<Made> => {
      if (!made.current) await client.POST('/api/channel', { body: channelOf(wanted, group) });
      made.current = true;
      const form = { name: t('key.name'), remain_quota: wanted.quota, unlimited_quota: false, expired_time: -1 };
      const token = opened(await client.POST('/api/token', { body: { ...form, models: '', subnet: '' } }));
      return { name: wanted.provider.name, model: firstOf(wanted), token };
    },
    onSettled: () => {
      for (const what of ['channels', 'tokens', 'models', 'summary']) {
        void queries.invalidateQueries({ queryKey: [what] });
      }
    },
  });
}

function channelOf({ provider, key, address, config, models }: Wanted, group: string): Schemas['NewChannel'] {
  return {
    type: provider.id,
    name: provider.name,
    key: key.trim(),
    base_url: address.trim(),
    config: Object.keys(config).length ? JSON.stringify(config) : '',
    models: models.join(','),
    group: [...new Set(['default', group])].join(','),
  } as Schemas['NewChannel'];
}

/** The model that has answered, where it was kept. */
function firstOf({ probed, models }: Wanted): string {
  return models.includes(probed.model) ? probed.model : (models[0] ?? '');
}
