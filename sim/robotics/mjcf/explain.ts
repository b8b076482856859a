import { existsSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { MjcfError, type ModelFile } from '../engine/physics.ts';
import { locate } from './locate.ts';
import { shortName } from './model-file.ts';

/** What MuJoCo says, and what to do about it. */
interface Advice {
  readonly when: RegExp;
  readonly say: string;
}

const advices: readonly Advice[] = [
  {
    when: /\bplugin\b.*not found|unknown plugin|plugin .* not/i,
    say: 'MuJoCo in WebAssembly has no plugins. Instead of mujoco.pid write <pid joint="…" kp="…" ki="…" kd="…"/> in <actuator>; instead of a cable plugin, bodies with ball joints and stiffness; instead of an SDF plugin, a mesh',
  },
  {
    when: /allocate memory|out of memory|memory .*too big|size specified is too big/i,
    say: 'MuJoCo in WebAssembly has 2 GB for everything. Take njmax, nconmax and nstack out of <size> (old files ask for gigabytes with them) and write <size memory="200M"/>, or nothing at all',
  },
  {
    when: /no decoder found for mesh|unknown mesh/i,
    say: 'MuJoCo reads meshes as STL, OBJ and MSH. Convert the file to OBJ (Blender: File > Export > Wavefront; or `assimp export in.dae out.obj`) and name that one',
  },
  {
    when: /unsupported content type|error decoding PNG/i,
    say: 'MuJoCo reads textures as PNG. Convert JPG, BMP and the like to PNG (`magick in.jpg out.png`) and name that one',
  },
  {
    when: /Unrecognized XML model type/i,
    say: 'the root of an MJCF file is <mujoco>, that of a URDF file <robot>; a file with another root is a part that other files include',
  },
];

/** Why a file that MuJoCo could not open was not there for it. */
function missing(name: string, model: ModelFile, error: MjcfError): string {
  const { root } = model;
  const path = resolve(dirname(model.path), name.replaceAll('\\', sep));
  const option = 'give a folder that holds it and the model as --mjcf-root';
  if (path !== root && !path.startsWith(root + sep))
    return `file "${name}" lies outside ${root}, which is all that may be read; ${option}`;
  const refusal = error.files.refused.find((r) => path === r.path || path.startsWith(r.path + sep));
  if (refusal?.why === 'leads outside')
    return `file "${name}" leads outside ${root} through a link; ${option}`;
  if (refusal) return `file "${name}" ${refusal.why}`;
  const hint = name.startsWith('package://') ? packageHint : '';
  return `file "${name}" ${existsSync(path) ? 'cannot be read' : 'does not exist'}${hint}`;
}

const packageHint =
  ': a package is looked for as a folder of that name around or beside the URDF, within what may be read (--mjcf-root); failing that, the file beside the URDF';

function wordsFor(error: MjcfError, model: ModelFile): string {
  const name = /Error opening file '([^']*)'/.exec(error.message)?.[1];
  if (name !== undefined) return missing(name, model, error);
  const advice = advices.find(({ when }) => when.test(error.message));
  return advice ? `${error.message.trim()}\n${advice.say}` : error.message.trim();
}

/** An error of MuJoCo's with file and line, and with the way out where one is known. */
export async function explain(error: MjcfError, model: ModelFile): Promise<MjcfError> {
  const place = await locate(error, model);
  const where = place
    ? `${shortName(model, place.file)}:${place.line}`
    : shortName(model, model.path);
  return new MjcfError(`${where}: ${wordsFor(error, model)}`, place?.line ?? 0, error.files);
}
