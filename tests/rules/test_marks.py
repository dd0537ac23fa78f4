from app.rules import marks


def test_equal_values_have_equal_marks_and_others_do_not() -> None:
    assert marks.mark({"a": "1", "b": "2"}) == marks.mark({"b": "2", "a": "1"})
    assert len({marks.mark(one) for one in ({}, {"a": ""}, {"a": "é"}, True, False, "")}) == 6


def test_marks_come_back_from_a_form_as_they_went() -> None:
    carried = {"rating": marks.mark({}), "form-finished": marks.mark(False)}
    assert marks.read(marks.written(carried)) == carried
    assert marks.read("") == {}
    assert marks.read(" rating=ab  nonsense =x ") == {"rating": "ab", "": "x"}
