import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** `npm run build` makes dist/ui; the server serves that folder. */
export default defineConfig({
  root: path('trainer-ui'),
  plugins: [react()],
  server: {
    proxy: { '/ws': { target: 'ws://127.0.0.1:8080', ws: true }, '/api': 'http://127.0.0.1:8080' },
  },
  build: {
    outDir: path('dist/ui'),
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: {
        manualChunks: (id: string) =>
          id.includes('node_modules/three')
            ? 'three'
            : id.includes('@mantine') || id.includes('react-dom')
              ? 'interface'
              : undefined,
      },
    },
  },
});
