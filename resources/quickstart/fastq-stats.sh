#!/bin/sh
# fastq-stats.sh FILE.fastq.gz
#
# Reads a gzip-compressed FASTQ file and prints one line, separated by tabs:
#
#     file    reads    bases    gc_percent    mean_quality
#
# Where the environment names a folder in OUTPUT, as scitq does for its tasks, the line is also written there, to
# FILE.tsv. GC is counted among A, C, G and T, so that N does not lower it; qualities are Phred+33.
#
# Needs only a POSIX shell, gzip and awk, those of busybox included.
# Exit status: 0 done; 1 the file is damaged or is not FASTQ, and nothing is printed but the reason; 2 wrong usage.

set -u
LC_ALL=C
export LC_ALL

if [ $# -ne 1 ]; then
  echo "usage: fastq-stats.sh FILE.fastq.gz" >&2
  exit 2
fi
if [ ! -r "$1" ] || [ -d "$1" ]; then
  echo "fastq-stats: $1 can't be read: is the name right, and is it a file?" >&2
  exit 2
fi

file=${1##*/}

# The whole file is checked before it is read: behind a pipe, gzip's failure would go unnoticed and the figures of half
# a sample would look like those of a whole one.
if ! gzip -t -- "$1"; then
  echo "fastq-stats: $file is damaged or was cut short, so its figures would be wrong. Copy it again from its source." >&2
  exit 1
fi

line=$(gzip -dc -- "$1" | awk -v file="$file" '
  function refuse(reason) {
    printf "fastq-stats: %s is not sound FASTQ: read %d, line %d: %s\n", file, int((NR + 3) / 4), NR, reason > "/dev/stderr"
    refused = 1
    exit 1
  }
  BEGIN {
    for (score = 0; score <= 93; score++) quality_of[sprintf("%c", 33 + score)] = score
  }
  NR % 4 == 1 && !/^@./ { refuse("the name must start with @") }
  NR % 4 == 2 {
    sequence_length = length($0)
    if ($0 !~ /^[ACGTNacgtn]+$/) refuse("the sequence has something else than A, C, G, T and N")
    strong += gsub(/[CGcg]/, "")
    weak += gsub(/[ATat]/, "")
    bases += sequence_length
  }
  NR % 4 == 3 && !/^[+]/ { refuse("the separator must start with +") }
  NR % 4 == 0 {
    if (length($0) != sequence_length)
      refuse("there are " sequence_length " bases but " length($0) " quality scores")
    for (at = 1; at <= sequence_length; at++) {
      score = substr($0, at, 1)
      if (!(score in quality_of)) refuse("a quality score is not a character from ! to ~")
      quality += quality_of[score]
    }
  }
  END {
    if (refused) exit 1
    if (NR == 0) {
      printf "fastq-stats: %s holds no reads\n", file > "/dev/stderr"
      exit 1
    }
    if (NR % 4 != 0) refuse("the last read is incomplete")
    gc_percent = strong + weak > 0 ? 100 * strong / (strong + weak) : 0
    printf "%s\t%.0f\t%.0f\t%.2f\t%.2f\n", file, NR / 4, bases, gc_percent, quality / bases
  }
') || exit 1

if [ -n "${OUTPUT:-}" ]; then
  printf '%s\n' "$line" >"$OUTPUT/${file%.fastq.gz}.tsv" || exit 1
fi
printf '%s\n' "$line"
