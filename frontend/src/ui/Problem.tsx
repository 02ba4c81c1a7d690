import { Alert, Group, Stack } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { refusalOf } from '@/api/refusal';
import { Copy } from './Copy';
import { Told } from './Told';

/** Why a form was not taken, where it stands and to who does not see it. Who is still typing is not interrupted. */
export function Problem({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!error) return;
    place.current?.scrollIntoView({ block: 'nearest' });
    if (!document.activeElement?.matches('input, textarea')) place.current?.focus({ preventScroll: true });
  }, [error]);
  if (!error) return null;
  const { requestId } = refusalOf(error);
  return (
    <Alert color="red" role="alert" ref={place} tabIndex={-1}>
      <Stack gap="xs" align="flex-start">
        <Told error={error} writes />
        {requestId && (
          <Group>
            <Copy value={requestId} label={t('copyRequestId')} />
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
