import { Alert, Button, Select, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { modelsQuery } from '@/api/models';
import { DIALECTS, type DialectName } from '@/lib/dialects';
import { chatModel } from '@/lib/snippets';
import { Missing } from '@/ui/Loaded';
import { useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import classes from '@/ui/ui.module.css';
import { Waiting } from '@/ui/Waiting';
import { Chat } from './Chat';
import { chatSite } from './ChatSite';
import { Other } from './Other';
import { isOperation, OPERATIONS, type Operation } from './operations';
import { useDoor } from './useKey';

// What a playground's key may spend, in dollars.
const ALLOWANCE = 0.5;

type Tab = DialectName | Operation;
const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[];
const OPERATION_NAMES = Object.keys(OPERATIONS) as Operation[];

export type Tried = { model?: string | undefined; tab?: string | undefined };
type Props = { tried: Tried; onTried: (tried: Tried) => void };

/** Try models: a question in any dialect, and everything else that the relay does; what each answer cost. */
export function Playground({ tried, onTried }: Props) {
  const { t } = useTranslation('playground');
  const query = useQuery(modelsQuery);
  const models = query.data ?? [];
  const { perUnit, first } = useMoney();
  const allowance = Math.floor(ALLOWANCE * Number(perUnit));
  const door = useDoor(allowance);
  const site = chatSite(useQuery(statusQuery).data?.chat_link);
  const tab: Tab = [...DIALECT_NAMES, ...OPERATION_NAMES].find((name) => name === tried.tab) ?? 'chat';
  const model = tried.model || (models.length ? chatModel(models) : '');
  const choice = (
    <Select
      label={t('model')}
      data={models}
      searchable
      allowDeselect={false}
      value={model || null}
      onChange={(name) => onTried({ ...tried, model: name ?? undefined })}
      limit={100}
    />
  );
  return (
    <Page
      title={t('title')}
      actions={
        site && (
          <Button variant="default" size="xs" component={Link} to="/chat">
            {t('site')}
          </Button>
        )
      }
    >
      <Stack>
        <Missing queries={[query]} />
        <Alert variant="default" role="note">
          {t('costs', { amount: first(allowance) })}
        </Alert>
        <Tabs value={tab} onChange={(name) => onTried({ ...tried, tab: name ?? undefined })} keepMounted={false}>
          <Tabs.List aria-label={t('what')} mb="md">
            {DIALECT_NAMES.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`dialects.${name}`)}
              </Tabs.Tab>
            ))}
            {OPERATION_NAMES.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`operations.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab}>
            {query.isPending ? (
              <Waiting /> // a question that is asked before there is a model is refused, and what was typed is lost
            ) : isOperation(tab) ? (
              <>
                <div className={classes.filters}>{choice}</div>
                <Other key={tab} operation={tab} model={model} door={door} />
              </>
            ) : (
              <Chat dialect={tab} model={model} models={models} door={door} choice={choice} />
            )}
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </Page>
  );
}
