import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const TEXT = /\.(html|m?js|css|svg|json|wasm)$/;

/** Every file of text gets its brotli and gzip forms beside it, which the server sends as they are. */
function compressed(folder: string): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!TEXT.test(name)) continue;
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/**
 * `npm run build` makes dist/ui, which the server serves; mode `session` makes dist/session, the page that plays a
 * recorded session, which `reins export session` puts beside one.
 */
export default defineConfig(({ command, mode }) => {
  // Whatever the shell or the test runner has it set to: React's development build takes several times as long.
  if (command === 'build') process.env.NODE_ENV = 'production';
  const isSession = mode === 'session';
  const outDir = path(isSession ? 'dist/session' : 'dist/ui');
  return {
    root: path(isSession ? 'trainer-ui/session' : 'trainer-ui'),
    // Relative: the page works below whatever path a proxy puts before it.
    base: './',
    plugins: [react(), ...(isSession ? [] : [compressed(outDir)])],
    server: {
      proxy: {
        '/ws': { target: 'ws://127.0.0.1:8080', ws: true },
        '/api': 'http://127.0.0.1:8080',
      },
    },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      chunkSizeWarningLimit: 900,
      rollupOptions: { output: { manualChunks: chunkOf } },
    },
  };
});

function chunkOf(id: string): string | undefined {
  if (id.includes('node_modules/three')) return 'three';
  return id.includes('@mantine') || id.includes('react-dom') ? 'interface' : undefined;
}
