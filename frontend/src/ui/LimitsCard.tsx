import { Button, Group, Text, Title } from '@mantine/core';
import { type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { limitsKey } from '@/api/limits';
import classes from './Limits.module.css';
import { LimitsEditor } from './LimitsEditor';
import { LimitUses } from './LimitUses';
import { Loaded } from './Loaded';
import { Problem } from './Problem';
import { refusedLimits, useLimitDrafts } from './useLimitDrafts';
import { useSaved } from './useSaved';

type Props = {
  help: string;
  limits: Schemas['LimitShown'][];
  uses: UseQueryResult<Schemas['LimitUsed'][]>;
  save: (limits: Schemas['LimitForm'][]) => Promise<unknown>;
};

/** What applies now and what is used of it; beneath, on demand, one's own limits to change. */
export function LimitsCard({ help, limits, uses, save }: Props) {
  const { t } = useTranslation('limits');
  const [editing, setEditing] = useState(false);
  return (
    <section className={classes.card} aria-labelledby="limits">
      <Group justify="space-between">
        <Title order={2} size="h4" id="limits">
          {t('title')}
        </Title>
        {!editing && (
          <Button size="xs" variant="default" onClick={() => setEditing(true)}>
            {t(limits.length ? 'edit' : 'set')}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {help}
      </Text>
      <Loaded query={uses}>{(used) => <LimitUses uses={used} />}</Loaded>
      {editing && <Edit limits={limits} save={save} onClose={() => setEditing(false)} />}
    </section>
  );
}

type EditProps = Pick<Props, 'limits' | 'save'> & { onClose: () => void };

function Edit({ limits, save, onClose }: EditProps) {
  const { t } = useTranslation('limits');
  const { drafts, setDrafts, problems, read } = useLimitDrafts(limits);
  const { saved } = useSaved();
  const queries = useQueryClient();
  const saving = useMutation({
    mutationFn: save,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: limitsKey });
      saved();
      onClose();
    },
  });
  const refused = refusedLimits(saving.error);
  return (
    <form
      className={classes.editor}
      onSubmit={(event) => {
        event.preventDefault();
        const written = read();
        if (written) saving.mutate(written);
      }}
    >
      {!refused && <Problem error={saving.error} />}
      <LimitsEditor drafts={drafts} onChange={setDrafts} problems={problems} refused={refused} />
      <Group>
        <Button type="submit" loading={saving.isPending}>
          {t('save')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
      </Group>
    </form>
  );
}
