import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { useSaved } from '@/ui/useSaved';
import { ChannelActions } from './ChannelActions';
import { ChannelForm, type NewChannel, sent } from './ChannelForm';
import { type Channel, channelQuery, useChannels } from './queries';

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
  const { t } = useTranslation('channel');
  return (
    <Loaded query={useQuery(channelQuery(id))} title={t('one')} back={{ to: '/channel', name: t('back') }}>
      {(channel) => <Edit key={channel.id} channel={channel} onClose={onClose} />}
    </Loaded>
  );
}

function Edit({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  // Asking anew while somebody types changes nothing of it; another's save in between is refused by the revision.
  const [begun, setBegun] = useState(channel);
  const { id } = begun;
  const { change } = useChannels();
  const { saved } = useSaved();
  return (
    <Page title={channel.name || `#${id}`} width={720} actions={<ChannelActions channel={channel} />}>
      <ChannelForm
        key={begun.revision}
        channel={begun}
        problem={change.error}
        saving={change.isPending}
        onCancel={onClose}
        onSave={(filled) =>
          change.mutate(
            { id, revision: begun.revision, ...sent(filled) },
            {
              onSuccess: (now) => {
                setBegun(now);
                saved();
              },
            },
          )
        }
      />
    </Page>
  );
}
