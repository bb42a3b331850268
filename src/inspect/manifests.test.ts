import { describe, expect, it } from 'vitest';
import { readManifests } from './manifests.ts';
import { memoryRepository } from './memory-repository.ts';

const namesIn = async (texts: Record<string, string>) =>
  (await readManifests(memoryRepository(texts))).packages.map(({ folder, dependencies }) => [
    folder,
    dependencies.map(({ name, line }) => `${name}:${line}`),
  ]);

describe('the manifests of a repository', () => {
  it('of npm name each dependency once, with its line', async () => {
    const text = `{\n  "dependencies": {\n    "pg": "8"\n  },\n  "devDependencies": { "next": "16", "pg": "8" }\n}`;
    expect(await namesIn({ 'apps/web/package.json': text })).toEqual([['apps/web', ['pg:3', 'next:5']]]);
  });

  it('of Python are requirements, PEP 621 and Poetry, without versions and extras', async () => {
    const pyproject = `[project]\ndependencies = [\n  "FastAPI[all]>=0.1",\n]\n[project.optional-dependencies]\ndb = ["psycopg_binary"]\n[tool.poetry.group.dev.dependencies]\nsqlmodel = "*"\n`;
    const requirements = '-r base.txt\n# web\nuvicorn==1 ; python_version > "3"\n';
    expect(await namesIn({ 'pyproject.toml': pyproject, 'requirements-dev.txt': requirements })).toEqual([
      ['', ['fastapi:3', 'psycopg-binary:6', 'sqlmodel:8', 'uvicorn:3']],
    ]);
  });

  it('that are broken are told with their line, and the others are read all the same', async () => {
    const { packages, problems } = await readManifests(
      memoryRepository({
        'package.json': '{\n "a": [1,\n}',
        'api/pyproject.toml': '[project\n',
        'b/package.json': '[]',
        'c/package.json': '{}',
      }),
    );
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'api/pyproject.toml:1',
      'b/package.json:1',
      'package.json:3',
    ]);
    expect(packages.map(({ folder }) => folder)).toEqual(['c']);
  });
});
