"""Measurements that print ratios beside their aims; never part of the tests."""
