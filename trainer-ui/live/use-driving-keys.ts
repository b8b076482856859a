import { useMemo } from 'react';
import { useApp } from '../context.ts';
import { driveKeys } from '../core/bindings.ts';

const NONE: ReadonlySet<string> = new Set();

/** Codes of the keys that drive now: they mean nothing else, but only on the live screen. */
export function useDrivingKeys(): ReadonlySet<string> {
  const isLive = useApp((s) => s.tab === 'live');
  const controls = useApp((s) => s.welcome?.environment.controls);
  return useMemo(() => (isLive && controls ? driveKeys(controls) : NONE), [isLive, controls]);
}
