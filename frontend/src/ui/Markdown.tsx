import { useQuery } from '@tanstack/react-query';
import classes from './ui.module.css';

/** Markdown as it may be shown: made into HTML and cleaned; loaded only where it is needed. */
export default function Markdown({ text }: { text: string }) {
  const html = useQuery({
    queryKey: ['markdown', text],
    queryFn: async () => {
      const [{ marked }, { default: purify }] = await Promise.all([import('marked'), import('dompurify')]);
      return purify.sanitize(await marked.parse(text), {
        FORBID_TAGS: ['style', 'form', 'input'],
        FORBID_ATTR: ['style'],
      });
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    placeholderData: (before) => before,
  }).data;
  if (html === undefined) return <div className={classes.prose}>{text}</div>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: cleaned right above
  return <div className={classes.prose} dangerouslySetInnerHTML={{ __html: html }} />;
}
