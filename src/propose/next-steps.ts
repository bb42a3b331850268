import type { Inspection } from '../inspect/index.ts';

/** What somebody has to do by hand once the files are written, in order. */
export function nextSteps(
  { stack, app, installed, problems, users }: Inspection,
  hasRoute: boolean,
): string[] {
  const frameworks = stack.frameworks.filter(({ folder }) => folder === app).map(({ what }) => what);
  const isNext = frameworks.some((what) => what.startsWith('next'));
  const isMounted = hasRoute || installed.mount !== undefined;
  const tellsNothing = users[0]?.table.dialect === 'redis' && !installed.tellsOfWrites;
  const steps = ['npx skene check', 'npx skene dev'];
  if (isNext && hasRoute) {
    steps.unshift('npm install @skene/sdk', 'In package.json: "build": "skene build && next build"');
    if (stack.auth.some(({ what }) => what === 'clerk'))
      steps.push("Let Clerk's middleware pass /api/skene/*: each function verifies who calls it.");
  }
  if (stack.auth.some(({ what }) => what === 'nextauth'))
    steps.push(
      "For sign-ins as events: events: { ...skeneEvents() } of @skene/sdk/nextauth, in NextAuth's options.",
    );
  if (frameworks.includes('nestjs') && !isMounted) {
    steps.unshift(
      'npm install @skene/sdk && npx skene build',
      "Mount the functions: imports: [SkeneModule.forRoot({ compiled })], of @skene/sdk/nest and '../compiled/index.ts'.",
    );
  }
  if ((frameworks.includes('express') || frameworks.includes('hono')) && !isMounted && !isNext)
    steps.unshift(
      'npm install @skene/sdk && npx skene build',
      'Mount the functions at /api/skene: skene(compiled), of @skene/sdk/express or /web.',
    );
  if (frameworks.includes('fastapi'))
    steps.push(
      'Deploy Skene beside this app, with this config, as its README says; there is no SDK for Python and none is needed.',
    );
  if (tellsNothing)
    steps.push(
      'Wrap your client: withSkene(Redis.fromEnv()) of @skene/sdk/upstash-redis tells of each write as it is made.',
    );
  if (problems.length > 0) {
    const files = problems.map(({ file }) => file).join(', ');
    steps.push(`Mend ${files} and run skene init again: it adds what it could not see.`);
  }
  return steps;
}
