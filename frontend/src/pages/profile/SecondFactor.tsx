import { Button, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { factorQuery } from '@/api/safety';
import { Copy } from '@/ui/Copy';
import { confirmed } from '@/ui/confirmIdentity';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';
import { useSaved } from '@/ui/useSaved';

/** Codes of an app beside the password: set up, new backup codes, taken off. */
export function SecondFactor({ state }: { state: Schemas['State'] }) {
  const { t } = useTranslation('profile');
  const queries = useQueryClient();
  const { failed } = useSaved();
  const [codes, setCodes] = useState<string[]>();
  const [leaving, setLeaving] = useState(false);
  const refresh = (): void => void queries.invalidateQueries({ queryKey: factorQuery.queryKey });
  const begin = useMutation({
    mutationFn: () => confirmed(async () => opened(await client.POST('/api/user/2fa/setup'))),
    onError: failed,
  });
  const enabled = (backup: string[]): void => {
    setCodes(backup);
    begin.reset();
    refresh();
  };
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('second.title')}
      </Title>
      <Text>{state.enabled ? t('second.on', { count: state.backup_codes_remaining }) : t('second.off')}</Text>
      <Group>
        {state.enabled ? (
          <Button variant="default" onClick={() => setLeaving(true)}>
            {t('second.disable')}
          </Button>
        ) : (
          <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
            {t('second.enable')}
          </Button>
        )}
      </Group>
      {begin.data && <Enrol enrolment={begin.data} onEnabled={enabled} onClose={() => begin.reset()} />}
      {codes && <Backup codes={codes} onClose={() => setCodes(undefined)} />}
      {leaving && (
        <Disable
          onClose={() => {
            setLeaving(false);
            refresh();
          }}
        />
      )}
    </Stack>
  );
}

type EnrolProps = { enrolment: Schemas['Enrolment']; onEnabled: (codes: string[]) => void; onClose: () => void };

function Enrol({ enrolment, onEnabled, onClose }: EnrolProps) {
  const { t } = useTranslation('profile');
  const [code, setCode] = useState('');
  const enable = useMutation({
    mutationFn: async () => opened(await client.POST('/api/user/2fa/enable', { body: { code: code.trim() } })),
    onSuccess: onEnabled,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enable.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={t('second.enable')} closeButtonProps={{ 'aria-label': t('cancel') }}>
      <form onSubmit={submit}>
        <Stack>
          <Text>{t('second.scan')}</Text>
          <QRCodeSVG value={enrolment.uri} size={180} marginSize={2} title={t('second.qr')} />
          <Group>
            <code className={classes.mono}>{enrolment.secret}</code>
            <Copy value={enrolment.secret} />
          </Group>
          <Problem error={enable.error} />
          <CodeInput value={code} onChange={setCode} />
          <Group justify="flex-end">
            <Button type="submit" loading={enable.isPending}>
              {t('second.enable')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function CodeInput({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const { t } = useTranslation('profile');
  return (
    <TextInput
      label={t('second.code')}
      autoComplete="one-time-code"
      inputMode="numeric"
      required
      data-autofocus
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Backup({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation('profile');
  return (
    <Modal opened onClose={onClose} title={t('second.backup')} closeButtonProps={{ 'aria-label': t('done') }}>
      <Stack>
        <Text>{t('second.backupHelp')}</Text>
        <code className={classes.code}>{codes.join('\n')}</code>
        <Group justify="space-between">
          <Copy value={codes.join('\n')} />
          <Button onClick={onClose}>{t('done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Disable({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('profile');
  const [code, setCode] = useState('');
  const disable = useMutation({
    mutationFn: () => client.POST('/api/user/2fa/disable', { body: { code: code.trim() } }),
    onSuccess: onClose,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    disable.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={t('second.disable')} closeButtonProps={{ 'aria-label': t('cancel') }}>
      <form onSubmit={submit}>
        <Stack>
          <Problem error={disable.error} />
          <CodeInput value={code} onChange={setCode} />
          <Group justify="flex-end">
            <Button type="submit" color="red" loading={disable.isPending}>
              {t('second.disable')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
