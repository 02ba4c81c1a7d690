import '@/app/styles';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startLanguages } from '@/app/i18n';
import { Looks } from '@/app/Looks';
import { router } from '@/app/router';
import '@/app/skew';
import { keepInvitation } from '@/lib/invitation';

async function start(): Promise<void> {
  keepInvitation();
  await startLanguages();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no place for the page');
  createRoot(root).render(
    <StrictMode>
      <Looks>
        <RouterProvider router={router} />
      </Looks>
    </StrictMode>,
  );
}

void start();
