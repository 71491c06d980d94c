#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The built manual pages: complete, and without a warning from mandoc.
builddir=${top_builddir:-.}
cd "${srcdir:-.}" || exit 99

# Built here, or come with the tarball.
page() {
    if [ -f "$builddir/man/$1" ]; then
        echo "$builddir/man/$1"
    else
        echo "man/$1"
    fi
}

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

check_page() {
    file=$(page "$1")
    if [ ! -f "$file" ]; then
        skip "$1" "not built"
        return
    fi
    if grep -q '^@' "$file" || ! grep -q '^\.It Fl' "$file"; then
        report "not ok" "$1 has its options"
    else
        report "ok" "$1 has its options"
    fi
    if ! command -v mandoc >/dev/null; then
        skip "$1 passes mandoc" "no mandoc here"
    elif complaints=$(mandoc -T lint -W warning "$file"); then
        report "ok" "$1 passes mandoc"
    else
        echo "$complaints" | sed 's/^/# /'
        report "not ok" "$1 passes mandoc"
    fi
}

check_page revprobe-annotate.8
check_page revprobe-collect.8
check_page revprobe-export.8
check_page revprobe-report.8
check_page revprobe-resume.8
check_page revprobe-server.8
check_page revprobe-show.8
check_page revprobe-sweep.8
check_page revprobe-transmit.8
check_page revprobe.8
echo "1..$number"
