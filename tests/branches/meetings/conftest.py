"""The first branch of the drawn world as the meeting tests see it."""
from __future__ import annotations

import pytest

NAMES = ("member", "colleague", "group_leader", "secretary", "former", "leader", "probationer")


@pytest.fixture
def roster(world):
    """Everyone of 一支部 on the day of the tests."""
    return [world.members[name] for name in NAMES]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def picture():
    """A real PNG of one pixel, as a browser uploads it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
    )
    return lambda name="现场.png": SimpleUploadedFile(name, content, "image/png")
