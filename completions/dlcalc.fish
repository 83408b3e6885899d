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
