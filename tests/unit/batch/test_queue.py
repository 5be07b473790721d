import math

from webrun_nb.batch.queue import RowQueue
from webrun_nb.batch.rows import RowTask


class Hosts:
    def __init__(self):
        self.ready_s = {}

    def ready_in_s(self, host):
        return self.ready_s.get(host, 0.0)


def rows(*hosts):
    return [RowTask(n, str(n), "Go.", f"http://{host}/{n}") for n, host in enumerate(hosts)]


def taken(queue):
    found = []
    while (row := queue.take()[0]) is not None:
        found.append(row.position)
    return found


def test_rows_start_in_the_order_of_the_input():
    queue = RowQueue(rows("a.example", "b.example", "a.example", "c.example"), Hosts())
    assert taken(queue) == [0, 1, 2, 3]
    assert len(queue) == 0


def test_a_host_that_is_not_ready_holds_up_no_other():
    hosts = Hosts()
    hosts.ready_s["a.example"] = 2.0
    queue = RowQueue(rows("a.example", "b.example", "a.example", "c.example"), hosts)
    assert taken(queue) == [1, 3]
    assert (queue.take(), queue.held, len(queue)) == ((None, 2.0), 2, 2)
    hosts.ready_s["a.example"] = 0.0
    assert taken(queue) == [0, 2]
    assert queue.held == 0


def test_the_wait_is_that_of_the_host_that_is_ready_first():
    hosts = Hosts()
    hosts.ready_s |= {"a.example": math.inf, "b.example": 0.5}
    queue = RowQueue(rows("a.example", "b.example"), hosts)
    assert queue.take() == (None, 0.5)


def test_an_empty_queue_waits_for_nothing():
    assert RowQueue([], Hosts()).take() == (None, math.inf)


def test_practice_sites_and_ports_have_their_hosts():
    assert RowTask(0, "0", "", "practice:Directory/companies").host == "practice:directory"
    assert RowTask(0, "0", "", "http://A.example:8080/x").host == "a.example"
