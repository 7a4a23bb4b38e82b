"""A stack whose steps are taken by the compiled engine.

`propagate` and `plan` are the numpy core's, from the engine's weights, so everything that looks at a pass
sees the same arrays as ever. The weights themselves never come from there: they have the same bits
whatever is read, and when.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.network.buffers import Pass
from lab.network.compiled import Engine
from lab.network.parameters import Parameters
from lab.numerics import Array
from lab.training.examples import Examples, of_outputs
from lab.training.stack import Stack

MOST_EXAMPLES = 2**16
"""Examples of a trial that are put in order for one call, unless an epoch has more."""


class CompiledSteps:
    """The steps of a `Stack` in the compiled engine."""

    def __init__(self, stack: Stack) -> None:
        training = stack.training
        given = training.train
        decay = training.eta * training.decay / len(given)
        self.stack, self.step = stack, 0
        self._behind = False  # whether the stack's weights are older than the engine's
        self.engine = Engine(
            training.network, training.optimiser, training.eta, decay, stack.theta, given.x, given.y
        )
        self.order = stack.order

    def run_to(self, step: int) -> None:
        """Take the steps up to this one."""
        while self.step < step:
            steps = min(step - self.step, max(MOST_EXAMPLES // self.order.batch, self.order.epoch))
            self.engine.run(self.step + 1, *self.order.several(self.step, steps))
            self.passed(steps)

    def passed(self, steps: int) -> None:
        """Note that the engine took so many steps."""
        self.step += steps
        self._behind = True

    @property
    def theta(self) -> Parameters:
        """The weights and biases as they are, which are put into the stack when they are asked for."""
        return self._caught_up().theta

    def saved(self) -> dict[str, Array]:
        """The stack with the optimiser's state of the engine; see `Stack.saved`."""
        self.engine.remembered(self.stack.state)
        return {**self.stack.saved(), "theta": self.theta.vector}

    def restored(self, saved: Mapping[str, Array], step: int) -> None:
        """Go on from a stack that was `saved` after so many steps."""
        self.stack.restored(saved, step)
        self.step, self._behind = step, False
        self.engine.load(self.stack.theta)
        self.engine.recall(self.stack.state)

    def plan(self) -> None:
        """Put Δθ of the propagated step, as the numpy core takes it, into the stack's ``update``."""
        self.engine.remembered(self.stack.state)
        self._caught_up().plan()

    def propagate(self) -> Pass:
        """The pass of the next step, forward and backward, by the numpy core from the engine's weights."""
        return self._caught_up().propagate()

    def evaluated(self, given: Examples) -> tuple[Array, Array]:
        """As `Stack.evaluated`, by the engine."""
        return of_outputs(self.stack.training.network, given, *self.engine.outputs(given.x))

    def _caught_up(self) -> Stack:
        """The stack, with the engine's weights and the step that is next."""
        self.stack.step = self.step
        if self._behind:
            self.engine.store(self.stack.theta)
            self._behind = False
        return self.stack
