/** OpenDRIVE's signals: where they stand and what they look like. They are drawn and rule nothing. */
import type { RoadSignal } from '../contract.ts';
import type { RoadShape } from './lane-course.ts';
import { childOf, childrenOf, numberOf, wordOf, type XmlElement } from './xml.ts';

/** German numbers, which OpenDRIVE's examples use everywhere, and the lights of its own catalogue. */
const KINDS: Readonly<Record<string, RoadSignal['kind']>> = {
  '274': 'limit',
  '206': 'stop',
  '205': 'yield',
  '301': 'priority',
  '306': 'priority',
};
/** Painted on the road, not standing beside it. */
const PAINTED = new Set(['294', '293', '295', '299']);

export function readSignals(road: XmlElement, shape: RoadShape, leftHand: boolean): RoadSignal[] {
  const signals = childrenOf(childOf(road, 'signals'), 'signal');
  return signals.flatMap((element) => {
    const type = element.attributes['type'] ?? '';
    if (PAINTED.has(type)) return [];
    const s = numberOf(element, 's');
    const t = numberOf(element, 't');
    const { x, y, dx, dy } = shape.line.at(s);
    const lean = shape.superelevation.value(s);
    const scale = (t * Math.cos(lean)) / Math.hypot(dx, dy);
    const facing = wordOf(element, 'orientation', ['+', '-', 'none'], 'none');
    // Those for both directions are turned to the side on which they stand.
    const against = facing === 'none' ? t > 0 !== leftHand : facing === '-';
    return [
      {
        x: x - dy * scale,
        y: y + dx * scale,
        z: shape.elevation.value(s) + t * Math.sin(lean),
        heading: Math.atan2(dy, dx) + (against ? Math.PI : 0) + numberOf(element, 'hOffset', 0),
        kind: kindOf(element, type),
        text: textOn(element, type),
      },
    ];
  });
}

function kindOf(element: XmlElement, type: string): RoadSignal['kind'] {
  if (element.attributes['dynamic'] === 'yes' || /^1000\d{3}$/.test(type)) return 'light';
  return KINDS[type] ?? 'board';
}

const TO_KMH: Readonly<Record<string, number>> = { mph: 1.609344, 'm/s': 3.6 };

function textOn(element: XmlElement, type: string): string {
  const { value, subtype, text, unit } = element.attributes;
  if (KINDS[type] !== 'limit') return text ?? '';
  const limit = Number(value ?? subtype) * (TO_KMH[unit ?? ''] ?? 1);
  return Number.isFinite(limit) && limit > 0 ? String(Math.round(limit)) : '';
}
