import classes from './ui.module.css';

/** A text of any length, cut where a column ends; the whole is one hover away. */
export function Clipped({ text, most = 200 }: { text: string; most?: number }) {
  return (
    <span className={classes.clip} style={{ maxWidth: `min(${most}px, 100%)` }} title={text}>
      {text || '–'}
    </span>
  );
}
