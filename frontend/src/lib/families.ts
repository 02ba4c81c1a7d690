/** Models grouped as people think of them: by who sells them on a shelf of many (`vendor/model`), else by how names begin. */
function familyOf(name: string): string {
  const [vendor, ...rest] = name.split('/');
  if (rest.length > 0 && vendor) return vendor;
  const [word = ''] = /^[a-z]+/i.exec(name) ?? [];
  return word.toLowerCase() || name;
}

/** Families with their models, as they come; those of one model only together at the end, without a name. */
export function families<Model extends { name: string }>(models: readonly Model[]): [string, Model[]][] {
  const found = new Map<string, Model[]>();
  for (const model of models) {
    const family = familyOf(model.name);
    found.set(family, [...(found.get(family) ?? []), model]);
  }
  const alone = [...found.values()].filter(({ length }) => length === 1).flat();
  const several = [...found].filter(([, { length }]) => length > 1);
  return alone.length ? [...several, ['', alone]] : several;
}
