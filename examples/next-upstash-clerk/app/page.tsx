import { auth } from '@clerk/nextjs/server';
import { nameOf, projectsOf } from '@/database';
import { createProject, signUp } from './actions';

export default async function Home() {
  const { userId } = await auth();
  if (userId === null) {
    return (
      <form action={signUp}>
        <h1>Projects</h1>
        <button type="submit">Sign up</button>
      </form>
    );
  }
  const [name, projects] = await Promise.all([nameOf(userId), projectsOf(userId)]);
  return (
    <>
      <h1>Hello {name}</h1>
      <ul>
        {projects.map((project) => (
          <li key={project}>{project}</li>
        ))}
      </ul>
      <form action={createProject}>
        <input name="project" placeholder="Project" required />
        <button type="submit">Create project</button>
      </form>
    </>
  );
}
