import { quoted, text } from './snippet';

/** A request that was made, to be made again in a program; its headers hold a placeholder for the key. */
export type Sent = { address: string; headers: Record<string, string>; body: string };

const JSON_BODY = { 'Content-Type': 'application/json' };

export function asCurl({ address, headers, body }: Sent): string {
  const lines = Object.entries({ ...headers, ...JSON_BODY }).map(
    ([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\`,
  );
  return text(`curl -N ${quoted(address)} \\`, ...lines, `  -d ${quoted(JSON.stringify(JSON.parse(body)))}`);
}

export function asPython({ address, headers, body }: Sent): string {
  return text(
    'import requests',
    '',
    'with requests.post(',
    `    ${JSON.stringify(address)},`,
    `    headers=${JSON.stringify(headers)},`,
    `    json=${literal(JSON.parse(body))},`,
    '    stream=True,',
    ') as answer:',
    '    for line in answer.iter_lines(decode_unicode=True):',
    '        print(line)',
  );
}

export function asJavaScript({ address, headers, body }: Sent): string {
  return text(
    `const answer = await fetch(${JSON.stringify(address)}, {`,
    "  method: 'POST',",
    `  headers: ${JSON.stringify({ ...headers, ...JSON_BODY })},`,
    `  body: JSON.stringify(${JSON.stringify(JSON.parse(body))}),`,
    '});',
    'for await (const part of answer.body.pipeThrough(new TextDecoderStream())) console.log(part);',
  );
}

/** A value as Python writes it: strings as in JSON, other words for what is true, false and nothing. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, inner]) => `${JSON.stringify(name)}: ${literal(inner)}`)
      .join(', ')}}`;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}
