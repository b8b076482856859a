import type { Look, SkinDescription, Vec3 } from '../../contract.ts';
import type { Physics } from './physics.ts';
import { quaternionAt, sum, turned, turnedBack, vectorAt } from './vectors.ts';

/** Groups from 3 on are collision shapes that MuJoCo's own viewer hides. */
export const FIRST_HIDDEN_GROUP = 3;

/** A point fixed to a body, and how much of a vertex it is. */
interface Influence {
  readonly body: number;
  readonly weight: number;
  readonly offset: Vec3;
}

type Packed = Pick<SkinDescription, 'starts' | 'bodies' | 'weights' | 'offsets'>;

/** The pose stream: bodies that move, in its order, and how many poses it has in all. */
interface PoseStream {
  readonly moving: readonly number[];
  readonly length: number;
}

/** Influences in columns, with bodies that never move put into the world. Needs present frames. */
function pack(
  physics: Physics,
  { moving, length }: PoseStream,
  vertices: readonly (readonly Influence[])[],
): Packed {
  const placeOf = new Map(moving.map((body, place) => [body, place]));
  const all = vertices.flat();
  const inWorld = ({ body, offset }: Influence) =>
    sum(vectorAt(physics.xpos, body), turned(quaternionAt(physics.xquat, body), offset));
  let start = 0;
  return {
    starts: Uint32Array.from([0, ...vertices.map((own) => (start += own.length))]),
    bodies: Uint32Array.from(all, ({ body }) => placeOf.get(body) ?? length),
    weights: Float32Array.from(all, ({ weight }) => weight),
    offsets: Float32Array.from(
      all.flatMap((one) => (placeOf.has(one.body) ? one.offset : inWorld(one))),
    ),
  };
}

/** Vertices move with the bones since the pose that they were bound in (MuJoCo, mjv_updateSkin). */
function skinVertices(physics: Physics, skin: number): Influence[][] {
  const first = physics.model('skin_vertadr')[skin]!;
  const count = physics.model('skin_vertnum')[skin]!;
  const vertices = Array.from({ length: count }, (): Influence[] => []);
  const bone = physics.model('skin_boneadr')[skin]!;
  for (let b = bone; b < bone + physics.model('skin_bonenum')[skin]!; b++) {
    const body = physics.model('skin_bonebodyid')[b]!;
    const turn = quaternionAt(physics.model('skin_bonebindquat'), b);
    const at = vectorAt(physics.model('skin_bonebindpos'), b);
    const from = physics.model('skin_bonevertadr')[b]!;
    for (let i = from; i < from + physics.model('skin_bonevertnum')[b]!; i++) {
      const vertex = physics.model('skin_bonevertid')[i]!;
      const bound = vectorAt(physics.model('skin_vert'), first + vertex);
      const weight = physics.model('skin_bonevertweight')[i]!;
      vertices[vertex]!.push({ body, weight, offset: turnedBack(turn, sum(bound, at, -1)) });
    }
  }
  return vertices;
}

/** Share of each of the nodes along one axis at `t` in [0, 1]: Lagrange polynomials through equal steps. */
function shares(t: number, order: number): number[] {
  return Array.from({ length: order + 1 }, (_, i) => {
    let share = 1;
    for (let k = 0; k <= order; k++) if (k !== i) share *= (order * t - k) / (i - k);
    return share;
  });
}

/** A vertex in a box of nodes, cell by cell; `interp` is the order (MuJoCo, mj_flex). */
function nodeInfluences(physics: Physics, flex: number, vertex: number): Influence[] {
  const order = Math.abs(physics.model('flex_interp')[flex]!);
  const cells = vectorAt(physics.model('flex_cellnum'), flex);
  const first = physics.model('flex_nodeadr')[flex]!;
  const along = vectorAt(physics.model('flex_vert0'), vertex).map((t, k) => {
    const cell = Math.min(cells[k]! - 1, Math.max(0, Math.floor(t * cells[k]!)));
    return { cell, shares: shares(t * cells[k]! - cell, order) };
  });
  const [x, y, z] = along as [(typeof along)[0], (typeof along)[0], (typeof along)[0]];
  const influences: Influence[] = [];
  for (const [i, sx] of x.shares.entries())
    for (const [j, sy] of y.shares.entries())
      for (const [k, sz] of z.shares.entries()) {
        const row = (order * x.cell + i) * (order * cells[1] + 1) + order * y.cell + j;
        const node = first + row * (order * cells[2] + 1) + order * z.cell + k;
        influences.push({
          body: physics.model('flex_nodebodyid')[node]!,
          weight: sx * sy * sz,
          offset: vectorAt(physics.model('flex_node'), node),
        });
      }
  return influences.filter(({ weight }) => weight !== 0);
}

