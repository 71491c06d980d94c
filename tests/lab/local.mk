# Need root: network namespaces with a known topology.
lab_tests = tests/lab/test_alias_lab.py tests/lab/test_collect_chaos_lab.py \
	tests/lab/test_collect_lab.py tests/lab/test_hostile_lab.py tests/lab/test_link_lab.py \
	tests/lab/test_multi_lab.py tests/lab/test_names_lab.py tests/lab/test_netsim_lab.py \
	tests/lab/test_operate_lab.py tests/lab/test_pace_lab.py tests/lab/test_picture_lab.py \
	tests/lab/test_results_lab.py tests/lab/test_resume_lab.py tests/lab/test_run_lab.py \
	tests/lab/test_server_lab.py tests/lab/test_sweep_lab.py tests/lab/test_targets_lab.py \
	tests/lab/test_trace_lab.py tests/lab/test_transmit_lab.py
check_PROGRAMS += tests/lab/flood
tests_lab_flood_SOURCES = tests/lab/flood.c

EXTRA_DIST += $(lab_tests) tests/lab/balance.py tests/lab/collecting.py tests/lab/collector.py \
	tests/lab/lab tests/lab/labels.py tests/lab/labtest.py tests/lab/lines.py \
	tests/lab/multitrace.py tests/lab/nameserver.py tests/lab/network.py tests/lab/relay.py \
	tests/lab/revtr.py tests/lab/runs.py tests/lab/scamper.py tests/lab/study_format.py \
	tests/lab/synthetic.py tests/lab/topologies tests/lab/topology.py tests/lab/warts.py
