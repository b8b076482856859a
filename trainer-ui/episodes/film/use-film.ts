/** A film of the replay that is being made: how far it is, and how it is ended. */
import { useEffect, useRef, useState } from 'react';
import { useApp, useClient } from '../../context.ts';
import type { Stage } from '../../scene/stage.ts';
import { createRowPainter } from '../draw-row.ts';
import { download } from '../export.ts';
import type { Recording } from '../recording.ts';
import type { FilmFile } from './film-file.ts';
import { openGif } from './gif-file.ts';
import { type FilmFormat, type FilmPlan, fileName, planFilm, type Wanted } from './plan.ts';
import { shoot } from './shoot.ts';

export interface Film {
  /** Pictures taken, of how many; undefined: none is being made. */
  readonly work: { readonly taken: number; readonly of: number } | undefined;
  /** Why the last one failed. */
  readonly error: string | undefined;
  start(wanted: Wanted): void;
  cancel(): void;
}

async function openFile(
  format: FilmFormat,
  canvas: HTMLCanvasElement,
  plan: FilmPlan,
): Promise<FilmFile> {
  if (format === 'gif') return openGif(canvas, plan);
  const { openVideo } = await import('./video-file.ts');
  return openVideo(canvas, plan, format);
}

/** A turn for the page; timers would give it none while it is hidden. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

export function useFilm(stage: Stage, recording: Recording): Film {
  const client = useClient();
  const runId = useApp((s) => s.welcome?.runId ?? '');
  const [work, setWork] = useState<Film['work']>();
  const [error, setError] = useState<string>();
  const running = useRef<AbortController>(undefined);
  const newest = useRef(recording);
  newest.current = recording;
  useEffect(() => () => running.current?.abort(), []);

  async function make(wanted: Wanted, { signal }: AbortController): Promise<void> {
    const plan = planFilm(wanted);
    const painter = createRowPainter(client, stage);
    setWork({ taken: 0, of: plan.pictures });
    const film = await shoot({
      stage,
      plan,
      signal,
      open: () => openFile(wanted.format, stage.canvas, plan),
      breath,
      async place(row) {
        const placed = painter.place(newest.current, row);
        if (!placed) throw new Error('a part of the episode has not come yet');
        await placed;
      },
      onPicture: (taken) => setWork({ taken, of: plan.pictures }),
    });
    const { from, to, format } = wanted;
    download(film, fileName(runId, newest.current.row.id, [from, to], format));
  }

  return {
    work,
    error,
    start(wanted) {
      const abort = new AbortController();
      running.current = abort;
      setError(undefined);
      make(wanted, abort)
        .catch((e: Error) => !abort.signal.aborted && setError(e.message))
        .finally(() => setWork(undefined));
    },
    cancel: () => running.current?.abort(),
  };
}
