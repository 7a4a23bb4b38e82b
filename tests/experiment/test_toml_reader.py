import pytest

from lab.experiment.toml_reader import UnreadableError, values


@pytest.mark.parametrize(
    ("text", "line", "key", "told"),
    [
        ("a.b = 1\n[a]\nc = 1\n", 2, "a", "is given twice, on lines 1 and 2; keep one of them"),
        ("[a.b]\nc = 1\n[a]\nb.d = 1\n", 4, "a.b", "is given twice, on lines 1 and 4; keep one of them"),
        ('{"a": 1}', 1, "", "this is no TOML, as JSON is none"),
        ("data:\n  name: a\n", 1, "", "in TOML a table has a heading: [data]"),
        ("a := 0.1", 1, "", "TOML uses '=': a = 0.1\n"),
        ("a 0.1", 1, "", "TOML uses '=': a = 0.1\n"),
        ("a b = 0.1", 1, "", "a key has no blanks: a_b\n"),
        ('a = {"b": "c"}', 1, "", "TOML uses '=': {b = \"c\", …}\n"),
        ("a = [{b: 1, c: 2}]", 1, "", "TOML uses '=': {b = 1, …}\n"),
        ("a = None", 1, "", "TOML has no such value; leave the key out"),
        ("a = (3, 3)", 1, "", "a list stands in brackets: [3, 3]"),
        ("a = 1;", 1, "", "leave out the ;"),
        ("; of May", 1, "", "a comment begins with #"),
        ("a = 1 of May", 1, "", "a comment begins with #"),
        ("a = 1, b = 2", 1, "", "each key stands in a line of its own"),
        ("a = 1; b = 2", 1, "", "each key stands in a line of its own"),
        ("a = np.logspace(-3, 0, 4)", 1, "", "nothing is computed in this file; write the values"),
        ("a = range(3)", 1, "", "nothing is computed in this file; write the values"),
        ("a = [30] * 4", 1, "", "nothing is computed in this file; write [30, 30, …]"),
        ("activation = max(0, z)", 1, "", 'a formula stands in quotes: activation = "max(0, z)"\n'),
        ("output = z*tanh(z)  # mine", 1, "", 'a formula stands in quotes: output = "z*tanh(z)"\n'),
        ("value = lambda z: z", 1, "", 'a formula stands in quotes: value = "lambda z: z"\n'),
        ("a = sigmoid, tanh", 1, "", 'a list stands in brackets, each text in quotes: ["sigmoid", "tanh"]\n'),
        ("title = What is it?", 1, "", 'text stands in quotes: "What is it?"\n'),
        ('a = ["b" "c"]', 1, "", "a list with a blank where a comma is due"),
        ("a = [1, 2 3]", 1, "", "a list with a blank where a comma is due"),
        ('a = ["b c"\nd = 1', 1, "", "a list that is not closed by ]"),
        ('a = "b",', 1, "", "leave out the , at the end"),
        ("a = [3],", 1, "", "leave out the , at the end"),
        ("data", 1, "", "a table has a heading in brackets, [data], and a key a value after ="),
        ("[a.my own]", 1, "", 'a name with blanks stands in quotes: [a."my own"]'),
        ("a == 1", 1, "", "write a single ="),
        (
            "a = {b = 1,\n c = 2}",
            1,
            "",
            "what stands in {…} ends in its line; or write a heading, such as [data]",
        ),
        ("η = 0.1", 1, "", "a key has plain letters: eta"),
        ("a = 1 // one", 1, "", "a comment begins with #"),
        ("a\u00a0=\u00a01", 1, "", "write plain blanks; this line has others"),
    ],
)
def test_a_common_mistake_is_told_with_what_to_write(text, line, key, told):
    with pytest.raises(UnreadableError) as caught:
        values(text)
    assert caught.value.args[:2] == (line, key)
    assert told in caught.value.args[2]
