import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Failure } from '@/ui/Failure';
import { Page } from '@/ui/Page';
import { useSaved } from '@/ui/useSaved';
import { ChannelActions } from './ChannelActions';
import { ChannelForm, type NewChannel, sent } from './ChannelForm';
import { channelQuery, useChannels } from './queries';

export function NewChannelPage({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('channel');
  const { create } = useChannels();
  const { saved } = useSaved();
  return (
    <Page title={t('new')} width={720}>
      <ChannelForm
        problem={create.error}
        saving={create.isPending}
        onCancel={onClose}
        onSave={(filled) =>
          create.mutate(sent(filled) as unknown as NewChannel, {
            onSuccess: () => {
              saved();
              onClose();
            },
          })
        }
      />
    </Page>
  );
}

/** One channel. Saving sends the revision that was read, so that two who edit do not undo each other. */
export function ChannelPage({ id, onClose }: { id: number; onClose: () => void }) {
  const query = useQuery(channelQuery(id));
  const { change } = useChannels();
  const { saved } = useSaved();
  if (query.isError) return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  if (!query.data) return null;
  const channel = query.data;
  return (
    <Page title={channel.name || `#${id}`} width={720} actions={<ChannelActions channel={channel} />}>
      <ChannelForm
        key={channel.revision}
        channel={channel}
        problem={change.error}
        saving={change.isPending}
        onCancel={onClose}
        onSave={(filled) =>
          change.mutate({ id, revision: channel.revision, ...sent(filled) }, { onSuccess: () => saved() })
        }
      />
    </Page>
  );
}
