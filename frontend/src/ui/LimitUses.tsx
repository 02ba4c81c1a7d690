import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { whole } from '@/lib/money';
import classes from './Limits.module.css';
import { useMoney } from './Money';
import { When } from './When';

type LimitUse = Schemas['LimitUsed'];

/** What is used of limits now: of each how much, of how much, and when it is free again. */
export function LimitUses({ uses }: { uses: LimitUse[] }) {
  const { t } = useTranslation('limits');
  if (uses.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('unlimited')}
      </Text>
    );
  }
  return (
    <ul className={classes.uses} aria-label={t('used')}>
      {uses.map((use) => (
        <Use key={[use.subject, use.what, use.window, use.rolling, use.zone, use.watched].join()} use={use} />
      ))}
    </ul>
  );
}

function Use({ use }: { use: LimitUse }) {
  const { t } = useTranslation('limits');
  const { first } = useMoney();
  const say = (amount: number): string => (use.what === 'quota' ? first(amount) : whole(amount));
  const share = use.most > 0 ? Math.min(1, Math.max(0, use.used / use.most)) : 1;
  return (
    <li>
      <div className={classes.useLine}>
        <span>
          {t(`whose.${use.whose as 'token'}`)}: {useLimitName()(use)}
        </span>
        <span>{t('usedOf', { used: say(use.used), most: say(use.most) })}</span>
      </div>
      <div className={classes.track} aria-hidden>
        <div
          className={classes.filled}
          data-over={use.left <= 0 || undefined}
          data-watched={use.watched || undefined}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <Text size="xs" c="dimmed">
        {use.left > 0 ? t('left', { amount: say(use.left) }) : t(use.watched ? 'passedWatched' : 'usedUp')}
        {use.resets_at > 0 && use.used > 0 && (
          <>
            {' · '}
            {t('free')} <When at={use.resets_at} />
          </>
        )}
        {use.watched && ` · ${t('onlyWatched')}`}
        {use.raise && use.raise.until > Date.now() / 1000 && (
          <>
            {' · '}
            {t('raisedUntil')} <When at={use.raise.until} />
          </>
        )}
      </Text>
    </li>
  );
}

/** "dollars in a day, Europe/Berlin". */
function useLimitName(): (use: LimitUse) => string {
  const { t } = useTranslation('limits');
  return ({ what, window, rolling, zone }) => {
    const name = t(`whats.${what as 'quota'}`);
    if (!window) return name;
    if (rolling) return t('inRolling', { what: name, window: t(`spans.${window as 'day'}`) });
    const time = t(`windows.${window as 'day'}`);
    return zone === 'UTC'
      ? t('inWindow', { what: name, window: time })
      : t('inZone', { what: name, window: time, zone });
  };
}
