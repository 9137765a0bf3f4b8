import { InvalidArgumentError } from 'commander';

/** Parsers of option values for commander, which puts the option's name before their messages. */

export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** A span in seconds: `90`, `90s`, `15m`, `2h`, `1.5d`. */
export function seconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d|)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? 'none'];
  if (match?.[1] === undefined || unit === undefined) {
    throw new InvalidArgumentError('It must be seconds, or a number with s, m, h or d: 90, 15m, 2h.');
  }
  return Number(match[1]) * unit;
}

/** For options that may be given several times. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** `a,b` in one value, and several values, are one list. */
export function collectCommas(text: string, before: string[] | undefined): string[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return [...(before ?? []), ...words];
}

/** `NAME=VALUE`; the value may hold anything, more `=` included. */
export function collectEnvironment(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new InvalidArgumentError('It must be NAME=VALUE, the name made of letters, digits and _.');
  }
  return { ...before, [name]: text.slice(at + 1) };
}
