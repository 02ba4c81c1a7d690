import { Alert, Button, Group, Stack, Textarea } from '@mantine/core';
import clsx from 'clsx';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf, fits, picturesIn } from '@/lib/pictures';
import styles from './Playground.module.css';

type Props = {
  busy: boolean;
  onAsk: (said: { text: string; pictures: string[] }) => void;
  onStop: () => void;
  onClear: () => void;
};

/** What is asked: a text, and pictures that are pasted, dropped or chosen. */
export function Question({ busy, onAsk, onStop, onClear }: Props) {
  const { t } = useTranslation('playground');
  const [text, setText] = useState('');
  const [over, setOver] = useState(false);
  const { pictures, problem, add, remove } = usePictures();
  const send = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (busy || (!text.trim() && pictures.length === 0)) return;
    onAsk({ text: text.trim(), pictures });
    setText('');
    remove();
  };
  return (
    <form
      onSubmit={send}
      className={clsx(over && styles.over)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add(event.dataTransfer.files);
      }}
    >
      <Stack gap="xs">
        <Textarea
          label={t('question')}
          description={t('sendHelp')}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onPaste={(event) => add(event.clipboardData.files)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
          }}
        />
        <Pictures pictures={pictures} onRemove={remove} />
        {problem && (
          <Alert color="red" role="alert">
            {t('tooLarge')}
          </Alert>
        )}
        <Group>
          {busy ? (
            <Button variant="default" onClick={onStop}>
              {t('stop')}
            </Button>
          ) : (
            <Button type="submit">{t('send')}</Button>
          )}
          <Choose onChosen={add} />
          <Button variant="subtle" onClick={onClear} disabled={busy}>
            {t('clear')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Held in memory as `data:` addresses until they are sent. */
function usePictures() {
  const [pictures, setPictures] = useState<string[]>([]);
  const [problem, setProblem] = useState(false);
  const add = (files: FileList | null): void => {
    void Promise.all(picturesIn(files).map(addressOf)).then((more) => {
      const all = [...new Set([...pictures, ...more])];
      setProblem(!fits(all));
      if (fits(all)) setPictures(all);
    });
  };
  const remove = (address?: string): void => {
    setProblem(false);
    setPictures(address ? pictures.filter((other) => other !== address) : []);
  };
  return { pictures, problem, add, remove };
}

function Pictures({ pictures, onRemove }: { pictures: string[]; onRemove: (address: string) => void }) {
  const { t } = useTranslation('playground');
  if (pictures.length === 0) return null;
  return (
    <ul className={styles.pictures}>
      {pictures.map((address, index) => (
        <li key={address}>
          <img src={address} alt={t('pictureOf', { number: index + 1 })} />
          <Button variant="subtle" size="compact-xs" onClick={() => onRemove(address)}>
            {t('removePicture', { number: index + 1 })}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Choose({ onChosen }: { onChosen: (files: FileList | null) => void }) {
  const { t } = useTranslation('playground');
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={(event) => {
          onChosen(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
      <Button variant="default" onClick={() => input.current?.click()}>
        {t('addPictures')}
      </Button>
    </>
  );
}
