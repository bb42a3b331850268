import leven from 'leven';

/** The name that may have been meant, among those there are. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  return known
    .map((candidate) => ({ candidate, distance: leven(candidate.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, name.length / 3))
    .sort((left, right) => left.distance - right.distance)[0]?.candidate;
}
