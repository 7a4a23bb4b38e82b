import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from lab.processes import EndedError, apart, pool, submitted, usable_cores

given = []


def test_cores_are_counted():
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def hold(word):
    given.append(word)


def seen(task):
    np.ones((2, 2)) @ np.ones((2, 2))
    threads = {one["num_threads"] for one in threadpool_info()}
    return task, list(given), threads, os.getpid(), signal.getsignal(signal.SIGINT)


@pytest.fixture
def interruptible():
    """Ctrl-C is answered, as it is not in a process that a shell began in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_tasks_run_elsewhere_with_what_was_given_and_one_thread_and_leave_interrupts_to_this_process():
    with pool(2, hold, "begun") as processes:
        found = [future.result() for future in submitted(processes, seen, range(3))]
    assert [task for task, *_ in found] == [0, 1, 2]
    for _, held, threads, process, answer in found:
        assert held == ["begun"]
        assert threads == {1}
        assert process != os.getpid()
        assert answer == signal.SIG_IGN
    assert given == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_worker_that_is_killed_breaks_the_pool():
    with pool(1, hold, "") as processes:
        (future,) = submitted(processes, os._exit, [1])
        with pytest.raises(BrokenProcessPool):
            future.result()


def test_what_is_done_apart_answers_or_is_told_to_have_ended():
    assert apart(divmod, 7, 2, seconds=60) == (3, 1)
    with pytest.raises(EndedError, match=r"^ended its process \(0\)$"):
        apart(os._exit, 0, seconds=60)
    with pytest.raises(EndedError, match=r"^took longer than 0\.1 s$"):
        apart(time.sleep, 1000, seconds=0.1)


SCRIPT = """\
import sys
from lab.processes import apart, pool, submitted
main = sys.modules["__main__"]
print("begun", apart(divmod, 7, 2, seconds=60))
with pool(1, int) as processes:
    print([future.result() for future in submitted(processes, abs, [-7])])
assert sys.modules["__main__"] is main
"""


def test_no_process_runs_the_script_that_began_it_again(tmp_path):
    """It needs no ``if __name__ == "__main__"``."""
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("begun (3, 1)\n[7]\n", "")


def test_processes_that_threads_begin_at_once_leave_the_script_in_its_place():
    script, answers = sys.modules["__main__"], []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(apart(abs, -n, seconds=60))) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 1, 2]
    assert sys.modules["__main__"] is script
