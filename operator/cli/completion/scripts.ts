// What a shell has to run so that TAB asks the program. The answer is in the form that Cobra's programs give, which kubectl asks
// of its plugins: a line for each proposal (value, tab, description), then `:0` if files may stand there and `:4` if not.
// Libraries were tried: @bomb.sh/tab 0.0.22 evaluates what is typed and never proposes files, @pnpm/tabtab 0.5.4 proposes files
// by a wrong prefix, and omelette and tabtab are no longer kept.

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

const bash = `# sparkflow: completion for bash
_sparkflow() {
  local line directive=4
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      ?*) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $directive == 4 ]]; then compopt +o default 2>/dev/null; fi
}
complete -o default -F _sparkflow sparkflow
`;

const zsh = `#compdef sparkflow
# sparkflow: completion for zsh
_sparkflow() {
  local line directive=4
  local -a proposals
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :*) directive=\${line#:} ;;
      *$'\\t'?*) proposals+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) proposals+=("\${\${line%%$'\\t'*}//:/\\\\:}") ;;
    esac
  done
  if (( $#proposals )); then
    _describe -t sparkflow sparkflow proposals
  elif [[ $directive == 0 ]]; then
    _files
  fi
}
if [[ \${funcstack[1]} == _sparkflow ]]; then _sparkflow "$@"; else compdef _sparkflow sparkflow; fi
`;

const fish = `# sparkflow: completion for fish
function __sparkflow_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l lines ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
  set -l proposals (string match -v ':*' -- $lines)
  if test (count $proposals) -gt 0
    printf '%s\\n' $proposals
  else if contains ':0' -- $lines
    __fish_complete_path $current
  end
end
complete -c sparkflow -f -a '(__sparkflow_complete)'
`;

export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
