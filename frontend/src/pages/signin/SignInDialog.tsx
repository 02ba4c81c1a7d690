import { Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SignIn } from './SignIn';

/** Over the page that asked for it, which goes on afterwards with what it had. */
export function SignInDialog() {
  const { t } = useTranslation('signin');
  const queries = useQueryClient();
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} title={t('title')} centered>
      <SignIn onSignedIn={() => void queries.invalidateQueries()} />
    </Modal>
  );
}
