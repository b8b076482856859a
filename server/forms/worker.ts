/** Makes the forms and ends: what the schemas are read from loads all learners, which the server's thread must not. */
import { parentPort } from 'node:worker_threads';
import { getPreset, listPresets } from '../../agent/presets/presets.ts';
import { partSchemas } from '../../agent/presets/schemas.ts';
import { jsonSchemaOf } from '../../sim/config.ts';
import { listEnvironments } from '../../sim/registry.ts';
import type { Forms } from './contract.ts';

const forms: Forms = {
  environments: listEnvironments().map(({ id, title, description, options, pathOptions }) => ({
    id,
    title,
    description,
    options: jsonSchemaOf(options),
    pathOptions: pathOptions ?? [],
  })),
  presets: listPresets().map((preset) => ({
    id: preset.id,
    title: preset.title,
    paper: preset.paper,
    description: preset.description,
    parts: partSchemas(getPreset(preset.id)).map(({ name, doc, preset: resolved }) => ({
      name,
      doc,
      schema: jsonSchemaOf(resolved),
    })),
  })),
};
parentPort!.postMessage(forms);
// Keeps the thread until it is stopped: one that ends by itself counts as dead.
parentPort!.on('message', () => {});
