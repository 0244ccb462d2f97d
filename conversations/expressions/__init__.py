"""XLSForm's expressions: read once, checked at load, evaluated over plain answers without ever raising."""

from conversations.expressions.compiling import POSITION, Compiled, compile_expression
from conversations.expressions.lexing import BadExpression
from conversations.expressions.reading import FUNCTION_NAMES

__all__ = ["FUNCTION_NAMES", "POSITION", "BadExpression", "Compiled", "compile_expression"]
