"""A file of requests is checked whole before anything is submitted."""

from pathlib import Path

import pytest

from generation.batch import read_batch


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_both_kinds_of_file_ask_for_the_same(tmp_path: Path) -> None:
    (tmp_path / "path.json").write_text("[[0.2, 0.5], [0.8, 0.5]]")
    table = write(
        tmp_path,
        "a.csv",
        "prompt,seed,out,trajectory,priority,account,key\n"
        '"a red ball, big",7,red.gif,path.json,high,ann,k1\n'
        "a blue star,,,,,,\n",
    )
    lines = write(
        tmp_path,
        "a.jsonl",
        '{"prompt": "a red ball, big", "seed": 7, "out": "red.gif", "key": "k1",'
        ' "trajectory": "path.json", "priority": "high", "account": "ann"}\n\n'
        '{"prompt": "a blue star"}\n',
    )
    wishes = read_batch(table)
    assert wishes == read_batch(lines)
    first, second = wishes
    assert (first.request.mode, first.request.seed) == ("motion_control", 7)
    assert (first.out, first.account_id) == (tmp_path / "red.gif", "ann")
    assert (second.out, second.priority, second.request.seed) == (None, None, 0)


def test_variations_have_seeds_files_and_keys_of_their_own(tmp_path: Path) -> None:
    line = (
        '{"prompt": "a ball", "variations": 3, "seed": 5, "out": "b.gif", "key": "k"}'
    )
    wishes = read_batch(write(tmp_path, "a.jsonl", line))
    assert [wish.request.seed for wish in wishes] == [5, 6, 7]
    assert [wish.out.name for wish in wishes if wish.out] == [
        *("b-1.gif", "b-2.gif", "b-3.gif"),
    ]
    assert [wish.key for wish in wishes] == ["k-1", "k-2", "k-3"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "a ball", r"a.txt must be one of .jsonl"),
        ("a.jsonl", "", "asks for no clip"),
        ("a.jsonl", '{"prompt": "a"}\n{', "a.jsonl, line 2: "),
        ("a.jsonl", '{"prompt": "a"}\n{"prompt": 7}', "clip 2: a prompt is needed"),
        ("a.jsonl", '"a ball"\n[1]', "clip 2: a prompt is needed"),
        ("a.jsonl", '{"prompt": "a", "colour": 1}', r"no such column: \['colour'\]"),
        ("a.jsonl", '{"prompt": "a", "seed": 1.5}', "seed must be a whole number"),
        ("a.jsonl", '{"prompt": "a", "seed": true}', "seed must be a whole number"),
        ("a.csv", "prompt,seed\na,x", "clip 1: seed must be a number, got 'x'"),
        ("a.csv", "prompt,image\na,no.png", "no.png is no file"),
        ("a.csv", "prompt,out\na,x.gif\nb,x.gif", "names the file .*x.gif twice"),
        ("a.csv", "prompt,out\na,x.avi", "clip 1: output must end in one of"),
        ("a.csv", "prompt,priority\na,urgent", "priority must be standard or high"),
        ("a.csv", "prompt,variations\na,101", "variations must be 1 to 100, got 101"),
        ("a.csv", "prompt\n" + "a\n" * 1_001, "more than 1,000 lines"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read_batch(write(tmp_path, name, text))
