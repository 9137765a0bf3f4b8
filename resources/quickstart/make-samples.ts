/**
 * Writes the FASTQ files of this folder, always the same bytes: `node resources/quickstart/make-samples.ts`.
 *
 * Twenty sound samples and one that is cut in the middle, as a broken transfer leaves it. Nothing here may depend on the
 * machine: the numbers come from a seeded generator with integer and simple floating-point arithmetic, and the gzip
 * header and compression strategy leave no room for the clock, the system or the processor.
 */
import { writeFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';

const SAMPLES = 20;
const GENOME_LENGTH = 20_000;

/** Illumina's eight quality bins: upper limit of the raw score, score written, chance that the base is misread. */
const QUALITY_BINS = [
  { below: 2, score: 2, misread: 0.75 },
  { below: 10, score: 6, misread: 0.25 },
  { below: 20, score: 15, misread: 0.032 },
  { below: 25, score: 22, misread: 0.0063 },
  { below: 30, score: 27, misread: 0.002 },
  { below: 35, score: 33, misread: 0.0005 },
  { below: 40, score: 37, misread: 0.0002 },
  { below: Number.POSITIVE_INFINITY, score: 40, misread: 0.0001 },
] as const;

const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' };

type Random = () => number;

/** The generator mulberry32: the same numbers in [0, 1) for the same seed, on every machine. */
function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Roughly normal, mean 0, standard deviation 1; a sum of uniforms, because logarithms differ between machines. */
function bellShaped(random: Random): number {
  let sum = -6;
  for (let term = 0; term < 12; term += 1) sum += random();
  return sum;
}

function randomBase(random: Random, gc: number): string {
  const strong = random() < gc;
  const first = random() < 0.5;
  if (strong) return first ? 'G' : 'C';
  return first ? 'A' : 'T';
}

/** What tells one sample from another. Fractions, not percents; `quality` is the mean score where a read starts. */
interface SampleTraits {
  gc: number;
  reads: number;
  quality: number;
  decayPerBase: number;
}

function traitsOf(sample: number, random: Random): SampleTraits {
  return {
    // 7 shares no factor with 20, so that neighbouring samples differ much while all stay spread between 30 and 68 %.
    gc: 0.3 + (((sample * 7) % SAMPLES) * 0.4) / SAMPLES,
    reads: 280 + Math.floor(random() * 41),
    quality: 36.5 + random() * 3,
    decayPerBase: 0.04 + random() * 0.08,
  };
}

function readAt(genome: readonly string[], start: number, length: number, reverse: boolean): string[] {
  const bases: string[] = [];
  for (let at = 0; at < length; at += 1) bases.push(genome[(start + at) % genome.length] ?? 'N');
  return reverse ? bases.reverse().map((base) => COMPLEMENT[base] ?? 'N') : bases;
}

function binOf(score: number): (typeof QUALITY_BINS)[number] {
  return QUALITY_BINS.find((bin) => score < bin.below) ?? QUALITY_BINS[0];
}

/** One read as its four lines. Its quality starts high, falls along the read and drifts rather than jumps. */
function makeRead(name: string, genome: readonly string[], traits: SampleTraits, random: Random): string {
  const length = 75 + Math.floor(random() * 26);
  const bases = readAt(genome, Math.floor(random() * genome.length), length, random() < 0.5);
  const quality = traits.quality + bellShaped(random) * 1.5;
  let drift = 0;
  let sequence = '';
  let scores = '';
  for (const [at, base] of bases.entries()) {
    drift = drift * 0.9 + bellShaped(random) * 0.9;
    const expected = quality - traits.decayPerBase * at - (at < 4 ? 3 - at : 0) + drift;
    const bin = random() < 0.0015 ? QUALITY_BINS[0] : binOf(Math.max(expected, 2));
    const misread = random() < bin.misread;
    const called = misread ? randomBase(random, 0.5) : base;
    sequence += bin === QUALITY_BINS[0] ? 'N' : called;
    scores += String.fromCharCode(33 + bin.score);
  }
  return `@${name}\n${sequence}\n+\n${scores}\n`;
}

/** The plain FASTQ text of one sample, numbered from 1; the same number gives the same text. */
export function makeFastq(sample: number): string {
  const random = seededRandom(0x5c17c + sample * 7919);
  const traits = traitsOf(sample, random);
  const genome: string[] = [];
  for (let at = 0; at < GENOME_LENGTH; at += 1) genome.push(randomBase(random, traits.gc));
  let text = '';
  for (let read = 1; read <= traits.reads; read += 1) text += makeRead(`S${sample}.${read}`, genome, traits, random);
  return text;
}

/**
 * Gzip whose bytes depend on the text alone. Runs of one byte are the only matches looked for, because the general
 * search differs between processors, and byte 9 (the system that made the file) is set to "unknown".
 */
export function compressReproducibly(text: string): Buffer {
  const compressed = gzipSync(text, { level: 9, memLevel: 9, strategy: constants.Z_RLE });
  compressed[9] = 255;
  return compressed;
}

/** Every file of the set by its name: the sound samples, then the truncated one. */
export function makeFiles(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    files.set(`sample-${String(sample).padStart(2, '0')}.fastq.gz`, compressReproducibly(makeFastq(sample)));
  }
  const whole = compressReproducibly(makeFastq(SAMPLES + 1));
  files.set('sample-21-truncated.fastq.gz', whole.subarray(0, Math.floor(whole.length / 2)));
  return files;
}

if (import.meta.main) {
  for (const [name, bytes] of makeFiles()) writeFileSync(new URL(name, import.meta.url), bytes);
}
