import type { UseFormReturnType } from '@mantine/form';
import { useEffect } from 'react';
import { refusalOf } from '@/api/refusal';

/** Puts the server's sentence at the field that it names; what is left for the whole form is answered. */
export function useRefused<Values extends object>(
  error: Error | null,
  form: Pick<UseFormReturnType<Values>, 'setFieldError' | 'getValues'>,
): Error | null {
  const refusal = error && refusalOf(error);
  const named = refusal?.message && refusal.field in form.getValues() ? refusal : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal
  useEffect(() => {
    if (named) form.setFieldError(named.field, named.message);
  }, [named]);
  return named ? null : error;
}
