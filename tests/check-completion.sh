#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The completions of shells: every option and every word that programs and commands
# take is offered, by bash and fish themselves; zsh reads its own without complaint.
builddir=${top_builddir:-.}
generate=${srcdir:-.}/packaging/completion/generate
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=0

report() {
    number=$((number + 1))
    echo "$1 $number - $2"
}

# Where all tests must run, one that cannot has failed.
skip() {
    if [ -n "$REQUIRE_ALL" ]; then
        report "not ok" "$1 ($2)"
    else
        report "ok" "$1 # SKIP $2"
    fi
}

# What bash offers for the last of these words, one a line.
offered_by_bash() {
    # shellcheck disable=SC2016 # the inner shell expands them
    bash --norc -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1"
        printf "%s\n" "${COMPREPLY[@]}"' - "$script" "$@"
}

offered_by_fish() {
    # shellcheck disable=SC2016 # fish expands them
    fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' "$script" "$*" | cut -f 1
}

# Arguments: shell, name of the check, words that must be offered, command line.
check_offer() {
    local shell=$1 what=$2 word missing=
    local -a wanted
    read -r -a wanted <<<"$3"
    shift 3
    "offered_by_$shell" "$@" | sort >"$scratch/offered"
    for word in "${wanted[@]}"; do
        grep -qxF -- "$word" "$scratch/offered" || missing="$missing $word"
    done
    if [ -n "$missing" ] || [ "${#wanted[@]}" -eq 0 ]; then
        echo "# not offered:$missing"
        report "not ok" "$shell: $what"
    else
        report "ok" "$shell: $what"
    fi
}

long_options() {
    "$@" --help=table | awk -F '\t' '$2 { printf "--%s ", $2 }'
}

check_prober() {
    local shell=$1 program=$builddir/prober/revprobe commands command
    commands=$("$program" --help=commands)
    check_offer "$shell" "directions and commands" "forward reverse two-way $commands" revprobe ''
    check_offer "$shell" "protocols" "udp tcp icmp" revprobe forward ''
    check_offer "$shell" "modes" "singlepath multipath" revprobe reverse icmp ''
    check_offer "$shell" "options of a trace" "$(long_options "$program")" revprobe reverse --
    check_offer "$shell" "words of an option" "dot gif jpg pdf png ps svg" revprobe --format ''
    for command in $commands; do
        check_offer "$shell" "options of $command" "$(long_options "$program" "$command")" \
            revprobe "$command" --
    done
}

check_shell() {
    local shell=$1 name
    if ! command -v "$shell" >/dev/null; then
        skip "$shell" "no $shell here"
        return
    fi
    for name in revprobe revprobe-server; do
        program=$builddir/prober/revprobe
        [ "$name" = revprobe ] || program=$builddir/server-bpf/revprobe-server
        [ -x "$program" ] || continue
        script=$scratch/$name.$shell
        "$generate" "$shell" "$name" "$program" >"$script"
        if "$shell" -n "$script"; then
            report "ok" "$shell reads that of $name"
        else
            report "not ok" "$shell reads that of $name"
        fi
        [ "$shell" != zsh ] || continue
        if [ "$name" = revprobe ]; then
            check_prober "$shell"
        else
            check_offer "$shell" "options of the server" "$(long_options "$program")" "$name" --
        fi
    done
}

for shell in bash fish zsh; do
    check_shell "$shell"
done
echo "1..$number"
