/** Pictures of an episode as files, made in the browser. */

/** What browsers record, best first. */
const TYPES = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];
const PICTURES_PER_SECOND = 30;

/** undefined where the browser records no canvas. */
export function videoType(): string | undefined {
  if (typeof MediaRecorder === 'undefined' || !('captureStream' in HTMLCanvasElement.prototype))
    return undefined;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type));
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The canvas must have been drawn in this very task: WebGL forgets its picture after it. */
export function still(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => blob && download(blob, `${name}.png`), 'image/png');
}

/** Records until `stop`; the file is then offered. */
export function record(canvas: HTMLCanvasElement, type: string, name: string): () => void {
  const parts: Blob[] = [];
  const recorder = new MediaRecorder(canvas.captureStream(PICTURES_PER_SECOND), {
    mimeType: type,
  });
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => {
    const ending = type.startsWith('video/mp4') ? 'mp4' : 'webm';
    download(new Blob(parts, { type }), `${name}.${ending}`);
  };
  recorder.start();
  return () => recorder.stop();
}
