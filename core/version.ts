/** Kept equal to package.json by a test. */
export const VERSION = '3.0.0-alpha.1';
