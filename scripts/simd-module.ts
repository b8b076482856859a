import { createHash } from 'node:crypto';

/** agent/nn/simd/module.ts for the text of kernels.ts and what it compiles to. */
export function moduleText(source: string, wasm: Uint8Array): string {
  const digest = createHash('sha256').update(source).digest('hex');
  const lines = Buffer.from(wasm).toString('base64').replace(/.{96}/g, '$&\n');
  return `/** Made by \`npm run simd\` from assembly/kernels.ts, whose SHA-256 is ${digest}. */
export const KERNELS = \`
${lines}
\`;
`;
}
