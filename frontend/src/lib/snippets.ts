export type Ask = { base: string; key: string; model: string };

/** Quoted for a shell: nothing in it means anything to the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curl({ base, key, model }: Ask): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  return [
    `curl ${quoted(`${base}/v1/chat/completions`)} \\`,
    `  -H ${quoted(`Authorization: Bearer ${key}`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(body)}`,
  ].join('\n');
}

export function python({ base, key, model }: Ask): string {
  return [
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url=${JSON.stringify(`${base}/v1`)}, api_key=${JSON.stringify(key)})`,
    'answer = client.chat.completions.create(',
    `    model=${JSON.stringify(model)}, messages=[{"role": "user", "content": "Hello"}]`,
    ')',
    'print(answer.choices[0].message.content)',
  ].join('\n');
}

/** Claude Code's settings for a shell: another key of the environment would win, so it is emptied. */
export function claudeCode({ base, key, model }: Ask): string {
  return [
    `export ANTHROPIC_BASE_URL=${quoted(base)}`,
    `export ANTHROPIC_AUTH_TOKEN=${quoted(key)}`,
    "export ANTHROPIC_API_KEY=''",
    `export ANTHROPIC_MODEL=${quoted(model)}`,
  ].join('\n');
}
