/**
 * How much a picture may cost. A graphics card draws everything; where Chromium rasterises on the
 * processor (servers, virtual machines, remote desktops) the first picture would take seconds to
 * compile physically based shaders and the next ones would starve the page of its only thread.
 */
import * as THREE from 'three';

export interface Graphics {
  readonly antialias: boolean;
  /** Physically based materials with reflections, or plain diffuse ones. */
  readonly physical: boolean;
  readonly shadows: THREE.ShadowMapType;
  /** Texels along a side of the shadow map. */
  readonly shadowMapSize: number;
  readonly anisotropy: number;
  /** Picture pixels per page pixel: at the start, at least and at most. */
  readonly pixelRatio: { readonly start: number; readonly least: number; readonly most: number };
}

/** Sharper pictures than this cost more than they show. */
const MOST_PIXELS = 1.5;

function full(): Graphics {
  const most = Math.min(MOST_PIXELS, window.devicePixelRatio);
  return {
    antialias: true,
    physical: true,
    shadows: THREE.PCFShadowMap,
    shadowMapSize: 1024,
    anisotropy: 8,
    pixelRatio: { start: most, least: 0.6, most },
  };
}

const SIMPLE: Graphics = {
  antialias: false,
  physical: false,
  shadows: THREE.BasicShadowMap,
  shadowMapSize: 512,
  anisotropy: 1,
  pixelRatio: { start: 0.6, least: 0.5, most: 1 },
};

/** Names of rasterisers that run on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let chosen: Graphics | undefined;

/** By the renderer's name, or as the address says: `?graphics=full` or `?graphics=simple`. */
export function graphics(): Graphics {
  chosen ??= choose();
  return chosen;
}

function choose(): Graphics {
  const asked = new URLSearchParams(window.location.search).get('graphics');
  if (asked === 'full' || asked === 'simple') return asked === 'full' ? full() : SIMPLE;
  return SOFTWARE.test(rendererName()) ? SIMPLE : full();
}

function rendererName(): string {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return '';
  // Firefox gives the real name as RENDERER and is about to drop the extension.
  const extension = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return String(name);
}
