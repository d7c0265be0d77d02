#compdef netsane
# zsh completion for netsane(1). The program says what there is: "netsane complete".

local line word description
local -a found

for line in "${(@f)$("${words[1]}" complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
        _files
    elif [[ -n $line ]]; then
        word=${line%%$'\t'*}
        description=${line#"$word"}
        # a colon separates word and description
        found+=("${word//:/\\:}${description:+:${description#$'\t'}}")
    fi
done
(( ${#found} )) && _describe netsane found
