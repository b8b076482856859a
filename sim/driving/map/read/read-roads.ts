/** Road networks from files. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RoadNetwork } from '../contract.ts';
import { assemble } from './assemble.ts';
import { readOpenDrive } from './open-drive.ts';
import { readSumo } from './sumo.ts';
import { fail, parseXml } from './xml.ts';

/** @throws RangeError that names the file, and line and element of what is wrong or not supported in it. */
export async function readRoadFile(path: string): Promise<RoadNetwork> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RangeError(
      `road: "${path}" cannot be read (${why}); allowed: an OpenDRIVE or SUMO file`,
    );
  }
  return readRoads(text, basename(path));
}

export function readRoads(text: string, file: string): RoadNetwork {
  const root = parseXml(text, file);
  if (root.name === 'OpenDRIVE') return assemble(readOpenDrive(root));
  if (root.name === 'net') return assemble(readSumo(root));
  return fail(root, 'is no road network, expected <OpenDRIVE> or <net>');
}
