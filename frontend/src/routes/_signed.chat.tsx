import { createFileRoute } from '@tanstack/react-router';
import { ChatSite } from '@/pages/playground/ChatSite';

export const Route = createFileRoute('/_signed/chat')({ component: ChatSite });
