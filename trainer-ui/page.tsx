/** The page around a client: styles, theme, components. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ClientContext } from './context.ts';
import type { Client } from './core/client.ts';
import { theme } from './theme.ts';

export function mountPage(client: Client): void {
  createRoot(document.getElementById('root')!).render(
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="top-right" limit={4} />
      <ClientContext value={client}>
        <App />
      </ClientContext>
    </MantineProvider>,
  );
}
