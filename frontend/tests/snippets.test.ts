import { describe, expect, it } from 'vitest';
import { claudeCode, curl, python } from '@/lib/snippets';

const ASK = { base: 'https://api.example.com', key: 'sk-1', model: "o'model" };

describe('snippets', () => {
  it('are letter by letter what the programs read', () => {
    expect(curl(ASK)).toBe(
      [
        `curl 'https://api.example.com/v1/chat/completions' \\`,
        `  -H 'Authorization: Bearer sk-1' \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{"model":"o'\\''model","messages":[{"role":"user","content":"Hello"}]}'`,
      ].join('\n'),
    );
    expect(claudeCode(ASK)).toContain("export ANTHROPIC_BASE_URL='https://api.example.com'\n");
    expect(claudeCode(ASK)).toContain("export ANTHROPIC_API_KEY=''\n");
    expect(python(ASK)).toContain('base_url="https://api.example.com/v1", api_key="sk-1"');
  });
});
