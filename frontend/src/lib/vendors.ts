/** What gives away whose a key or an address is: tables, read by `detect.ts`. Numbers are channel types. */

/** `by`: who says so: the vendor's own pages, or those who scan for leaked keys while the vendor's show none. */
export type Beginning = {
  begins: string;
  type: number;
  by: 'vendor' | 'scanners';
  link: string;
  /** Of what the rest is made, where that is more than letters, digits, `_`, `.` and `-`. */
  rest?: RegExp;
};

const BASE64 = /^[\w+/=-]*/;

/** How keys begin, longer beginnings before those that they contain. */
export const BEGINNINGS: readonly Beginning[] = [
  {
    begins: 'sk-ant-',
    type: 14,
    by: 'vendor',
    link: 'https://platform.claude.com/docs/en/api/admin-api/apikeys/get-api-key',
  },
  { begins: 'sk-or-', type: 20, by: 'vendor', link: 'https://openrouter.ai/docs/api/reference/authentication' },
  {
    begins: 'sk-proj-',
    type: 1,
    by: 'vendor',
    link: 'https://platform.openai.com/docs/api-reference/project-api-keys',
  },
  {
    begins: 'sk-svcacct-',
    type: 1,
    by: 'scanners',
    link: 'https://platform.openai.com/docs/api-reference/project-service-accounts',
  },
  { begins: 'AIza', type: 24, by: 'vendor', link: 'https://ai.google.dev/gemini-api/docs/api-key' },
  // Since 2026 keys of AI Studio are bound to a service account and begin otherwise.
  { begins: 'AQ.', type: 24, by: 'scanners', link: 'https://ai.google.dev/gemini-api/docs/api-key' },
  { begins: 'gsk_', type: 29, by: 'scanners', link: 'https://console.groq.com/docs/quickstart' },
  { begins: 'xai-', type: 45, by: 'scanners', link: 'https://docs.x.ai/developers/quickstart' },
  { begins: 'hf_', type: 105, by: 'vendor', link: 'https://huggingface.co/docs/hub/security-tokens' },
  { begins: 'pplx-', type: 100, by: 'scanners', link: 'https://docs.perplexity.ai/docs/getting-started/quickstart' },
  { begins: 'r8_', type: 46, by: 'vendor', link: 'https://replicate.com/docs/topics/security/api-tokens' },
  { begins: 'nvapi-', type: 104, by: 'vendor', link: 'https://nvidia.github.io/NeMo-Retriever/extraction/api-keys/' },
  { begins: 'csk-', type: 102, by: 'scanners', link: 'https://inference-docs.cerebras.ai/console/api-keys' },
  { begins: 'fw_', type: 101, by: 'scanners', link: 'https://docs.fireworks.ai/api-reference/introduction' },
  { begins: 'tgp_v1_', type: 39, by: 'scanners', link: 'https://docs.together.ai/docs/quickstart' },
  {
    begins: 'github_pat_',
    type: 106,
    by: 'vendor',
    link: 'https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github',
  },
  {
    begins: 'ghp_',
    type: 106,
    by: 'vendor',
    link: 'https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github',
  },
  { begins: 'jina_', type: 110, by: 'scanners', link: 'https://jina.ai/api-dashboard/key-manager' },
  { begins: 'pa-', type: 111, by: 'scanners', link: 'https://docs.voyageai.com/docs/api-key-and-installation' },
  { begins: 'vck_', type: 112, by: 'scanners', link: 'https://vercel.com/docs/ai-gateway/authentication-and-byok' },
  {
    begins: 'bce-v3/',
    type: 47,
    by: 'vendor',
    link: 'https://cloud.baidu.com/doc/qianfan-api/s/3m7of64lb',
    rest: BASE64,
  },
  {
    begins: 'ABSK',
    type: 113,
    by: 'vendor',
    link: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    rest: BASE64,
  },
  {
    begins: 'bedrock-api-key-',
    type: 113,
    by: 'vendor',
    link: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    rest: BASE64,
  },
];

/** Whose a bare `sk-` may be, likeliest first: OpenAI, DeepSeek, Moonshot, DashScope, SiliconFlow, StepFun. */
export const MANY_VENDORS = [1, 36, 25, 17, 44, 32] as const;

/** What stands in the middle of every key of OpenAI: the name itself in base64. */
export const OPENAI_MARK = 'T3BlbkFJ';

/** How the variables begin that vendors' own libraries read key and address from. */
export const VARIABLES: Readonly<Record<string, number>> = {
  OPENAI: 1,
  AZURE_OPENAI: 3,
  ANTHROPIC: 14,
  ZHIPUAI: 16,
  ZAI: 16,
  DASHSCOPE: 17,
  OPENROUTER: 20,
  GEMINI: 24,
  GOOGLE: 24,
  MOONSHOT: 25,
  KIMI: 25,
  MINIMAX: 27,
  MISTRAL: 28,
  GROQ: 29,
  STEP: 32,
  COHERE: 35,
  CO: 35,
  DEEPSEEK: 36,
  TOGETHER: 39,
  ARK: 40,
  NOVITA: 41,
  SILICONFLOW: 44,
  XAI: 45,
  REPLICATE: 46,
  QIANFAN: 47,
  PERPLEXITY: 100,
  FIREWORKS: 101,
  CEREBRAS: 102,
  SAMBANOVA: 103,
  NVIDIA: 104,
  HF: 105,
  HUGGINGFACE: 105,
  GITHUB: 106,
  JINA: 110,
  VOYAGE: 111,
  AI_GATEWAY: 112,
  DEEPINFRA: 116,
};

/** Hosts of vendors besides the one that the catalogue names; the channel keeps the address. */
export const OTHER_HOSTS: readonly (readonly [RegExp, number])[] = [
  [/\.openai\.azure\.com$|\.services\.ai\.azure\.com$|\.cognitiveservices\.azure\.com$/, 3],
  [/^api\.z\.ai$/, 16],
  [/^dashscope-(intl|us)\.aliyuncs\.com$/, 17],
  [/^api\.moonshot\.ai$/, 25],
  [/^api\.minimax(i\.com|\.io)$/, 27],
  [/^api\.stepfun\.ai$/, 32],
  [/^api\.cohere\.com$/, 35],
  [/^api\.together\.ai$/, 39],
  [/^api\.siliconflow\.com$/, 44],
  [/^bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com$/, 113],
];
