/** Signs and lights where a file puts them. They are drawn and rule nothing. */
import type { RoadMap, RoadSignal } from '../contract.ts';
import { addBox, type MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import {
  addBack,
  addPlate,
  addPole,
  diamond,
  digits,
  disc,
  type Outline,
  rectangle,
  triangleDown,
} from './plates.ts';

/** Height of a sign's middle and of a light's, metres. */
const MIDDLE = 2.5;
const LIGHT = 3.2;

/** @param glow what shines by itself. */
export function addSignals(map: RoadMap, mesh: MeshBuilder, glow: MeshBuilder): void {
  for (const signal of map.signals ?? []) {
    if (signal.kind === 'light') addLight(mesh, glow, signal);
    else addSign(mesh, signal);
  }
}

function addSign(mesh: MeshBuilder, at: RoadSignal): void {
  addPole(mesh, at, MIDDLE + 0.3);
  const plates = platesOf(at);
  addBack(mesh, at, plates[0]![0]);
  for (const [layer, [outline, colour]] of plates.entries())
    addPlate(mesh, at, outline, colour, layer);
}

function platesOf({ kind, text }: RoadSignal): [Outline, (typeof palette)['red']][] {
  switch (kind) {
    case 'limit':
      return [
        [disc(MIDDLE, 0.5), palette.red],
        [disc(MIDDLE, 0.4), palette.white],
        ...digits(text, MIDDLE, 0.38).map((stroke): [Outline, typeof palette.red] => [
          stroke,
          palette.dark,
        ]),
      ];
    case 'stop':
      return [
        [disc(MIDDLE, 0.55, 8), palette.white],
        [disc(MIDDLE, 0.5, 8), palette.red],
        [rectangle(-0.32, MIDDLE - 0.09, 0.32, MIDDLE + 0.09), palette.white],
      ];
    case 'yield':
      return [
        [triangleDown(MIDDLE, 0.62), palette.red],
        [triangleDown(MIDDLE, 0.4), palette.white],
      ];
    case 'priority':
      return [
        [diamond(MIDDLE, 0.55), palette.white],
        [diamond(MIDDLE, 0.42), palette.yellow],
      ];
    default:
      return [
        [rectangle(-0.45, MIDDLE - 0.3, 0.45, MIDDLE + 0.3), palette.white],
        [rectangle(-0.4, MIDDLE - 0.25, 0.4, MIDDLE + 0.25), palette.board],
      ];
  }
}

/** Three lamps, the lowest of which is lit. */
function addLight(mesh: MeshBuilder, glow: MeshBuilder, at: RoadSignal): void {
  addPole(mesh, at, LIGHT + 0.5);
  addBox(mesh, at, [-0.06, -0.2, LIGHT - 0.55], [0.14, 0.2, LIGHT + 0.55], palette.dark, true);
  for (const [i, colour] of [palette.red, palette.yellow, palette.green].entries()) {
    const lit = i === 2;
    const lamp = disc(LIGHT + 0.34 * (1 - i), 0.13, 12);
    addPlate(lit ? glow : mesh, at, lamp, lit ? colour : scaled(colour, 0.35), 2);
  }
}

function scaled(colour: readonly [number, number, number], factor: number) {
  return colour.map((c) => c * factor) as [number, number, number];
}
