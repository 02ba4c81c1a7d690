import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { client, opened } from '@/api/client';
import { modelsQuery } from '@/api/models';
import { ADMIN } from '@/lib/roles';

/** A request's id, or that of a recent answer: it leads to a receipt. */
const REQUEST = /^(\d{14,}[\w-]*|(chatcmpl|resp|msg)[-_]\w+)$/;

const SHORTEST = 2; // characters: fewer fit nearly everything
const MOST = 5; // of each kind
const PAUSE = 250; // milliseconds of typing

type Named = { id: number; name: string };

/** Channels and accounts whose names begin so, for whom they are there; asked when the typing pauses. */
function useNamed(role: number, query: string): { channels: Named[]; users: Named[] } {
  const [keyword] = useDebouncedValue(query, PAUSE);
  const { data } = useQuery({
    queryKey: ['palette', keyword],
    enabled: role >= ADMIN && keyword.length >= SHORTEST && !REQUEST.test(keyword),
    queryFn: async ({ signal }) => {
      const params = { query: { keyword } };
      const [channels, users] = await Promise.all([
        client.GET('/api/channel/search', { params, signal }),
        client.GET('/api/user/search', { params, signal }),
      ]);
      return {
        channels: opened(channels).slice(0, MOST),
        users: opened(users)
          .slice(0, MOST)
          .map(({ id, username }) => ({ id, name: username })),
      };
    },
  });
  return data ?? { channels: [], users: [] };
}

function useModels(query: string): string[] {
  const long = query.length >= SHORTEST;
  const models = useQuery({ ...modelsQuery, enabled: long }).data ?? [];
  const wanted = query.toLowerCase();
  return long ? models.filter((name) => name.toLowerCase().includes(wanted)).slice(0, MOST) : [];
}

/** What there is of that name: the receipt of a request, channels, accounts, models. */
export function useFound(role: number, query: string) {
  const { t } = useTranslation('shell');
  const navigate = useNavigate();
  const { channels, users } = useNamed(role, query);
  const models = useModels(query);
  const found = (id: string, label: string, onClick: () => void) => ({ id, label, keywords: query, onClick });
  const receipt = found('receipt', t('palette.receipt', { id: query }), () => {
    void navigate({ to: '/log/$request', params: { request: query } });
  });
  return [
    ...(REQUEST.test(query) ? [receipt] : []),
    ...channels.map(({ id, name }) =>
      found(`channel${id}`, t('palette.channel', { name }), () => {
        void navigate({ to: '/channel/$id', params: { id: String(id) } });
      }),
    ),
    ...users.map(({ id, name }) =>
      found(`user${id}`, t('palette.user', { name }), () => {
        void navigate({ to: '/user/$id', params: { id: String(id) } });
      }),
    ),
    ...models.map((name) =>
      found(`model${name}`, t('palette.model', { name }), () => {
        void navigate({ to: '/pricing', search: { model: name } });
      }),
    ),
  ];
}
