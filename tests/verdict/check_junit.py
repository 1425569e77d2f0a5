# check_junit.py: check_junit.py FILE CASES: the counts of a JUnit XML file are those of its elements, its names those given.
# SPDX-License-Identifier: Apache-2.0
import sys
import xml.etree.ElementTree as tree

suite, = tree.parse(sys.argv[1]).getroot().findall("testsuite")
cases = suite.findall("testcase")
for attribute, element in ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"):
    found = sum(len(case.findall(element)) for case in cases)
    assert int(suite.get(attribute)) == found, (attribute, suite.get(attribute), found)
assert int(suite.get("tests")) == len(cases)
assert [case.get("name") for case in cases] == sys.argv[2:], [case.get("name") for case in cases]
