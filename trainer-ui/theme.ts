import { createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'blue',
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  defaultRadius: 'md',
  colors: {
    dark: [
      '#e6eaf0',
      '#aeb7c2',
      '#8b95a3',
      '#5d6875',
      '#3a434e',
      '#2a323c',
      '#1c222a',
      '#13181e',
      '#0e1217',
      '#090c10',
    ],
  },
});

/** Who acts, everywhere the same colour. */
export const CONTROLLER_COLOUR = {
  policy: '#4dabf7',
  human: '#ff922b',
  safe: '#fa5252',
} as const;
