import { ClerkProvider } from '@clerk/nextjs';
import type { ReactNode } from 'react';

export const metadata = { title: 'Reports' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <ClerkProvider>
      <html lang="en">
        <body style={{ font: '16px/1.5 system-ui', maxWidth: '28rem', margin: '3rem auto' }}>{children}</body>
      </html>
    </ClerkProvider>
  );
}
