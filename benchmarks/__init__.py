"""Benchmarks: speed, memory and accuracy of isolint beside other tools. Never imported by the product or the tests."""
