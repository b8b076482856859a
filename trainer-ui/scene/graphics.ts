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
  /** Pixels of the sky around the horizon. */
  readonly skyWidth: number;
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
    skyWidth: 768,
    anisotropy: 8,
    pixelRatio: { start: most, least: 0.6, most },
  };
}

const SIMPLE: Graphics = {
  antialias: false,
  physical: false,
  shadows: THREE.BasicShadowMap,
  shadowMapSize: 512,
  skyWidth: 384,
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

/** As three.js asks for it where nothing is smoothed. */
const PLAIN_CONTEXT: WebGLContextAttributes = {
  alpha: true,
  depth: true,
  stencil: false,
  antialias: false,
  powerPreference: 'high-performance',
};

/** The context that told the renderer's name: opening one takes a software renderer a tenth of a second. */
let spare: WebGL2RenderingContext | undefined;

/** A plain context for a new picture, where one is left over; it is given away once. */
export function takeSpareContext(): WebGL2RenderingContext | undefined {
  const taken = spare;
  spare = undefined;
  return taken;
}

function rendererName(): string {
  const gl = document.createElement('canvas').getContext('webgl2', PLAIN_CONTEXT);
  if (!gl) return '';
  // Firefox gives the real name as RENDERER and is about to drop the extension.
  const extension = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
  if (SOFTWARE.test(String(name))) spare = gl;
  else gl.getExtension('WEBGL_lose_context')?.loseContext();
  return String(name);
}
