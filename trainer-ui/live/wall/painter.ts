/** Draws the small pictures of the wall: one canvas for all of them, a few times a second, past React. */
import * as THREE from 'three';
import type { Client } from '../../core/client.ts';
import { graphics } from '../../scene/graphics.ts';
import { createSmallView, type SmallView } from './view.ts';

/** ms between two rounds, at least; and the most of the page's time that they take. */
const EVERY = 200;
const BUDGET = 0.2;

/** What is told of each picture as it is drawn. */
export type OnDrawn = (live: number, risk: number) => void;

/**
 * `strip` holds the pictures' places, each marked by `data-picture` with the number of its simulation, and gets the
 * canvas. Returns its end.
 */
export function paintWall(client: Client, strip: HTMLElement, onDrawn: OnDrawn): () => void {
  const renderer = createRenderer();
  const { domElement: canvas } = renderer;
  canvas.setAttribute('aria-hidden', 'true');
  strip.prepend(canvas);
  const views = new Map<number, SmallView>();
  /** Of the next episodes, while their shaders are compiled. */
  const coming = new Map<number, SmallView>();
  let last = performance.now();
  let timer = 0;
  /** A view was made in this round: one at a time, since it takes the page a while. */
  let hasBuilt = false;

  /** Of the scene that the frame is in, or the one before it for as long as that is not ready. */
  function viewOf(live: number, sceneId: number): SmallView | undefined {
    const description = client.scene(sceneId);
    const known = views.get(live);
    if (!description || known?.description === description) return known;
    let next = coming.get(live);
    if (next?.description !== description) {
      if (hasBuilt) return known;
      hasBuilt = true;
      next?.dispose();
      next = createSmallView(renderer, description);
      coming.set(live, next);
    }
    if (!next.isReady) return known;
    coming.delete(live);
    known?.dispose();
    views.set(live, next);
    return next;
  }

  function draw(): void {
    const now = performance.now();
    const dt = Math.min(1, (now - last) / 1000);
    last = now;
    hasBuilt = false;
    if (!document.hidden) drawAll(dt);
    const spent = performance.now() - now;
    // What is made once is no part of the budget: the others would wait for their first picture for many seconds.
    const rest = hasBuilt ? EVERY : Math.max(EVERY - spent, spent / BUDGET - spent);
    timer = window.setTimeout(draw, rest);
  }

  /** In one go: a canvas forgets what was drawn on it before. */
  function drawAll(dt: number): void {
    const places = [...strip.querySelectorAll<HTMLElement>('[data-picture]')];
    const below = resize(renderer, places);
    renderer.setScissorTest(false);
    renderer.setClearColor(0x000000, 0); // scenes leave that of their skies
    renderer.clear();
    renderer.setScissorTest(true);
    for (const place of places) {
      const live = Number(place.dataset['picture']);
      const frame = client.tiles.get(live);
      if (!frame) continue;
      const { offsetLeft: x, offsetTop, offsetWidth: width, offsetHeight: height } = place;
      const y = below - offsetTop - height;
      const view = viewOf(live, frame.sceneId);
      if (!view) continue;
      view.draw(frame, dt, { x, y, width, height });
      onDrawn(live, frame.risk);
    }
  }

  draw();
  return () => {
    window.clearTimeout(timer);
    for (const view of [...views.values(), ...coming.values()]) view.dispose();
    renderer.dispose();
    canvas.remove();
  };
}

function createRenderer(): THREE.WebGLRenderer {
  const { antialias } = graphics();
  const renderer = new THREE.WebGLRenderer({ antialias, alpha: true });
  renderer.debug.checkShaderErrors = import.meta.env.DEV;
  renderer.toneMapping = THREE.ACESFilmicToneMapping;
  renderer.toneMappingExposure = 1.05;
  return renderer;
}

/** As large as the places need; pictures this small are not drawn sharper than the page. Returns the height. */
function resize(renderer: THREE.WebGLRenderer, places: readonly HTMLElement[]): number {
  const width = Math.max(1, ...places.map((p) => p.offsetLeft + p.offsetWidth));
  const height = Math.max(1, ...places.map((p) => p.offsetTop + p.offsetHeight));
  const size = renderer.getSize(new THREE.Vector2());
  if (size.x === width && size.y === height) return height;
  renderer.setPixelRatio(Math.min(1, graphics().pixelRatio.start));
  renderer.setSize(width, height);
  return height;
}
