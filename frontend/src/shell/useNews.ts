import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Announcement, announcementsQuery } from '@/api/announcements';
import { noticeQuery } from '@/api/written';
import { keepSeen, markOf, seen } from '@/lib/seen';

const markOfNews = ({ id, title, text }: Announcement): string => markOf(`${id} ${title} ${text}`);

/** What the operator says, and which of it this browser has not shown yet; a changed text is new. */
export function useNews(signedIn: boolean) {
  const announcements = useQuery({ ...announcementsQuery, enabled: signedIn }).data ?? [];
  const notice = useQuery({ ...noticeQuery, enabled: signedIn }).data ?? '';
  const [marks, setMarks] = useState(seen);
  const read = (more: string[]): void => {
    const all = [...seen(), ...more];
    keepSeen(all);
    setMarks(all);
  };
  return {
    notice,
    noticeIsNew: notice !== '' && !marks.includes(markOf(notice)),
    announcements: announcements.map((row) => ({ ...row, isNew: !marks.includes(markOfNews(row)) })),
    readNotice: () => read([markOf(notice)]),
    readAll: () => read([...(notice ? [markOf(notice)] : []), ...announcements.map(markOfNews)]),
  };
}

export type News = ReturnType<typeof useNews>;
