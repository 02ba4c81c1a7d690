import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Door, post } from '@/lib/relay';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';

/** What else the relay does, each with a body to begin with. */
const OPERATIONS = {
  embeddings: ['/v1/embeddings', { input: 'Hello' }],
  images: ['/v1/images/generations', { prompt: 'A quiet harbour', n: 1, size: '1024x1024' }],
  speech: ['/v1/audio/speech', { input: 'Hello', voice: 'alloy' }],
  rerank: ['/v1/rerank', { query: 'harbour', documents: ['a boat', 'a hill'] }],
  moderations: ['/v1/moderations', { input: 'Hello' }],
} as const;
type Operation = keyof typeof OPERATIONS;

type Shown = { text?: string; pictures: string[]; sound?: string };

/** Embeddings, pictures, speech and the like: a body as it is sent, and what comes back. */
export function Other({ model, door }: { model: string; door: () => Promise<Door> }) {
  const { t } = useTranslation('playground');
  const [operation, setOperation] = useState<Operation>('embeddings');
  const [body, setBody] = useState('');
  const [path, template] = OPERATIONS[operation];
  const sent = body || JSON.stringify({ model, ...template }, null, 2);
  const ask = useMutation({ mutationFn: async () => shownOf((await post(await door(), path, sent)).answer) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <details>
      <summary>{t('other')}</summary>
      <form onSubmit={submit}>
        <Stack mt="xs">
          <Select
            label={t('operation')}
            allowDeselect={false}
            data={(Object.keys(OPERATIONS) as Operation[]).map((value) => ({ value, label: t(`operations.${value}`) }))}
            value={operation}
            onChange={(value) => {
              setOperation((value ?? 'embeddings') as Operation);
              setBody('');
            }}
          />
          <Textarea
            label={`POST ${path}`}
            autosize
            minRows={4}
            maxRows={16}
            value={sent}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <Problem error={ask.error} />
          <Group>
            <Button type="submit" loading={ask.isPending}>
              {t('send')}
            </Button>
          </Group>
          {ask.data && <Result shown={ask.data} />}
        </Stack>
      </form>
    </details>
  );
}

function Result({ shown }: { shown: Shown }) {
  const { t } = useTranslation('playground');
  return (
    <Stack>
      {shown.pictures.map((address) => (
        <img key={address} src={address} alt={t('picture')} style={{ maxWidth: '100%' }} />
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
    </Stack>
  );
}

type Pictures = { data?: { url?: string; b64_json?: string }[] };

async function shownOf(answer: Blob): Promise<Shown> {
  if (answer.type.startsWith('audio/')) return { pictures: [], sound: await addressOf(answer) };
  const text = await answer.text();
  const { data = [] } = (answer.type.includes('json') ? JSON.parse(text) : {}) as Pictures;
  const pictures = data.flatMap(({ url, b64_json }) => url ?? (b64_json ? `data:image/png;base64,${b64_json}` : []));
  return { pictures, text: text.length > 20_000 ? `${text.slice(0, 20_000)} …` : text };
}

/** As `data:`, which the policy lets pictures and sound be. */
function addressOf(blob: Blob): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.readAsDataURL(blob);
  });
}
