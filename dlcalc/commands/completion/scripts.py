"""The completion scripts of the shells: each asks dlcalc what may follow, and shows it.

dlcalc answers in the form that Click gives to each shell; what stands before `=` in
`--format=js` belongs to the shell, which puts it back.
"""

from __future__ import annotations

BASH = r"""
_dlcalc() {
    # Bash cuts words at "=" too; dlcalc wants them as they were typed.
    local -a words=() answers=()
    local word last= prefix= kind value
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ${#words[@]} -gt 0 && ( $word == = || $last == = ) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        last=$word
    done
    value=${words[-1]}
    [[ $value == -*=* ]] && value=${value#*=}
    [[ $value == *=* ]] && prefix=${value%=*}=

    mapfile -t answers < <(
        COMP_WORDS="$(printf '%s\n' "${words[@]}")" COMP_CWORD=$((${#words[@]} - 1)) \
            _DLCALC_COMPLETE=bash_complete "$1"
    )
    COMPREPLY=()
    for value in "${answers[@]}"; do
        kind=${value%%,*} value=${value#*,}
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${value#"$prefix"}") ;;
        esac
    done
}

complete -o nosort -F _dlcalc dlcalc
"""

ZSH = r"""
#compdef dlcalc

_dlcalc() {
    local -a described bare answers
    local kind value help
    (( $+commands[dlcalc] )) || return 1

    answers=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) \
        _DLCALC_COMPLETE=zsh_complete dlcalc)}")
    # What stands before "=" stays as it is.
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='

    for kind value help in $answers; do
        case $kind in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain) if [[ $help == _ ]]; then bare+=($value); else described+=($value:$help); fi ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described
    (( $#bare )) && compadd -V unsorted -a bare
}

if [[ $funcstack[1] == _dlcalc ]]; then
    _dlcalc "$@"  # loaded from fpath when it is first wanted
else
    compdef _dlcalc dlcalc
fi
"""

FISH = r"""
function _dlcalc
    set -l word (commandline -t)
    # What stands before "=" stays as it is.
    set -l prefix (string match -r -- '^--[^=]*=' $word; or echo)
    set -l answers (COMP_WORDS=(commandline -cp) COMP_CWORD=$word \
        _DLCALC_COMPLETE=fish_complete dlcalc)
    for answer in $answers
        set -l parts (string split -m 1 , -- $answer)
        switch $parts[1]
            case dir
                printf '%s\n' $prefix(__fish_complete_directories $parts[2])
            case file
                printf '%s\n' $prefix(__fish_complete_path $parts[2])
            case plain
                printf '%s\n' $prefix$parts[2]
        end
    end
end

complete --no-files --command dlcalc --arguments '(_dlcalc)'
"""

SCRIPTS = {"bash": BASH.lstrip(), "zsh": ZSH.lstrip(), "fish": FISH.lstrip()}
"""The script of each shell."""
