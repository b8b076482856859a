/** Colours of the world. Written as sRGB hex, kept as linear rgb. */
import type { Colour } from './mesh-builder.ts';

export function srgb(hex: number): Colour {
  return [linear((hex >> 16) & 255), linear((hex >> 8) & 255), linear(hex & 255)];
}

function linear(byte: number): number {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

export function shade(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export const palette = {
  asphalt: srgb(0x4d4f53),
  asphaltJunction: srgb(0x47494f),
  white: srgb(0xf1f1ea),
  yellow: srgb(0xf2b632),
  kerb: srgb(0xc9c7be),
  sidewalk: srgb(0xaaa69c),
  gravel: srgb(0x8f8a78),
  grass: srgb(0x74994e),
  grassDry: srgb(0x98a35e),
  grassDeep: srgb(0x4f7a42),
  hill: srgb(0x5d8a4c),
  steel: srgb(0xb9c0c7),
  pole: srgb(0x5a626b),
  red: srgb(0xc8322b),
  blue: srgb(0x2b5fb0),
  green: srgb(0x1f7a4d),
  lamp: srgb(0xfff0c8),
  trunk: srgb(0x6b4a32),
  conifer: srgb(0x2f5d3a),
  coniferTip: srgb(0x4d8450),
  leaf: srgb(0x5c8f3c),
  leafTip: srgb(0x9bbf55),
  autumn: srgb(0xc98a35),
  blossom: srgb(0xe3a9b4),
  bush: srgb(0x557f3b),
  dark: srgb(0x23262b),
  board: srgb(0x1d5f8f),
  pane: srgb(0x5a7690),
  plinth: srgb(0x8b867c),
  chimney: srgb(0x8a5a4a),
  walls: [0xefe6d4, 0xe9d3b0, 0xd9c2b4, 0xcfd8d6, 0xf2efe8, 0xd6b48c].map(srgb),
  roofs: [0x9c4a38, 0x7f4236, 0x5b5f69, 0x8a5c40].map(srgb),
} as const;
