import { type Ask, exported, type Snippet, text } from './snippet';

/** Claude Code's settings. A key of the environment would win over the token, so it is emptied; the small model is the
 * same, since the gateway need not have Anthropic's. https://code.claude.com/docs/en/settings#environment-variables */
function claude({ base, key, model }: Ask): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: base,
    ANTHROPIC_AUTH_TOKEN: key,
    ANTHROPIC_API_KEY: '',
    ANTHROPIC_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
  };
}

export const claudeShell = (ask: Ask): string => exported(claude(ask));
export const claudeSettings = (ask: Ask): string => JSON.stringify({ env: claude(ask) }, null, 2);

const CODEX_KEY = 'ONE_API_KEY';

/** Strings of TOML are written as those of JSON. https://developers.openai.com/codex/config-reference */
export function codexConfig({ base, model, name = 'One API' }: Ask): string {
  return text(
    `model = ${JSON.stringify(model)}`,
    'model_provider = "one-api"',
    '',
    '[model_providers.one-api]',
    `name = ${JSON.stringify(name)}`,
    `base_url = ${JSON.stringify(`${base}/v1`)}`,
    `env_key = "${CODEX_KEY}"`,
    'wire_api = "responses"',
  );
}

export const codexShell = ({ key }: Ask): string => exported({ [CODEX_KEY]: key });

/** https://geminicli.com/docs/reference/configuration */
export const geminiShell = ({ base, key, model }: Ask): string =>
  exported({ GOOGLE_GEMINI_BASE_URL: base, GEMINI_API_KEY: key, GEMINI_MODEL: model });

/** https://docs.openwebui.com/getting-started/env-configuration */
export const openWebui = ({ base, key }: Ask): string =>
  text(`OPENAI_API_BASE_URL=${base}/v1`, `OPENAI_API_KEY=${key}`);

/** Strings of YAML may be written as those of JSON. https://docs.continue.dev/reference */
export function continueConfig({ base, key, model, name = 'One API' }: Ask): string {
  return text(
    `name: ${JSON.stringify(name)}`,
    'version: 1.0.0',
    'schema: v1',
    'models:',
    `  - name: ${JSON.stringify(model)}`,
    '    provider: openai',
    `    model: ${JSON.stringify(model)}`,
    `    apiBase: ${JSON.stringify(`${base}/v1`)}`,
    `    apiKey: ${JSON.stringify(key)}`,
    '    roles: [chat, edit, apply]',
  );
}

/** The three fields that every form for a compatible provider has. */
const fields = ({ base, key, model }: Ask): ['baseUrl' | 'apiKey' | 'model', string][] => [
  ['baseUrl', `${base}/v1`],
  ['apiKey', key],
  ['model', model],
];

/** What programs that others wrote are told: files, lines for a shell, fields of their forms. */
export function programs(ask: Ask): Snippet[] {
  return [
    {
      name: 'Claude Code',
      parts: [
        { notes: ['shell'], code: claudeShell(ask) },
        { notes: ['claudeSettings'], code: claudeSettings(ask) },
      ],
    },
    {
      name: 'Codex',
      parts: [
        { notes: ['codexConfig'], code: codexConfig(ask) },
        { notes: ['shell'], code: codexShell(ask) },
      ],
    },
    { name: 'Gemini CLI', parts: [{ notes: ['shell'], code: geminiShell(ask) }] },
    {
      name: 'Open WebUI',
      parts: [{ fields: fields(ask).slice(0, 2) }, { notes: ['webuiDocker'], code: openWebui(ask) }],
    },
    { name: 'Cursor', parts: [{ notes: ['cursorServer'], fields: fields(ask) }] },
    { name: 'Cline', parts: [{ fields: [['provider', 'OpenAI Compatible'], ...fields(ask)] }] },
    { name: 'Continue', parts: [{ notes: ['continueConfig'], code: continueConfig(ask) }] },
    { name: 'OpenAI compatible', parts: [{ fields: fields(ask) }] },
  ];
}
