import { readdirSync, readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

/**
 * Builds the three parts of the desktop app into out/. What package.json lists as a dependency is never bundled into the
 * main process: better-sqlite3 has a native part, and the others read files that lie beside them.
 */
export default defineConfig({
  main: {
    plugins: [migrationsBesideProgram()],
    build: {
      // The agent is a program of its own, which the main process starts.
      rolldownOptions: { input: { main: 'main/main.ts', 'scitq-worker': 'agent/main.ts' } },
    },
  },
  preload: {
    build: {
      rolldownOptions: {
        input: 'preload/preload.ts',
        // A sandboxed preload script cannot be an ES module, and package.json makes every .js file one.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      rolldownOptions: { input: 'renderer/index.html' },
      minify: true,
    },
  },
});

/** The store looks for its SQL files beside the program that it was bundled into. */
function migrationsBesideProgram(): Plugin {
  const folder = new URL('server/store/migrations/', import.meta.url);
  return {
    name: 'scitq:migrations-beside-program',
    generateBundle() {
      for (const file of readdirSync(folder)) {
        this.emitFile({ type: 'asset', fileName: `migrations/${file}`, source: readFileSync(new URL(file, folder)) });
      }
    },
  };
}
