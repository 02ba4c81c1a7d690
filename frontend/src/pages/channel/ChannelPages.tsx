import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { Parts } from '@/ui/Parts';
import { useSaved } from '@/ui/useSaved';
import { ChannelActions } from './ChannelActions';
import { ChannelForm, type NewChannel, sent } from './ChannelForm';
import { ChannelHealth } from './ChannelHealth';
import { ChannelModels } from './ChannelModels';
import { PARTS, type PartName } from './parts';
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

type Props = {
  id: number;
  at: PartName;
  onMove: (part: PartName) => void;
  /** Its requests, which another page knows how to show. */
  log: ReactNode;
  onClose: () => void;
};

/** One channel: how it is set, its models beside its provider's, how it does, and its requests. */
export function ChannelPage({ id, ...parts }: Props) {
  const { t } = useTranslation('channel');
  return (
    <Loaded query={useQuery(channelQuery(id))} title={t('one')} back={{ to: '/channel', name: t('back') }}>
      {(channel) => <One key={channel.id} channel={channel} {...parts} />}
    </Loaded>
  );
}

function One({ channel, at, onMove, log, onClose }: Omit<Props, 'id'> & { channel: Channel }) {
  const { t } = useTranslation('channel');
  const contents: Record<PartName, ReactNode> = {
    settings: <Settings channel={channel} onClose={onClose} />,
    models: <ChannelModels channel={channel} />,
    health: <ChannelHealth channel={channel} />,
    log,
  };
  return (
    <Page title={channel.name || `#${channel.id}`} actions={<ChannelActions channel={channel} />}>
      <Parts
        label={channel.name}
        at={at}
        onMove={onMove}
        parts={PARTS.map((name) => ({
          name,
          title: t(`tabs.${name}`),
          content: contents[name],
          stays: name === 'settings',
        }))}
      />
    </Page>
  );
}

/** Saving sends the revision that was read, so that two who edit do not undo each other. */
function Settings({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  // Asking anew while somebody types changes nothing of it; another's save in between is refused by the revision.
  const [begun, setBegun] = useState(channel);
  const { id } = begun;
  const { change } = useChannels();
  const { saved } = useSaved();
  return (
    <div style={{ maxWidth: 720 }}>
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
    </div>
  );
}
