import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { useSaved } from '@/ui/useSaved';
import { useUsers } from './queries';

/** An account that an administrator makes. */
export function NewUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('user');
  const { create } = useUsers();
  const { saved } = useSaved();
  const form = useForm({
    initialValues: { username: '', display_name: '', password: '' },
    validate: {
      username: (name) => (name.trim() ? null : t('errors.name')),
      password: (password) => (password.length >= 8 ? null : t('errors.password')),
    },
  });
  const submit = form.onSubmit((values) =>
    create.mutate(
      { ...values, role: 1 },
      {
        onSuccess: () => {
          saved();
          onClose();
        },
      },
    ),
  );
  return (
    <Page title={t('new')} width={640}>
      <form onSubmit={submit}>
        <Stack>
          <Problem error={useRefused(create.error, form)} />
          <TextInput
            label={t('name')}
            required
            maxLength={12}
            autoComplete="off"
            autoFocus
            {...form.getInputProps('username')}
          />
          <TextInput label={t('displayName')} maxLength={20} {...form.getInputProps('display_name')} />
          <PasswordInput
            label={t('password')}
            description={t('passwordHelp')}
            required
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            {...form.getInputProps('password')}
          />
          <Group>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
