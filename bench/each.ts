/** How many are made at once. */
const TOGETHER = 16;

/** Makes so many, in order, a few at a time. */
export async function each<Result>(
  count: number,
  make: (index: number) => Promise<Result>,
  together = TOGETHER,
): Promise<Result[]> {
  const made: Result[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      made[index] = await make(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, together) }, lane));
  return made;
}
