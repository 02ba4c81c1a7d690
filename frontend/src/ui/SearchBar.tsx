import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ui.module.css';

type Props = { value: string; label: string; onSearch: (text: string | undefined) => void; children?: ReactNode };

/** A search that asks when told to, and filters beside it. `/` leads here. */
export function SearchBar({ value, label, onSearch, children }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <search>
      <form
        className={classes.filters}
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(text.trim() || undefined);
        }}
      >
        <TextInput
          aria-label={label}
          placeholder={label}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-page-search
          style={{ flex: '0 1 260px' }}
        />
        <Button type="submit" variant="default" style={{ flex: 'none' }}>
          {t('find')}
        </Button>
        {children}
      </form>
    </search>
  );
}
