#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Includes point down only: each file may include its own folder and the floors
# that its rule names, and no library but those that its folder may use.  One TAP
# line a folder.
cd "${srcdir:-.}" || exit 99

# folder | folders it may include | libraries it may use, by their headers
rules() {
	cat <<'RULES'
wire            |                                                                              |
base            | wire                                                                         | sys/capability.h
targets         | base wire                                                                    | sodium.h
output          | base wire                                                                    | sqlite3.h sodium.h jansson.h maxminddb.h zlib.h
prober/probe    | base wire                                                                    | sodium.h
prober/net      | base wire                                                                    | pcap/pcap.h libmnl/libmnl.h
prober/engine   | prober/probe targets output base wire                                        |
prober/campaign | prober/engine prober/net prober/probe targets output base wire               | event2/* jansson.h sodium.h
prober/transmit | output base wire                                                             | event2/* curl/* sodium.h
prober/collect  | output base wire                                                             | event2/* crypt.h sodium.h
prober          | prober/collect prober/transmit prober/campaign prober/engine prober/net prober/probe targets output base wire | jansson.h sodium.h
server-bpf      | base wire                                                                    | bpf/* event2/* libmnl/libmnl.h
RULES
}

# Every library header that anybody uses; what is not listed belongs to the system.
libraries='sys/capability.h crypt.h sqlite3.h sodium.h jansson.h maxminddb.h pcap.h pcap/* libmnl/* event.h event2/* bpf/* curl/* zlib.h criterion/*'

# The engine knows of the floors beside it what they pass around, and no more.
engine_headers='targets/target.h output/record.h'

# Does the word ($1) match one of the patterns ($2)?
matches() {
	for pattern in $2; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in $pattern) return 0 ;; esac
	done
	return 1
}

# Prints what is wrong with one include of a file: "header.h" or <header.h>.
check_include() {
	file=$1 folder=$2 floors=$3 allowed=$4 header=$5
	case $header in
	\"*)
		header=${header#\"} header=${header%\"}
		case $header in
		config.h) return ;;
		*/*) ;;
		*) echo "$file: $header: write the path from the top" && return ;;
		esac
		if ! matches "${header%/*}" "$folder $floors"; then
			echo "$file: must not include $header"
		elif [ "$folder" = prober/engine ] && matches "$header" 'targets/* output/*' &&
			! matches "$header" "$engine_headers"; then
			echo "$file: must not include $header, only $engine_headers"
		elif matches "$header" '*.bpf.h'; then
			echo "$file: must not include $header: it is for BPF"
		fi
		;;
	\<*)
		header=${header#<} header=${header%>}
		if matches "$header" "$libraries" && ! matches "$header" "$allowed"; then
			echo "$file: must not include <$header>"
		elif [ "$folder" = wire ] && [ "$header" != stdint.h ]; then
			echo "$file: must not include <$header>, only <stdint.h>"
		fi
		;;
	esac
}

includes_of() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*\([<"][^>"]*[>"]\).*/\1/p' "$1"
}

check_folder() {
	for file in "$1"/*.[ch]; do
		case $file in
		*'/*.[ch]' | *.bpf.[ch]) continue ;;
		esac
		for header in $(includes_of "$file"); do
			check_include "$file" "$1" "$2" "$3" "$header"
		done
	done
}

# BPF code knows the wire, its own fragments and shared.h; nothing of the host.
check_bpf() {
	for file in server-bpf/*.bpf.[ch] server-bpf/shared.h; do
		for header in $(includes_of "$file"); do
			case $header in
			'"wire/'* | '"server-bpf/shared.h"' | '"server-bpf/'*'.bpf.h"') ;;
			'<linux/'* | '<bpf/'* | '<stdint.h>' | '<stdbool.h>' | '<stddef.h>') ;;
			*) echo "$file: must not include $header" ;;
			esac
		done
	done
}

number=0
status=0
report() {
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1 includes only what lies below it"
	else
		echo "not ok $number - $1 includes only what lies below it"
		echo "$2" | sed 's/^/# /'
		status=1
	fi
}

echo "1..$(($(rules | wc -l) + 1))"
while IFS='|' read -r folder floors allowed; do
	folder=${folder%% *}
	report "$folder" "$(check_folder "$folder" "$floors" "$allowed")"
done <<RULES
$(rules)
RULES
report 'BPF code' "$(check_bpf)"
exit $status
