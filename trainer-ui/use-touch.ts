import { useMediaQuery } from '@mantine/hooks';

/** Whether there is a touch screen, beside a mouse or alone. */
export function useTouch(): boolean {
  return useMediaQuery('(any-pointer: coarse)', false, { getInitialValueInEffect: false });
}
