import type { CommandPlace } from './command-tree.ts';

/** The shells that a completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** The script that teaches a shell the command line. It asks nobody: what may follow is written in it. */
export function completionScript(shell: Shell, places: readonly CommandPlace[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](places);
}

/** @see https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
function bashScript(places: readonly CommandPlace[]): string {
  const wordsAt = places.map(({ path, names, options }) => {
    const words = [...names, ...options].map(({ name }) => name).join(' ');
    return `    '${path}') words='${words}' ;;`;
  });
  return `# Completion of skene for bash: source <(skene completion bash)
_skene() {
  local at='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${stepsOf(places).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${wordsAt.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _skene skene`;
}

/** @see https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
function zshScript(places: readonly CommandPlace[]): string {
  const namesAt = places.map(({ path, names, options }) => {
    const listed = [...names, ...options].map(({ name, about }) => quoted(`${name}:${about}`));
    return `    '${path}') names=(${listed.join(' ')}) ;;`;
  });
  return `#compdef skene
# Completion of skene for zsh: source <(skene completion zsh)
_skene() {
  local at='' word
  local -a names
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${stepsOf(places).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${namesAt.join('\n')}
  esac
  _describe -o skene names || _files
}
compdef _skene skene`;
}

/** @see https://fishshell.com/docs/current/completions.html */
function fishScript(places: readonly CommandPlace[]): string {
  const lines = places.flatMap(({ path, names, options }) => {
    const begin = `complete -c skene -n '__skene_at "${path}"'`;
    return [
      ...names.map(({ name, about }) => `${begin} -a ${name} -d ${quotedForFish(about)}`),
      ...options.map(({ name, about }) => `${begin} -l ${name.slice(2)} -d ${quotedForFish(about)}`),
    ];
  });
  return `# Completion of skene for fish: skene completion fish | source
function __skene_at
  set -l at ''
  set -l tokens (commandline -opc)
  set -e tokens[1]
  for word in $tokens
    switch "$at $word"
      case ${stepsOf(places).join(' ')}
        set at (string trim "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}

/** Each way from a place to the next, as the scripts spell it: what leads there, a space, the word. */
function stepsOf(places: readonly CommandPlace[]): string[] {
  return places.flatMap(({ path, names }) => names.map(({ name }) => `'${path} ${name}'`));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Between single quotes, fish knows an escaped quote and an escaped backslash. */
function quotedForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
