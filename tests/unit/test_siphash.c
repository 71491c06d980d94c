// SPDX-License-Identifier: GPL-2.0-or-later
/* As BPF computes it, against the vectors of the paper's reference code. */
#include "server-bpf/siphash.bpf.h"

#include <criterion/criterion.h>

Test(siphash, agrees_with_the_reference)
{
	/* Key 00 01 .. 0f, message 00 01 .. of 0, 8 and 16 bytes. */
	static const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	static const uint64_t message[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };

	cr_expect_eq(siphash(key, message, 0), 0x726fdb47dd0e0e31);
	cr_expect_eq(siphash(key, message, 1), 0x93f5f5799a932462);
	cr_expect_eq(siphash(key, message, 2), 0x3f2acc7f57c29bdb);
}
