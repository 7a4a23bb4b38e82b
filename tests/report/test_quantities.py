from lab.report.quantities import KNOWN, ordered


def test_known_quantities_come_first_in_their_order_then_causes_then_others():
    names = [one.name for one in ordered(["mine", "cause_b", "a_mean", "learning_speed", "cause_a"])]
    assert names == ["learning_speed", "a_mean", "cause_a", "cause_b", "mine"]


def test_a_quantity_is_known_once():
    assert len({one.name for one in KNOWN}) == len(KNOWN)
