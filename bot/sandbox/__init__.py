"""A local stand-in for the WeCom cloud, with phones in the browser: demo, tests, benchmarks, development."""
