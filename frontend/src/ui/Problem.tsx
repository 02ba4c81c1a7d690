import { Alert } from '@mantine/core';

/** Why a form was not taken, where it stands and to who does not see it. */
export function Problem({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <Alert color="red" role="alert">
      {error.message}
    </Alert>
  );
}
