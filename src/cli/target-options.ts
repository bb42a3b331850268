import type { Command } from 'commander';

/** Which deployment a command works on. */
export interface TargetFlags {
  /** The local stack that runs in this folder, instead of what the environment names. */
  local?: boolean;
  databaseUrl?: string;
}

/** Flags of commands that work on what a deployment remembers, and need no config. */
export interface DeploymentFlags {
  /** The local stack that runs in this folder, instead of what the environment names. */
  local?: boolean;
  json?: boolean;
}

/** Adds the options of {@link DeploymentFlags} to a command. */
export function withDeployment(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('--local', 'of the local stack that runs in this folder');
}

/** Flags of commands that look at loops and at the database they are for. */
export interface OpenFlags extends TargetFlags {
  config: string;
  json?: boolean;
}

/** Adds the options of {@link OpenFlags} to a command. */
export function withTarget(command: Command): Command {
  return command
    .option('--config <path>', 'the config, or the folder it is in', '.')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'of the local stack that runs in this folder')
    .option('--json', 'print JSON');
}
