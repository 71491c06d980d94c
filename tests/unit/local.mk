# One program a module: tests/unit/test_MODULE.c.  Each links its own floor and
# those below, so that a call upwards fails here.
unit_scripts =
unit_tests =
