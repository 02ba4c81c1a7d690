import { Button, Group, PasswordInput, Stack, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '@/api/client';
import { confirmed } from '@/ui/confirmIdentity';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { useSaved } from '@/ui/useSaved';

/** A new password; it ends every other session. */
export function Password() {
  const { t } = useTranslation('profile');
  const { saved } = useSaved();
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (text) => (text.length >= 8 && text.length <= 20 ? null : t('errors.password')) },
  });
  const save = useMutation({
    mutationFn: (password: string) =>
      confirmed(() => client.PUT('/api/user/self', { body: { username: '', display_name: '', password } })),
    onSuccess: () => {
      form.reset();
      saved(t('passwordChanged'));
    },
  });
  return (
    <form onSubmit={form.onSubmit(({ password }) => save.mutate(password))}>
      <Stack>
        <Title order={2} size="h4">
          {t('password')}
        </Title>
        <Problem error={useRefused(save.error, form)} />
        <PasswordInput
          label={t('newPassword')}
          description={t('newPasswordHelp')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          {...form.getInputProps('password')}
        />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
