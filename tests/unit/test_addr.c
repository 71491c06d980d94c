// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/addr.h"

#include <criterion/criterion.h>

#include "tests/support/random.h"

static const struct addr mapped = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1 } };

Test(addr, ipv4_is_stored_v4_mapped)
{
	struct addr a = addr_from_v4(be32_from(0xc0000201));

	cr_assert_arr_eq(a.bytes, mapped.bytes, sizeof(a.bytes));
	cr_assert_eq(be32_to(addr_to_v4(&a)), 0xc0000201);
}

Test(addr, every_ipv4_address_comes_back)
{
	struct random r = { 2 };

	for (int i = 0; i < 10000; i++) {
		uint32_t v4 = (uint32_t)random_u64(&r);
		struct addr a = addr_from_v4(be32_from(v4));

		cr_assert(addr_is_v4(&a));
		cr_assert_eq(be32_to(addr_to_v4(&a)), v4);
	}
}

Test(addr, one_bit_off_the_mapped_prefix_is_ipv6)
{
	cr_assert(addr_is_v4(&mapped));
	for (unsigned int bit = 0; bit < 128; bit++) {
		struct addr a = mapped;

		a.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		cr_assert_eq(addr_is_v4(&a), bit >= 96, "bit %u", bit);
	}
}

Test(addr, equal_means_every_bit)
{
	struct addr b = mapped;

	cr_assert(addr_equal(&mapped, &b));
	for (unsigned int bit = 0; bit < 128; bit++) {
		b = mapped;
		b.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		cr_assert(!addr_equal(&mapped, &b), "bit %u", bit);
	}
}

Test(addr, only_sixteen_zero_bytes_are_none)
{
	struct addr a = { { 0 } };

	cr_assert(addr_is_none(&a));
	cr_assert(!addr_is_v4(&a), "none has no family");
	for (unsigned int i = 0; i < sizeof(a.bytes); i++) {
		a = (struct addr){ { 0 } };
		a.bytes[i] = 1;
		cr_assert(!addr_is_none(&a), "byte %u", i);
	}
	a = addr_from_v4(be32_from(0));
	cr_assert(!addr_is_none(&a), "0.0.0.0 is an address");
}
