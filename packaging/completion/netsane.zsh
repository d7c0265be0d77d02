#compdef netsane
# zsh completion for netsane(1). The program says what there is: "netsane complete".

local line word description
local -a found
local -i failed=1

for line in "${(@f)$("${words[1]}" complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
        _files && failed=0
    elif [[ -n $line ]]; then
        word=${line%%$'\t'*}
        description=${line#"$word"}
        # a colon separates word and description
        found+=("${word//:/\\:}${description:+:${description#$'\t'}}")
    fi
done
(( ${#found} )) && _describe netsane found && failed=0
return failed
