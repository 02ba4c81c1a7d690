import { Anchor } from '@mantine/core';

const NAME = 'one-api';

/** A sentence in which the project that this one is compatible with is a link. */
export function OneApi({ sentence }: { sentence: string }) {
  const [before, ...after] = sentence.split(NAME);
  return (
    <>
      {before}
      <Anchor inherit href="https://github.com/songquanpeng/one-api">
        {NAME}
      </Anchor>
      {after.join(NAME)}
    </>
  );
}
