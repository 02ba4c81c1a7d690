import { Button, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Provider, providersQuery } from '@/api/providers';
import { Failure } from '@/ui/Failure';
import { KeySheet } from '@/ui/KeySheet';
import { Page } from '@/ui/Page';
import type { Probed } from '@/ui/Probe';
import { FirstKey } from './FirstKey';
import { FirstRequest } from './FirstRequest';
import { type Chosen, Paste } from './Paste';
import { type Made, useMaking } from './useMaking';

/** From a pasted key to an answer: each step becomes a line when it is done. Nothing is kept before the third. */
export function Welcome({ onLater }: { onLater: () => void }) {
  const { t } = useTranslation('welcome');
  const providers = useQuery(providersQuery);
  return (
    <Page
      title={t('title')}
      width={720}
      actions={
        <Button variant="default" size="xs" component={Link} to="/dashboard" onClick={onLater}>
          {t('later')}
        </Button>
      }
    >
      {providers.isError && <Failure error={providers.error} onAgain={() => void providers.refetch()} />}
      {providers.data && <Steps providers={providers.data} />}
    </Page>
  );
}

function Steps({ providers }: { providers: Provider[] }) {
  const { t } = useTranslation('welcome');
  const [tried, setTried] = useState<{ chosen: Chosen; probed: Probed }>();
  const [sheet, setSheet] = useState(false);
  const making = useMaking();
  const made: Made | undefined = making.data;
  if (made && tried) {
    return (
      <Stack>
        <List>
          <List.Item>{t('done.channel', { name: made.name })}</List.Item>
          <List.Item>{t('done.key')}</List.Item>
        </List>
        {sheet && <KeySheet token={made.token} onClose={() => setSheet(false)} />}
        {!sheet && <FirstRequest secret={made.token.key} model={made.model} />}
      </Stack>
    );
  }
  return (
    <Stack gap="xl">
      <Text>{t('what')}</Text>
      <Paste
        providers={providers}
        onProbed={(chosen, probed) => setTried({ chosen, probed })}
        onChanged={() => setTried(undefined)}
      />
      {tried && !tried.probed.fault.kind && (
        <FirstKey
          probed={tried.probed}
          problem={making.error}
          busy={making.isPending}
          onMake={(models, quota) =>
            making.mutate({ ...tried.chosen, probed: tried.probed, models, quota }, { onSuccess: () => setSheet(true) })
          }
        />
      )}
    </Stack>
  );
}
