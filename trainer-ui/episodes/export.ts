/** Pictures of an episode as files, made in the browser. */
import type { Stage } from '../scene/stage.ts';

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What the stage shows as a PNG, in all pixels of its place on the screen; nothing while a film is being made of it. */
export function photograph(stage: Stage, name: string): void {
  if (stage.isHeld) return;
  const { clientWidth, clientHeight } = stage.canvas;
  const sharpness = Math.max(1, window.devicePixelRatio);
  const pixels = (length: number) => Math.round(length * sharpness);
  stage.hold({ width: pixels(clientWidth), height: pixels(clientHeight) });
  stage.render(0);
  // In the task of the drawing: WebGL forgets its picture after it.
  stage.canvas.toBlob((blob) => blob && download(blob, name), 'image/png');
  stage.hold(undefined);
}
