// Bundles the four programs into dist/: one file each, behind a guard that runs on any Node and says so when it is too
// old. `--quiet` prints nothing.
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const PROGRAMS = {
  scitq: 'cli/main.ts',
  'scitq-launch': 'cli/compat/launch.ts',
  'scitq-server': 'server/main.ts',
  'scitq-worker': 'agent/main.ts',
};
const OLDEST_NODE = 24;

/** Loaded from node_modules at run time: native code, or code that finds its own files. */
const EXTERNAL = ['better-sqlite3', 'dockerode', 'cpu-features', 'pino'];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
await build({
  entryPoints: Object.entries(PROGRAMS).map(([name, entry]) => ({ out: `${name}.bundle`, in: entry })),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  external: EXTERNAL,
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
  banner: {
    // Libraries in CommonJS reach for these.
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await cp('server/store/migrations', 'dist/migrations', { recursive: true });
for (const name of Object.keys(PROGRAMS)) {
  const file = `dist/${name}.js`;
  await writeFile(file, guard(name));
  await chmod(file, 0o755);
}
if (!process.argv.includes('--quiet')) console.log(`Built ${Object.keys(PROGRAMS).join(', ')} in dist/.`);

/** Plain old JavaScript, so that an old Node gets as far as the message. */
function guard(name: string): string {
  return `#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < ${OLDEST_NODE}) {
  process.stderr.write('${name}: this needs Node ${OLDEST_NODE} or newer; this is Node ' + process.versions.node + '. Install a newer one from https://nodejs.org.\\n');
  process.exit(2);
}
process.getBuiltinModule('node:module').enableCompileCache();
import('./${name}.bundle.mjs');
`;
}
