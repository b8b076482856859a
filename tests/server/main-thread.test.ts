import { expect, it } from 'vitest';
import { sourceFiles } from '../setup/sources.ts';

/** Every module that the server's own thread loads: what `serve.ts` imports, without types. */
function loaded(entry: string): Map<string, string> {
  const files = new Map(sourceFiles('server', 'agent', 'sim').map((f) => [f.path, f]));
  const from = new Map([[entry, '']]);
  for (const path of from.keys()) {
    for (const { target, typeOnly } of files.get(path)?.imports ?? []) {
      if (!typeOnly && !from.has(target)) from.set(target, path);
    }
  }
  return from;
}

it("[SRV-9] the server's thread loads no environment, no physics and no TensorFlow", () => {
  const modules = loaded('server/serve.ts');
  expect(modules.has('server/storage/sqlite.ts')).toBe(true);
  const heavy = [...modules].filter(([path]) =>
    /^(sim\/(registry|driving|robotics)|agent\/(backend|trainer|learners)|@mujoco|@tensorflow)/.test(
      path,
    ),
  );
  expect(heavy).toEqual([]);
  // The threads do, or this test looks at the wrong thing.
  expect(loaded('server/actors/live.ts').has('sim/registry.ts')).toBe(true);
});
