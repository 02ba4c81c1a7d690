import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsFor } from './navigation';
import { keepSingleKeys, listen, type Shortcut, save, shortcuts, singleKeys } from './shortcuts';
import { useTypedAhead } from './useTypedAhead';

const Palette = lazy(() => import('./Palette'));

/** All that keys do without a pointer: the palette, single keys, saving, and the table that says so. */
export function Keyboard({ role, asked, onAsk }: { role: number; asked: number; onAsk: () => void }) {
  const [helps, help] = useDisclosure(false);
  const known = useSingleKeys(role, help.open);
  const takeTyped = useTypedAhead(asked);
  useHotkeys(
    [
      ['mod+K', onAsk],
      ['mod+S', save],
    ],
    [],
  );
  return (
    <>
      {asked > 0 && (
        <Suspense>
          <Palette role={role} asked={asked} takeTyped={takeTyped} onHelp={help.open} />
        </Suspense>
      )}
      {helps && <Help role={role} known={known} onClose={help.close} />}
    </>
  );
}

function useSingleKeys(role: number, help: () => void): Shortcut[] {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const known = useMemo(
    () => shortcuts(() => void queries.invalidateQueries({ refetchType: 'active' }), help),
    [queries, help],
  );
  useEffect(() => {
    const places = groupsFor(role).flatMap(([, group]) => group);
    return listen(known, places, (to) => void navigate({ to }));
  }, [known, role, navigate]);
  return known;
}

function Help({ role, known, onClose }: { role: number; known: Shortcut[]; onClose: () => void }) {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const [on, setOn] = useState(singleKeys);
  const turn = (wanted: boolean): void => {
    keepSingleKeys(wanted);
    setOn(wanted);
  };
  return (
    <Modal opened onClose={onClose} title={t('keys.title')} closeButtonProps={{ 'aria-label': common('close') }}>
      <Table aria-label={t('keys.title')}>
        <Table.Tbody>
          <Line keys={['Ctrl', 'K']}>{t('keys.palette')}</Line>
          <Line keys={['Ctrl', 'S']}>{t('keys.save')}</Line>
          {known.map(({ keys, does }) => (
            <Line key={keys} keys={[keys]}>
              {t(`keys.${does}`)}
            </Line>
          ))}
          {groupsFor(role).flatMap(([, places]) =>
            places.map(({ jump, name }) => (
              <Line key={name} keys={['g', jump]}>
                {common(`places.${name}`)}
              </Line>
            )),
          )}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        label={t('keys.single')}
        description={t('keys.singleHelp')}
        checked={on}
        onChange={(event) => turn(event.currentTarget.checked)}
      />
    </Modal>
  );
}

function Line({ keys, children }: { keys: string[]; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w={120}>
        {keys.map((key) => (
          <Kbd key={key} mr={4}>
            {key}
          </Kbd>
        ))}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}