function flexVertices(physics: Physics, flex: number): Influence[][] {
  const first = physics.model('flex_vertadr')[flex]!;
  return Array.from({ length: physics.model('flex_vertnum')[flex]! }, (_, v) => {
    if (physics.model('flex_interp')[flex] !== 0) return nodeInfluences(physics, flex, first + v);
    const body = physics.model('flex_vertbodyid')[first + v]!;
    return [{ body, weight: 1, offset: vectorAt(physics.model('flex_vert'), first + v) }];
  });
}

/** Numbers of the elements of a flex, or of the faces around it. */
function elements(physics: Physics, flex: number, kind: 'elem' | 'shell', corners: number) {
  const first = physics.model(`flex_${kind}dataadr`)[flex]!;
  const count = physics.model(`flex_${kind}num`)[flex]!;
  return Uint32Array.from(physics.model(`flex_${kind}`).slice(first, first + corners * count));
}

/** A vertex has one pair of coordinates, also where its elements have several. */
function flexUvs(physics: Physics, flex: number, corners: number): Pick<SkinDescription, 'uvs'> {
  const first = physics.model('flex_texcoordadr')[flex]!;
  if (first < 0) return {};
  const uvs = new Float32Array(2 * physics.model('flex_vertnum')[flex]!);
  const data = physics.model('flex_elemdataadr')[flex]!;
  elements(physics, flex, 'elem', corners).forEach((vertex, c) => {
    const at = 2 * (first + physics.model('flex_elemtexcoord')[data + c]!);
    uvs.set(physics.model('flex_texcoord').slice(at, at + 2), 2 * vertex);
  });
  return { uvs };
}

function describeSkin(physics: Physics, skin: number) {
  const face = 3 * physics.model('skin_faceadr')[skin]!;
  const faces = 3 * physics.model('skin_facenum')[skin]!;
  const uv = 2 * physics.model('skin_texcoordadr')[skin]!;
  const count = 2 * physics.model('skin_vertnum')[skin]!;
  const inflate = physics.model('skin_inflate')[skin]!;
  return {
    indices: Uint32Array.from(physics.model('skin_face').slice(face, face + faces)),
    ...(inflate === 0 ? {} : { inflate }),
    ...(uv < 0
      ? {}
      : { uvs: Float32Array.from(physics.model('skin_texcoord').slice(uv, uv + count)) }),
  };
}

/** Cables are threads, cloths their elements, solids the faces around them, as far out as they touch. */
function describeFlex(physics: Physics, flex: number) {
  const dim = physics.model('flex_dim')[flex]!;
  const radius = physics.model('flex_radius')[flex]!;
  if (dim === 1) return { indices: elements(physics, flex, 'elem', 2), threadRadius: radius };
  const uvs = flexUvs(physics, flex, dim + 1);
  if (dim === 2) return { indices: elements(physics, flex, 'elem', 3), ...uvs };
  return { indices: elements(physics, flex, 'shell', 3), inflate: radius, ...uvs };
}

/** Skins and flexes that MuJoCo's viewer shows. */
export function skinsOf(
  physics: Physics,
  stream: PoseStream,
  lookOf: (kind: 'skin' | 'flex', index: number) => Look,
): SkinDescription[] {
  const kinds = [
    { kind: 'skin', vertices: skinVertices, describe: describeSkin },
    { kind: 'flex', vertices: flexVertices, describe: describeFlex },
  ] as const;
  return kinds.flatMap(({ kind, vertices, describe }) =>
    Array.from(physics.model(`${kind}_group`), (group, i): SkinDescription | undefined => {
      const look = lookOf(kind, i);
      if (group >= FIRST_HIDDEN_GROUP || look.colour[3] <= 0) return undefined;
      const id = physics.label(kind, i);
      return {
        id,
        ...look,
        castShadow: true,
        ...pack(physics, stream, vertices(physics, i)),
        ...describe(physics, i),
      };
    }).filter((skin) => skin !== undefined),
  );
}

/** Where the vertices of a skin are at the present frames. */
export function verticesOf(
  physics: Physics,
  { moving }: PoseStream,
  skin: SkinDescription,
): Vec3[] {
  const { starts, bodies, weights, offsets } = skin;
  return Array.from({ length: starts.length - 1 }, (_, v) => {
    let at: Vec3 = [0, 0, 0];
    for (let i = starts[v]!; i < starts[v + 1]!; i++) {
      const body = moving[bodies[i]!];
      const offset = vectorAt(offsets, i);
      const point =
        body === undefined
          ? offset
          : sum(vectorAt(physics.xpos, body), turned(quaternionAt(physics.xquat, body), offset));
      at = sum(at, point, weights[i]!);
    }
    return at;
  });
}
