// The layers of docs/explanation/architecture.md. Lower parts may import upper ones, never the reverse.
const TEST = '\\.test\\.tsx?$|/test-[a-z0-9-]+\\.ts$|/conformance';
const layer = (from, mayImport, comment) => ({
  name: `${from}-imports-only-${mayImport.length === 0 ? 'itself' : mayImport.join('-')}`,
  severity: 'error',
  comment,
  // A test may drive what it tests through any door, the client's above all.
  from: { path: `^${from}/`, pathNot: TEST },
  to: {
    path: '^(core|transfer|server|client|agent|cli|main|preload|renderer|e2e|bench)/',
    pathNot: `^(${[from, ...mayImport].join('|')})/`,
  },
});

module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      severity: 'error',
      comment:
        'core/ runs in the server, the agent, the command line and the browser: no Node, no I/O, no clock. Pass what it needs as an argument.',
      from: { path: '^core/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-uses-only-zod',
      severity: 'error',
      comment:
        'core/ depends on zod alone (in contract/). A library that does I/O belongs behind a port outside core/.',
      from: { path: '^core/', pathNot: TEST },
      to: { dependencyTypes: ['npm', 'npm-dev'], pathNot: 'node_modules/zod/' },
    },
    layer('core', [], 'core/ is what everything else stands on; it can import nothing of ours.'),
    layer(
      'transfer',
      ['core'],
      'transfer/ moves bytes by URI for the agent and the command line alike; it knows only core/.',
    ),
    layer(
      'server',
      ['core', 'transfer'],
      'The server is reached through client/, never the other way round, and knows no shell around it.',
    ),
    {
      name: 'client-takes-only-types-from-server',
      severity: 'error',
      comment:
        "client/ is shipped to browsers and agents: it may use the types of the server's router, never its code.",
      from: { path: '^client/', pathNot: TEST },
      to: { path: '^server/', dependencyTypesNot: ['type-only'] },
    },
    layer('client', ['core', 'server'], 'client/ speaks the API; it stands on core/ and on the types of server/.'),
    layer(
      'agent',
      ['core', 'transfer', 'client'],
      'The agent is deployed alone to a worker: no server code may reach it.',
    ),
    layer(
      'cli',
      ['core', 'transfer', 'client'],
      'Commands talk to the server by its API only, so that they work against a remote one.',
    ),
    layer('main', ['core', 'client', 'server', 'agent'], 'main/ embeds the server; screens belong to renderer/.'),
    layer('preload', ['core'], 'The preload script is the smallest bridge there can be.'),
    layer('renderer', ['core', 'client'], 'Screens run in a sandbox: they reach the system by client/ alone.'),
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that need each other are one thing, or share a third that should have a name.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      comment: 'What the product runs must be a dependency, not a devDependency.',
      from: { path: '^(core|transfer|server|client|agent|cli|main|preload)/', pathNot: TEST },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(@types|electron)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    parser: 'tsc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
