import type { barOf } from '../core/sides.ts';

/** Past React, for what changes with every picture. */
export function fillBar(bar: HTMLElement | null, { left, width }: ReturnType<typeof barOf>): void {
  bar?.style.setProperty('left', `${left}%`);
  bar?.style.setProperty('width', `${width}%`);
}
