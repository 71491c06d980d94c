# One program a module: tests/unit/test_MODULE.c.  Each links its own floor and
# those below, so that a call upwards fails here.
unit_scripts = tests/check-layers.sh
EXTRA_DIST += $(unit_scripts)
unit_tests =
if HAVE_CRITERION
include tests/unit/base.mk
include tests/unit/targets.mk
include tests/unit/output.mk
include tests/unit/engine.mk
include tests/unit/campaign.mk
include tests/unit/transmit.mk
include tests/unit/collect.mk
endif

if HAVE_CRITERION
unit_tests += tests/unit/test_netsim
tests_unit_test_netsim_SOURCES = tests/unit/test_netsim.c $(netsim_truth) $(netsim_world)
tests_unit_test_netsim_LDADD = $(TEST_LIBS)
endif
