# bash completion for netsane(1). The program says what there is: "netsane complete".

_netsane()
{
    local line text=${COMP_LINE:0:COMP_POINT} word
    local -a words=()
    COMPREPLY=()
    # bash's own words are cut at colons, which names of devices have.
    read -r -a words <<<"$text"
    [[ $text == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]} - 1]}
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$word")
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <("${words[0]}" complete -- "${words[@]}" 2>/dev/null)
    # What stands before the last colon of the word is on the command line already.
    if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local before=${word%"${word##*:}"} i
        for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]=${COMPREPLY[i]#"$before"}
        done
    fi
}

complete -F _netsane netsane
