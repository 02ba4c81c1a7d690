import { expect, it } from 'vitest';
import { addressOf, isOurs, offered } from '@/lib/elsewhere';

const status = { github_oauth: true, github_client_id: 'g1', lark_login: true, lark_client_id: 'l1', oidc: false };

it('only what the gateway takes is offered', () => {
  expect(offered(status)).toEqual(['github', 'lark']);
  expect(offered(undefined)).toEqual([]);
});

it('GitHub is asked for the address beside the name', () => {
  expect(addressOf('github', status, 'github-s', 'https://here.example')).toBe(
    'https://github.com/login/oauth/authorize?client_id=g1&state=github-s&scope=user%3Aemail',
  );
});

it('Lark sends back to the address that the gateway exchanges the code with', () => {
  const told = { ...status, server_address: 'https://gateway.example/' };
  expect(addressOf('lark', told, 's', 'https://here.example')).toBe(
    'https://accounts.feishu.cn/open-apis/authen/v1/authorize?client_id=l1&response_type=code&redirect_uri=https%3A%2F%2Fgateway.example%2Foauth%2Flark&state=s',
  );
});

it('nobody is led to another site', () => {
  expect(['/token?q=a', '//evil.example', '/\\evil.example', 'https://evil.example', ''].map(isOurs)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
