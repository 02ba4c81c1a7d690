import { namesIn } from '@/lib/lists';

type Listed = { models: string; model_mapping: string };
type Changes = { added: string[]; gone: string[] };

export type Compared = {
  name: string;
  is: 'added' | 'gone' | 'mapped' | 'kept';
  /** What is sent to the provider in its place. */
  sent: string;
  /** Whether requests for it are refused for want of a price; nothing where that is not known. */
  priceless: boolean | undefined;
};

const ORDER = ['added', 'gone', 'mapped', 'kept'];

/** A channel's models beside its provider's: what differs first. */
export function compared(channel: Listed, changes: Changes | undefined, sold: string[] | undefined): Compared[] {
  const mapping = mappingOf(channel.model_mapping);
  const here = namesIn(channel.models);
  const added = (changes?.added ?? []).filter((name) => !here.includes(name));
  const stateOf = (name: string): Compared['is'] => {
    if (mapping[name]) return 'mapped';
    return changes?.gone.includes(name) ? 'gone' : 'kept';
  };
  const rows: Compared[] = [
    ...added.map((name): Compared => ({ name, is: 'added', sent: '', priceless: undefined })),
    ...here.map(
      (name): Compared => ({
        name,
        is: stateOf(name),
        sent: mapping[name] ?? '',
        priceless: sold && !sold.includes(name),
      }),
    ),
  ];
  return rows.sort(
    (one, other) => ORDER.indexOf(one.is) - ORDER.indexOf(other.is) || one.name.localeCompare(other.name),
  );
}

function mappingOf(text: string): Record<string, string> {
  try {
    return (JSON.parse(text || '{}') ?? {}) as Record<string, string>;
  } catch {
    return {};
  }
}
