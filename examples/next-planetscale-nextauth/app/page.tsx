import { auth } from '@/auth';
import { projectsOf } from '@/database';
import { createProject, signUp } from './actions';

export default async function Home() {
  const session = await auth();
  if (!session?.user?.id) {
    return (
      <form action={signUp}>
        <h1>Sign up</h1>
        <input name="name" placeholder="Name" autoComplete="name" required />
        <input name="email" type="email" placeholder="Email" autoComplete="email" required />
        <input name="password" type="password" placeholder="Password" autoComplete="new-password" required />
        <button type="submit">Sign up</button>
      </form>
    );
  }
  const projects = await projectsOf(session.user.id);
  return (
    <>
      <h1>Hello {session.user.name}</h1>
      <ul>
        {projects.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
      <form action={createProject}>
        <input name="project" placeholder="Project" required />
        <button type="submit">Create project</button>
      </form>
    </>
  );
}
