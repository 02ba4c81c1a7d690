import { Button, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useBlocker } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Provider, providersQuery } from '@/api/providers';
import { KeyMade } from '@/ui/KeyMade';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import type { Probed } from '@/ui/Probe';
import { FirstKey } from './FirstKey';
import { FirstRequest } from './FirstRequest';
import { type Chosen, Paste } from './Paste';
import { type Made, useMaking } from './useMaking';
import classes from './Welcome.module.css';

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
      <Loaded query={providers}>{(known) => <Steps providers={known} />}</Loaded>
    </Page>
  );
}

type Tried = { chosen: Chosen; probed: Probed };

function Steps({ providers }: { providers: Provider[] }) {
  const { t } = useTranslation('welcome');
  const [tried, setTried] = useState<Tried>();
  const [again, setAgain] = useState(false);
  const making = useMaking();
  if (making.data) return <Done made={making.data} />;
  const passed = tried && !tried.probed.fault.kind ? tried : undefined;
  return (
    <Stack gap="xl">
      <Text>{t('what')}</Text>
      {passed && !again && <Passed tried={passed} onAgain={() => setAgain(true)} />}
      <div hidden={Boolean(passed) && !again}>
        <Paste
          providers={providers}
          onProbed={(chosen, probed) => {
            setTried({ chosen, probed });
            setAgain(false);
          }}
          onChanged={() => setTried(undefined)}
        />
      </div>
      {passed && (
        <FirstKey
          probed={passed.probed}
          problem={making.error}
          busy={making.isPending}
          onMake={(models, quota) => making.mutate({ ...passed.chosen, probed: passed.probed, models, quota })}
        />
      )}
    </Stack>
  );
}

/** The first two steps, done, as a line. */
function Passed({ tried: { chosen, probed }, onAgain }: { tried: Tried; onAgain: () => void }) {
  const { t } = useTranslation('welcome');
  return (
    <div className={classes.line} role="status">
      <Text>
        {t('done.tried', {
          provider: chosen.provider.name,
          model: probed.model,
          answer: probed.answer.trim(),
          seconds: (probed.ms / 1000).toFixed(1),
          count: probed.models.length,
        })}
      </Text>
      <Button variant="default" size="xs" onClick={onAgain}>
        {t('done.change')}
      </Button>
    </div>
  );
}

/** The new key, at the only moment when it is shown, and a first request with it. */
function Done({ made }: { made: Made }) {
  const { t } = useTranslation('welcome');
  const { t: token } = useTranslation('token');
  const [copied, setCopied] = useState(false);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => top.current?.focus(), []);
  useBlocker({ shouldBlockFn: () => !copied && !window.confirm(t('leave')), enableBeforeUnload: false });
  return (
    <Stack gap="xl">
      <div ref={top} tabIndex={-1}>
        <List>
          <List.Item>{t('done.channel', { name: made.name })}</List.Item>
          <List.Item>{t('done.key')}</List.Item>
        </List>
      </div>
      <FirstRequest secret={made.token.key} model={made.model} />
      <Stack gap="sm">
        <Title order={2} size="h4">
          {token('sheet.title')}
        </Title>
        <KeyMade token={made.token} model={made.model} onCopied={() => setCopied(true)} />
      </Stack>
    </Stack>
  );
}
