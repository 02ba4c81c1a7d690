import { type Channel, ENABLED } from './queries';

type Routed = Pick<Channel, 'status' | 'priority' | 'weight' | 'group' | 'models'>;

const names = (list: string): Set<string> => new Set(list.split(',').filter(Boolean));

function meets(one: string, other: string): boolean {
  const others = names(other);
  return [...names(one)].some((name) => others.has(name));
}

// The relay draws a weight of nothing as one.
const drawn = ({ weight }: Routed): number => Math.max(weight, 1);

/**
 * How likely a channel comes first among the others of its priority that serve a model of its to a group of its;
 * nothing where it is alone, or out of service.
 */
export function shareOf(channel: Routed, listed: Routed[]): number | undefined {
  if (channel.status !== ENABLED) return undefined;
  const equals = listed.filter(
    (other) =>
      other.status === ENABLED &&
      other.priority === channel.priority &&
      meets(other.group, channel.group) &&
      meets(other.models, channel.models),
  );
  if (equals.length < 2) return undefined;
  return drawn(channel) / equals.reduce((sum, other) => sum + drawn(other), 0);
}
