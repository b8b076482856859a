/** Draws the pictures of a film one after the other, as fast as they can be encoded: none is left out or drawn twice. */
import type { FilmFile } from './film-file.ts';
import type { FilmPlan, Size } from './plan.ts';

/** Seconds after which a camera that follows has caught up. */
const SETTLED = 1000;

export interface Shooting {
  /** As of scene/stage.ts. */
  readonly stage: {
    hold(size: Size | undefined): void;
    render(dt: number): boolean;
  };
  readonly plan: FilmPlan;
  readonly signal: AbortSignal;
  open(): Promise<FilmFile>;
  /** Puts a row of the episode on the stage. */
  place(row: number): Promise<void>;
  /** Lets the page have its turn. */
  breath(): Promise<void>;
  /** Pictures taken so far. */
  onPicture(taken: number): void;
}

/** @throws the signal's reason when it is cancelled */
export async function shoot(shooting: Shooting): Promise<Blob> {
  const { stage, plan, open, signal, place, breath, onPicture } = shooting;
  const next = async () => {
    await breath();
    signal.throwIfAborted();
  };
  let file: FilmFile | undefined;
  stage.hold(plan.size);
  try {
    await place(plan.rowOf(0));
    // Another scene's shaders may still be compiled.
    while (!stage.render(SETTLED)) await next();
    file = await open();
    for (let i = 0; i < plan.pictures; i++) {
      await place(plan.rowOf(i));
      stage.render(i === 0 ? SETTLED : 1 / plan.rate);
      await file.add();
      onPicture(i + 1);
      await next();
    }
    return await Promise.race([file.finish(), aborted(signal)]);
  } catch (error) {
    file?.cancel();
    throw error;
  } finally {
    stage.hold(undefined);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
