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
            plain)
                COMPREPLY+=("${value#"$prefix"}")
                [[ $value == *[.=\ ] ]] && compopt -o nospace  # more of the word is to come
                ;;
        esac
    done
}

complete -o nosort -F _dlcalc dlcalc
