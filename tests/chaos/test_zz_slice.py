import pytest
from tests.chaos import hostile_files, test_hostile_files as T
from tests.chaos.test_hostile_files import site, good, pytestmark  # noqa
real=hostile_files.hostile()
def test_slice(site, tmp_path, monkeypatch):
    keep={k:v for i,(k,v) in enumerate(real.items()) if i%3==0 or k in("endless name","only dots","twice","twice, in capitals")}
    monkeypatch.setattr(hostile_files,"hostile",lambda: keep)
    T.test_hostile_files_are_refused_with_a_reason.__wrapped__(site,tmp_path) if hasattr(T.test_hostile_files_are_refused_with_a_reason,"__wrapped__") else T.test_hostile_files_are_refused_with_a_reason(site,tmp_path)
    print(len(keep), site.tried, site.slowest, site.most_memory, site.left_behind())
