import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { dollars, whole } from '@/lib/money';

/** How the operator wants amounts: dollars first or quota first, and what a dollar is. */
export function useMoney() {
  const { t } = useTranslation();
  const status = useQuery(statusQuery).data;
  const perUnit = status?.quota_per_unit ?? 500_000;
  const inQuota = (quota: number): string => t('quotaOf', { amount: whole(quota) });
  const first = (quota: number): string =>
    status?.display_in_currency === false ? inQuota(quota) : dollars(quota, perUnit);
  const second = (quota: number): string =>
    status?.display_in_currency === false ? dollars(quota, perUnit) : inQuota(quota);
  return { perUnit, first, second };
}

/** An amount; the other way of saying it is one hover or focus away. */
export function Money({ quota }: { quota: number }) {
  const { first, second } = useMoney();
  return (
    <Tooltip label={second(quota)} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what hovering shows comes on focus too */}
      <span tabIndex={0}>{first(quota)}</span>
    </Tooltip>
  );
}
