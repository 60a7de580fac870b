"""The model: the life cycle and the gate before it. A mistake (`mistakes.py`) overrides one of its functions."""

from gate import Gate
from lifecycle import LifeCycle


class Model(LifeCycle, Gate):
    pass
