"""The sample world of the demo and the tests."""
