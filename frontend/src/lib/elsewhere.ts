/** Accounts elsewhere that lead here: each sends the browser away and gets it back at `/oauth/<name>`. */
export const PROVIDERS = ['github', 'lark', 'oidc'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

type Told = {
  server_address?: string;
  github_oauth?: boolean;
  github_client_id?: string;
  lark_login?: boolean;
  lark_client_id?: string;
  oidc?: boolean;
};

/** Which of them the gateway takes. */
export function offered(status: Told | undefined): ProviderName[] {
  const open = { github: status?.github_oauth, lark: status?.lark_login, oidc: status?.oidc };
  return PROVIDERS.filter((name) => open[name]);
}

/** Where to sign in at a provider whose address the gateway does not tell, as it does that of OpenID Connect. */
export function addressOf(name: Exclude<ProviderName, 'oidc'>, status: Told, state: string, origin: string): string {
  if (name === 'github') {
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    const asked = { client_id: status.github_client_id ?? '', state, scope: 'user:email' };
    return `https://github.com/login/oauth/authorize?${new URLSearchParams(asked)}`;
  }
  // https://open.feishu.cn/document/authentication-management/access-token/obtain-oauth-code
  const back = `${(status.server_address || origin).replace(/\/+$/, '')}/oauth/lark`;
  const asked = { client_id: status.lark_client_id ?? '', response_type: 'code', redirect_uri: back, state };
  return `https://accounts.feishu.cn/open-apis/authen/v1/authorize?${new URLSearchParams(asked)}`;
}

// Where to go on after the way there and back.
const NEXT = 'go-on-at';

export function rememberNext(path: string): void {
  sessionStorage.setItem(NEXT, path);
}

export function takeNext(): string {
  const path = sessionStorage.getItem(NEXT) ?? '';
  sessionStorage.removeItem(NEXT);
  return isOurs(path) ? path : '/dashboard';
}

/** Only an address of this site: "//other" and "https:" are not. */
export function isOurs(path: string): boolean {
  return /^\/(?![/\\])/.test(path);
}
