import { readFileSync } from 'node:fs';
import * as z from 'zod';

const PathsSchema = z.array(z.string().min(1));

/** The table in `house.json`: which rooms there are, on which floor they stand, and who may use what. */
const HouseSchema = z.strictObject({
  /** From the ground up: the rooms of a floor, each with what it is for. */
  floors: z.array(z.record(z.string(), z.string())),
  /** Where the files directly in `src/` stand: what an app imports is kept light by standing low. */
  entryFloor: z.number(),
  /** Rooms with more doors than `index.ts`, because a function loads all that a door imports: these files, or those of a folder. */
  doors: z.record(z.string(), PathsSchema),
  /** Folders beside `src/`: all they may import, what they may import types from, and what of `src/` may import them. */
  outside: z.record(
    z.string(),
    z.strictObject({ imports: PathsSchema, types: PathsSchema, importers: PathsSchema }),
  ),
  /** Who may read the environment. */
  environment: PathsSchema,
  /** Per package, where it may be imported: in each file or folder named here, by one file (types: in its room). */
  packages: z.record(z.string(), PathsSchema.min(1)),
  /** In lines. */
  longestFile: z.number(),
});

/** See {@link HouseSchema}. */
export type House = z.output<typeof HouseSchema>;

/** Reads the table at `path`; throws when it is not one. */
export function readHouse(path = new URL('../../house.json', import.meta.url)): House {
  return HouseSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The floor `room` stands on (no room: a file directly in `src/`), or `undefined` when the table does not know it. */
export function floorOf(house: House, room: string | undefined): number | undefined {
  if (room === undefined) return house.entryFloor;
  const floor = house.floors.findIndex((rooms) => room in rooms);
  return floor === -1 ? undefined : floor;
}

/** Whether `path` is one of `places` or lies in one of them. Paths are relative to the repository, with `/`. */
export function isWithin(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}
