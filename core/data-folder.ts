/** Where a program keeps everything: SCITQ_DATA, else where the platform keeps a user's data. */
export function dataFolder(host: {
  platform: string;
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
}): string {
  const { platform, home, environment } = host;
  if (environment.SCITQ_DATA) return environment.SCITQ_DATA;
  if (platform === 'darwin') return `${home}/Library/Application Support/scitq`;
  if (platform === 'win32') return `${environment.APPDATA || `${home}\\AppData\\Roaming`}\\scitq`;
  return `${environment.XDG_DATA_HOME || `${home}/.local/share`}/scitq`;
}
