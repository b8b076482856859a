import { createTheme, defaultVariantColorsResolver, Modal, Notification } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'blue',
  // Dark enough for white letters (WCAG AA) in both schemes; lighter fills get black ones.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  // Words in the colour of their own ground are hard to read: orange and yellow ones miss AA.
  variantColorResolver(input) {
    const colours = defaultVariantColorsResolver(input);
    return input.variant === 'light' ? { ...colours, color: 'var(--mantine-color-text)' } : colours;
  },
  respectReducedMotion: true,
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  defaultRadius: 'md',
  components: {
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 0 },
        closeButtonProps: { 'aria-label': 'close' },
      },
    }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'close' } },
      styles: { description: { color: 'var(--mantine-color-dimmed)' } },
    }),
  },
  colors: {
    dark: [
      '#e6eaf0',
      '#aeb7c2',
      '#98a2af',
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
  safe: '#e03131',
} as const;
