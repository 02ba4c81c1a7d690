import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import i18next from 'i18next';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Question = {
  title: string;
  text: string;
  action: string;
  onConfirm: () => void;
  /** What has to be typed first: a name, or how many there are. */
  typed?: string | undefined;
};

// More than so many at once are not gone by one press.
const FEW = 10;

/** What has to be typed before so many are gone; nothing where they are few. */
export function typedFor(count: number): string | undefined {
  return count > FEW ? String(count) : undefined;
}

/** Asks before something is gone; the text says what else goes with it. */
export function confirmDanger(question: Question): void {
  const { title, text, action, onConfirm, typed } = question;
  if (typed) {
    const modalId = modals.open({
      title,
      children: <Typed {...question} typed={typed} onClose={() => modals.close(modalId)} />,
      lockScroll: false,
      withCloseButton: false,
    });
    return;
  }
  modals.openConfirmModal({
    title,
    children: <Text>{text}</Text>,
    labels: { confirm: action, cancel: i18next.t('cancel') },
    confirmProps: { color: 'red' },
    onConfirm,
    lockScroll: false,
    withCloseButton: false,
  });
}

function Typed({ text, action, onConfirm, typed, onClose }: Question & { typed: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onClose();
    onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text lineClamp={6}>{text}</Text>
        <TextInput
          label={t('typeIt', { what: typed })}
          autoComplete="off"
          data-autofocus
          value={said}
          onChange={(event) => setSaid(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" color="red" disabled={said.trim() !== typed}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
