import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkHouse } from '../../scripts/house/check-house.ts';
import { readHouse } from '../../scripts/house/house.ts';

const house = readHouse();
const root = fileURLToPath(new URL('../..', import.meta.url));
const violations = fileURLToPath(new URL('./violations', import.meta.url));

/** The lines of the fixtures that end in `// reported: <rule>`. */
function expected(): string[] {
  return readdirSync(violations, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(violations, file)).isFile())
    .flatMap((file) =>
      readFileSync(join(violations, file), 'utf8')
        .split('\n')
        .flatMap((text, index) => {
          const rule = /\/\/ reported: (\S+)$/.exec(text)?.[1];
          return rule === undefined ? [] : [`${file}:${index + 1} ${rule}`];
        }),
    )
    .sort();
}

describe('the check of the house', () => {
  it('reports every marked line of the fixtures, and no other', () => {
    const found = checkHouse(violations, house).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
    expect(found.sort()).toEqual(expected());
  });

  it('has a fixture for every rule it knows', () => {
    const source = readFileSync(join(root, 'scripts/house/rules.ts'), 'utf8');
    const rules = [...(/export type Rule =([^;]+);/.exec(source)?.[1] ?? '').matchAll(/'([a-z-]+)'/g)];
    const shown = expected().map((line) => line.split(' ')[1]);
    expect([...new Set(shown)].sort()).toEqual(rules.map(([, rule]) => rule).sort());
  });

  it('says what to do', () => {
    const messages = checkHouse(violations, house).map(({ message }) => message);
    expect(messages).toContain('state and email both stand on floor 3: move what they share below.');
    expect(messages).toContain('From outside, events is imported through its door, src/events/index.ts.');
  });
});

describe('the house', () => {
  it('stands as house.json says', () => {
    expect(checkHouse(root, house)).toEqual([]);
  });

  it('is drawn in CONTRIBUTING.md as in house.json', () => {
    const drawn = [
      ...readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| (\d+) \| `(\w+)` \| (.+) \|$/gm),
    ];
    expect(drawn.map(([, floor, room, purpose]) => [Number(floor), room, purpose])).toEqual(
      house.floors.flatMap((rooms, floor) =>
        Object.entries(rooms).map(([room, purpose]) => [floor, room, purpose]),
      ),
    );
  });
});
