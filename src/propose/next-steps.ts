import type { Inspection } from '../inspect/index.ts';

/** What somebody has to do by hand once the files are written, in order. */
export function nextSteps(inspection: Inspection, hasRoute: boolean): string[] {
  const { app, installed, problems } = inspection;
  const broken = problems.map(({ file }) => file).join(', ');
  return [
    ...(app === '' ? [] : [`cd ${app}`]),
    ...(installed.hasSdk ? [] : ['npm install @skene/sdk']),
    ...mounting(inspection, hasRoute),
    'npx skene check',
    'npx skene dev',
    ...telling(inspection),
    ...(broken === '' ? [] : [`Mend ${broken} and run skene init again: it adds what it could not see.`]),
  ];
}

/** How the functions come into the application. */
function mounting({ stack, app, installed }: Inspection, hasRoute: boolean): string[] {
  const frameworks = stack.frameworks.filter(({ folder }) => folder === app).map(({ what }) => what);
  const isClerk = stack.auth.some(({ what }) => what === 'clerk');
  if (hasRoute)
    return [
      'In package.json: "build": "skene build && next build"',
      ...(isClerk ? ["Let Clerk's middleware pass /api/skene/*: each function verifies who calls it."] : []),
    ];
  if (installed.mount !== undefined) return [];
  if (frameworks.includes('nestjs'))
    return [
      "npx skene build, then mount the functions: imports: [SkeneModule.forRoot({ compiled })], from @skene/sdk/nest and '../compiled/index.ts'",
    ];
  if (frameworks.includes('express') || frameworks.includes('hono'))
    return [
      'npx skene build, then mount the functions at /api/skene: skene(compiled), from @skene/sdk/express or @skene/sdk/web',
    ];
  return [
    'Deploy Skene beside this application with this config, as the README says under Deploy: events come in over plain HTTP.',
  ];
}

/** How Skene comes to know what no table shows it. */
function telling({ stack, installed, users }: Inspection): string[] {
  const isTold = users[0]?.table.dialect !== 'redis' || installed.tellsOfWrites;
  const isNextAuth = stack.auth.some(({ what }) => what === 'nextauth');
  const sign = users.length === 0 ? 'The sign-up comes from' : 'For sign-ins as events:';
  return [
    ...(isNextAuth
      ? [`${sign} events: { ...skeneEvents() } of @skene/sdk/nextauth, in NextAuth's options.`]
      : []),
    ...(isTold
      ? []
      : [
          'Wrap your client: withSkene(Redis.fromEnv()) of @skene/sdk/upstash-redis tells of each write as it is made.',
        ]),
  ];
}
