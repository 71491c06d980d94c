# Need root: network namespaces with a known topology.
lab_tests =
