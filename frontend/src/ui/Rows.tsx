import { DataTable, type DataTableColumn } from 'mantine-datatable';
import { useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { RowsProps } from './ResourceTable';

/** The list as a table, where there is room for one. */
export function Rows<Row>({ rows, old, state, onState, selected, onSelected, ...props }: RowsProps<Row>) {
  const { t } = useTranslation();
  const viewport = useRef<HTMLDivElement>(null);
  // The library takes no caption.
  useLayoutEffect(
    () => viewport.current?.querySelector('table')?.setAttribute('aria-label', props.caption),
    [props.caption],
  );
  const columns: DataTableColumn<Row>[] = props.columns.map(({ id, title, render, sorts, numeric }) => ({
    accessor: id,
    title,
    render,
    sortable: sorts,
    textAlign: numeric ? 'right' : 'left',
    noWrap: true,
  }));
  if (props.actions) {
    columns.push({ accessor: 'actions', title: t('actions'), textAlign: 'right', noWrap: true, render: props.actions });
  }
  return (
    <DataTable
      scrollViewportRef={viewport}
      idAccessor={(row) => props.idOf(row)}
      records={rows}
      columns={columns}
      fetching={Boolean(old)}
      withTableBorder
      borderRadius="sm"
      verticalSpacing={props.dense ? 2 : 6}
      pinFirstColumn
      pinLastColumn={Boolean(props.actions)}
      noRecordsText=""
      sortStatus={{ columnAccessor: state.sort ?? '', direction: state.order ?? 'desc' }}
      onSortStatusChange={({ columnAccessor, direction }) =>
        onState({ ...state, sort: String(columnAccessor), order: direction, cursor: undefined })
      }
      {...(onSelected && {
        selectedRecords: selected ?? [],
        onSelectedRecordsChange: onSelected,
        // Who selects while a search is on its way means what it finds.
        getRecordSelectionCheckboxProps: (row: Row) => ({
          'aria-label': t('select', { name: props.nameOf(row) }),
          disabled: Boolean(old),
        }),
        allRecordsSelectionCheckboxProps: { 'aria-label': t('selectAll'), disabled: Boolean(old) },
      })}
    />
  );
}
