import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useRef } from 'react';
import { setStyles, withStylesAside } from '@/lib/styled';
import classes from './ui.module.css';

type Props = {
  text: string /** Whether its own colours and sizes are kept: the operator's are, a model's are not. */;
  styled?: boolean;
};

/** Markdown as it may be shown: made into HTML and cleaned; loaded only where it is needed. */
export default function Markdown({ text, styled = false }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const html = useQuery({
    queryKey: ['markdown', text, styled],
    queryFn: async () => {
      const [{ marked }, { default: purify }] = await Promise.all([import('marked'), import('dompurify')]);
      const made = await marked.parse(text);
      return purify.sanitize(styled ? withStylesAside(made) : made, {
        FORBID_TAGS: ['style', 'form', 'input'],
        FORBID_ATTR: ['style'],
        ALLOW_DATA_ATTR: styled,
      });
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    placeholderData: (before) => before,
  }).data;
  useLayoutEffect(() => {
    if (styled && html !== undefined && place.current) setStyles(place.current);
  }, [styled, html]);
  if (html === undefined) return <div className={classes.prose}>{styled ? '' : text}</div>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: cleaned right above
  return <div ref={place} className={classes.prose} dangerouslySetInnerHTML={{ __html: html }} />;
}
