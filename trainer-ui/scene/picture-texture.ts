/** The picture that an environment draws of itself, on a surface of the scene: its own colours, whatever light there is. */
import * as THREE from 'three';
import type { TextureData } from '../../server/protocol/index.ts';

export interface PictureTexture {
  readonly material: THREE.Material;
  /** Decodes a PNG beside the page; of those that come meanwhile, the newest is next. Resolves once it is there. */
  show(png: Uint8Array): Promise<void>;
  dispose(): void;
}

export function createPictureTexture({
  width,
  height,
}: Pick<TextureData, 'width' | 'height'>): PictureTexture {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  const texture = new THREE.CanvasTexture(canvas);
  texture.colorSpace = THREE.SRGBColorSpace;
  texture.magFilter = THREE.NearestFilter; // a game of 160 pixels is not blurred
  const material = new THREE.MeshBasicMaterial({ map: texture, toneMapped: false, fog: false });
  let wanted: Uint8Array | undefined;
  let shown: Uint8Array | undefined;
  let isBusy = false;
  let work = Promise.resolve();

  async function decode(): Promise<void> {
    isBusy = true;
    while (wanted !== shown) {
      shown = wanted;
      const bitmap = await createImageBitmap(new Blob([wanted!.slice()], { type: 'image/png' }));
      context.drawImage(bitmap, 0, 0);
      bitmap.close();
      texture.needsUpdate = true;
    }
    isBusy = false;
  }

  return {
    material,
    show(png) {
      wanted = png;
      if (!isBusy && wanted !== shown) work = decode();
      return work;
    },
    dispose() {
      wanted = shown;
      texture.dispose();
      material.dispose();
    },
  };
}
