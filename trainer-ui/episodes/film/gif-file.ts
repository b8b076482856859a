/** GIF, encoded by a worker of its own: every browser can, on pages of any kind. */
import type { FilmFile } from './film-file.ts';
import type { GifReply, GifRequest } from './gif-worker.ts';
import type { FilmPlan } from './plan.ts';

export async function openGif(source: HTMLCanvasElement, plan: FilmPlan): Promise<FilmFile> {
  const { size, rate } = plan;
  const canvas = Object.assign(document.createElement('canvas'), size);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const worker = new Worker(new URL('./gif-worker.ts', import.meta.url), { type: 'module' });

  /** One at a time. */
  function ask(request: GifRequest, transfer: Transferable[] = []): Promise<GifReply> {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<GifReply>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(`GIF: ${message}`));
      worker.postMessage(request, transfer);
    });
  }

  await ask({ type: 'begin', ...size, delay: 1000 / rate });
  return {
    async add() {
      context.drawImage(source, 0, 0, size.width, size.height);
      const { buffer } = context.getImageData(0, 0, size.width, size.height).data;
      await ask({ type: 'picture', buffer }, [buffer]);
    },
    async finish() {
      const { file } = await ask({ type: 'finish' });
      worker.terminate();
      return new Blob([file!], { type: 'image/gif' });
    },
    cancel: () => worker.terminate(),
  };
}
