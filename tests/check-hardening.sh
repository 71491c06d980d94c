#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The built programs are position-independent, with relocations that are read-only and
# resolved at start, no executable stack, stack protector and FORTIFY_SOURCE.
LC_ALL=C
export LC_ALL
builddir=${top_builddir:-.}
number=0

# Says whether the command behind the first argument succeeds.
check() {
    name=$1
    shift
    number=$((number + 1))
    if "$@" >/dev/null 2>&1; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
    fi
}

is_pie() {
    readelf -h "$1" | grep -q 'Type: *DYN'
}

has_relro() {
    readelf -lW "$1" | grep -q GNU_RELRO
}

binds_at_start() {
    readelf -dW "$1" | grep -q 'FLAGS_1.*NOW'
}

# RW, and not RWE.
has_plain_stack() {
    readelf -lW "$1" | grep -q 'GNU_STACK.* RW  *0x'
}

has_symbol() {
    readelf --dyn-syms -W "$1" | grep -q "$2"
}

check_program() {
    if [ ! -f "$builddir/$1" ]; then
        return
    fi
    check "$1 is position-independent" is_pie "$builddir/$1"
    check "$1 has read-only relocations" has_relro "$builddir/$1"
    check "$1 resolves all symbols at start" binds_at_start "$builddir/$1"
    check "$1 has no executable stack" has_plain_stack "$builddir/$1"
    check "$1 protects its stack" has_symbol "$builddir/$1" __stack_chk_fail
    check "$1 checks sizes (FORTIFY_SOURCE)" has_symbol "$builddir/$1" '__[a-z]*_chk@'
}

check "readelf is here" command -v readelf
check_program prober/revprobe
check_program server-bpf/revprobe-server
echo "1..$number"
