import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { freshReceiptQuery } from '@/api/receipt';
import { addressOf } from '@/lib/pictures';
import { type Door, post } from '@/lib/relay';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';
import { bodyFor, OPERATIONS, type Operation } from './operations';
import styles from './Playground.module.css';
import { Cost } from './Talk';

type Shown = { request: string; text?: string; pictures: string[]; sound?: string };
type Props = { operation: Operation; model: string; door: () => Promise<Door> };

/** Embeddings, pictures, speech and the like: a body as it is sent or a file, and what comes back. */
export function Other({ operation, model, door }: Props) {
  const { t } = useTranslation('playground');
  const [path, template] = OPERATIONS[operation];
  const [written, setWritten] = useState<{ text: string; model: string }>();
  const [file, setFile] = useState<File>();
  const body = bodyFor(model, template, written);
  const ask = useMutation({
    mutationFn: async () => shownOf(await post(await door(), path, template ? body : form(model, file))),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {template ? (
          <Textarea
            label={`POST ${path}`}
            autosize
            minRows={4}
            maxRows={16}
            value={body}
            onChange={(event) => setWritten({ text: event.currentTarget.value, model })}
          />
        ) : (
          <Sound path={path} onFile={setFile} />
        )}
        <Problem error={ask.error} />
        <Group>
          <Button type="submit" loading={ask.isPending} disabled={!template && !file}>
            {t('send')}
          </Button>
        </Group>
        {ask.data && <Result shown={ask.data} />}
      </Stack>
    </form>
  );
}

function Sound({ path, onFile }: { path: string; onFile: (file: File | undefined) => void }) {
  const { t } = useTranslation('playground');
  const id = useId();
  return (
    <Stack gap={4}>
      <Text component="label" size="sm" fw={500} htmlFor={id}>
        {t('file', { path })}
      </Text>
      <input
        id={id}
        type="file"
        accept="audio/*,video/*"
        className={styles.file}
        onChange={(event) => onFile(event.currentTarget.files?.[0])}
      />
    </Stack>
  );
}

function form(model: string, file: File | undefined): FormData {
  const made = new FormData();
  made.set('model', model);
  if (file) made.set('file', file);
  return made;
}

function Result({ shown }: { shown: Shown }) {
  const { t } = useTranslation('playground');
  const receipt = useQuery(freshReceiptQuery(shown.request)).data;
  return (
    <Stack>
      {shown.pictures.map((address) => (
        <img key={address} src={address} alt={t('picture')} className={styles.made} />
      ))}
      {/* biome-ignore lint/a11y/useMediaCaption: what was spoken stands in the body above */}
      {shown.sound && <audio controls src={shown.sound} />}
      {shown.text && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        <section className={classes.code} tabIndex={0} aria-label={t('came')}>
          <Text span inherit>
            {shown.text}
          </Text>
        </section>
      )}
      {receipt && (
        <Group>
          <Cost request={shown.request} quota={receipt.quota} />
        </Group>
      )}
    </Stack>
  );
}

type Pictures = { data?: { url?: string; b64_json?: string }[] };

const MOST = 20_000;

async function shownOf({ request, answer }: { request: string; answer: Blob }): Promise<Shown> {
  if (answer.type.startsWith('audio/')) return { request, pictures: [], sound: await addressOf(answer) };
  const text = await answer.text();
  const { data = [] } = (answer.type.includes('json') ? JSON.parse(text) : {}) as Pictures;
  const pictures = data.flatMap(({ url, b64_json }) => url ?? (b64_json ? `data:image/png;base64,${b64_json}` : []));
  return { request, pictures, text: text.length > MOST ? `${text.slice(0, MOST)} …` : text };
}
