// SPDX-License-Identifier: GPL-2.0-or-later
/* MPLS labels of an answer, as traceroute(8) writes them with -e. */
#pragma once

#include <stdio.h>

struct probe_record;

/* " <MPLS:L=299824,E=0,S=1,T=1>", entries of a stack separated by '/'; nothing without. */
void text_print_labels(FILE *out, const struct probe_record *probe);
/* An entry a line, for narrow columns. */
void text_print_label_lines(FILE *out, const struct probe_record *probe, int indent);
