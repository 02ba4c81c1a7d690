import { Button, Menu, Select } from '@mantine/core';
import { IconColumns } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ListState } from '@/api/list';
import type { Column } from './ResourceTable';
import classes from './ui.module.css';
import { useListLook } from './useListLook';

type Props<Row> = {
  name: string;
  columns: Column<Row>[];
  state: ListState;
  onState: (state: ListState) => void;
};

/** How a list is looked at: in which order, with which columns, how close its rows stand. */
export function ListTools<Row>({ name, columns, state, onState }: Props<Row>) {
  return (
    <div className={classes.tools}>
      <Order columns={columns} state={state} onState={onState} />
      <Shown name={name} columns={columns} />
    </div>
  );
}

const DIRECTIONS = ['asc', 'desc'] as const;
const NEWEST = '';

function Order<Row>({ columns, state, onState }: Omit<Props<Row>, 'name'>) {
  const { t } = useTranslation();
  const sorting = columns.filter(({ sorts }) => sorts);
  if (sorting.length === 0) return null;
  const choices = sorting.flatMap(({ id, title }) =>
    DIRECTIONS.map((order) => ({ value: `${id} ${order}`, label: t(`ordered.${order}`, { column: title }) })),
  );
  const choose = (chosen: string): void => {
    const [sort, order] = chosen.split(' ') as [string, ListState['order']];
    onState({ ...state, sort: sort || undefined, order: sort ? order : undefined, cursor: undefined });
  };
  return (
    <Select
      aria-label={t('order')}
      size="xs"
      w={190}
      maxDropdownHeight={360}
      allowDeselect={false}
      data={[{ value: NEWEST, label: t('ordered.newest') }, ...choices]}
      value={state.sort ? `${state.sort} ${state.order ?? 'desc'}` : NEWEST}
      onChange={(chosen) => choose(chosen ?? NEWEST)}
    />
  );
}

function Shown<Row>({ name, columns }: Pick<Props<Row>, 'name' | 'columns'>) {
  const { t } = useTranslation();
  const { dense, setDense, choose, isShown } = useColumns(name);
  // The first names the row, and stays.
  const [, ...others] = columns;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns size={16} aria-hidden />}>
          {t('columns')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        <Menu.CheckboxItem checked={dense} onChange={setDense}>
          {t('dense')}
        </Menu.CheckboxItem>
        <Menu.Divider />
        {others.map((column) => (
          <Menu.CheckboxItem key={column.id} checked={isShown(column)} onChange={(on) => choose(name, column.id, on)}>
            {column.title}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Which columns of a list this browser shows. */
export function useColumns(name: string) {
  const { shows, ...look } = useListLook();
  const isShown = ({ id, off }: { id: string; off?: boolean | undefined }): boolean => shows(name, id) ?? !off;
  return { ...look, isShown };
}
