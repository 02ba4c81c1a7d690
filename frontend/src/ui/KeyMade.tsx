import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import type { Schemas } from '@/api/client';
import { modelsQuery } from '@/api/models';
import { relayAddress } from '@/lib/address';
import { deepLinks } from '@/lib/deeplinks';
import { chatModel, usual } from '@/lib/snippets';
import { OpenIn } from './OpenIn';
import { Secret } from './Secret';
import { SnippetModel, Snippets } from './Snippets';

type Props = { token: Schemas['Token']; model?: string; onCopied: () => void };

/** A key in full, this once, with what to paste where. */
export function KeyMade({ token, model: wanted, onCopied }: Props) {
  const { t } = useTranslation('token');
  const status = useQuery(statusQuery).data;
  const known = useQuery(modelsQuery).data ?? [];
  const models = token.models ? token.models.split(',') : known;
  const [chosen, setChosen] = useState(wanted);
  const ask = {
    base: relayAddress(status),
    key: `sk-${token.key}`,
    model: chosen ?? chatModel(models),
    name: status?.system_name || 'One API',
  };
  const links = deepLinks({ ...ask, home: window.location.origin, chat: status?.chat_link ?? '' });
  return (
    <Stack>
      <Text>{t('sheet.once')}</Text>
      <Secret value={ask.key} onCopied={onCopied} />
      <SnippetModel models={models} value={ask.model} onChange={setChosen} />
      <Snippets snippets={usual(ask)} onCopied={onCopied} />
      <OpenIn links={links} />
    </Stack>
  );
}
