"""The open interface: /api/v1. A door like the others, and a view of the books; described by /api/v1/openapi.json.

`table.py` lists every endpoint with its models; `serve.py` lets callers in and answers; the description is generated
from the same table (`describe.py`), so what is served and what is described cannot differ.
"""
