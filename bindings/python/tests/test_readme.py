"""The README's code runs."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from test_package import NOW, SAMPLE, USER, token

HERE = Path(__file__).parents[1]
README = (HERE / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SHOWN = re.findall(r"```text\n(.*?)```", README, re.DOTALL)


def test_there_is_code() -> None:
    assert len(BLOCKS) == 2 and len(SHOWN) == 1


def test_explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(HERE.parents[1] / "examples" / "assignment.json", tmp_path / "export.json")
    (tmp_path / "token.txt").write_text(token(**USER))
    (tmp_path / "roles.json").write_text('{"value": []}')
    monkeypatch.chdir(tmp_path)
    exec(BLOCKS[0], {})
    assert capsys.readouterr().out == SHOWN[0]


def test_reprocess(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"document": json.loads(json.dumps(SAMPLE)), "now": NOW}
    exec(BLOCKS[1], names)
    assert capsys.readouterr().out == "delivered\n"
