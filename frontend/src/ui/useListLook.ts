import { useLocalStorage } from '@mantine/hooks';

export type ListLook = { dense: boolean; columns: Record<string, Record<string, boolean>> };

const KEY = 'lists';
const AS_IT_COMES: ListLook = { dense: false, columns: {} };

/** How this browser shows lists: how close their rows stand, and which columns of each are there. */
export function useListLook() {
  const [look, setLook] = useLocalStorage<ListLook>({
    key: KEY,
    defaultValue: AS_IT_COMES,
    getInitialValueInEffect: false,
  });
  const shows = (list: string, column: string): boolean | undefined => look.columns[list]?.[column];
  const choose = (list: string, column: string, on: boolean): void =>
    setLook({ ...look, columns: { ...look.columns, [list]: { ...look.columns[list], [column]: on } } });
  return { dense: look.dense, setDense: (dense: boolean) => setLook({ ...look, dense }), shows, choose };
}
