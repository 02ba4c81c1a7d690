import { useTranslation } from 'react-i18next';
import type { User } from './queries';

const WAYS = { email: 'email', github_id: 'github', wechat_id: 'wechat', lark_id: 'lark', oidc_id: 'oidc' } as const;

/** How somebody can sign in besides by name and password. */
export function Ways({ user }: { user: User }) {
  const { t } = useTranslation('user');
  const known = (Object.keys(WAYS) as (keyof typeof WAYS)[]).filter((field) => user[field]);
  return <>{known.map((field) => t(`ways.${WAYS[field]}`)).join(', ') || t('ways.none')}</>;
}
