# Need root: network namespaces with a known topology.
lab_tests =

EXTRA_DIST += \
	tests/lab/lab tests/lab/network.py tests/lab/relay.py tests/lab/topology.py \
	tests/lab/topologies
