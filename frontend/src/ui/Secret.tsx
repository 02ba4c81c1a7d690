import { Group } from '@mantine/core';
import { Copy } from './Copy';
import classes from './ui.module.css';

/** A key in full, at the only moment when it is shown. */
export function Secret({ value, onCopied }: { value: string; onCopied?: () => void }) {
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <code className={classes.code} translate="no">
        {value}
      </code>
      <div className={classes.whole}>
        <Copy value={value} onCopied={onCopied} first />
      </div>
    </Group>
  );
}
