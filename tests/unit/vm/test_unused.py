"""Only boxes and images that are ours, old and of no VM are unused."""

import json
from typing import Any

import pytest

from understudy.vm import unused
from understudy.vm.unused import BoxVersion, StoredBox, Volume

USED = BoxVersion("understudy/bookworm", "1.1")


def index(*paths: str, **box: Any) -> str:
    machine = {"extra_data": {"box": {"name": USED.name, "version": USED.version, **box}}}
    return json.dumps({"machines": {path: {**machine, "local_data_path": path} for path in paths}})


def test_box_of_a_vm_of_any_project_is_in_use_while_its_folder_is_there() -> None:
    text = index("/a/.vagrant", "/gone/.vagrant")

    assert unused.directories(text) == ["/a/.vagrant", "/gone/.vagrant"]
    assert unused.boxes_in_use(text, ["/a/.vagrant"]) == frozenset({USED})
    assert unused.boxes_in_use(text, []) == frozenset()
    assert unused.boxes_in_use("", []) == frozenset(), "Vagrant has never run"


@pytest.mark.parametrize("text", ["{", "[]", '{"machines": 3}', '{"machines": {"a": {}}}'])
def test_index_that_cannot_be_understood_leaves_all_boxes_alone(text: str) -> None:
    assert unused.boxes_in_use(text, []) is None


@pytest.mark.parametrize(
    ("name", "version", "age", "is_unused"),
    [
        ("understudy/bookworm", "1.2", 3.0, True),
        ("understudy/bookworm", "1.1", 3.0, False),
        ("understudy/bookworm", "1.2", 0.5, False),
        ("understudy/bookworm", "1.3", 3.0, False),
        ("debian/bookworm64", "1.2", 3.0, False),
    ],
    ids=["of no VM", "of a VM", "new", "built by this project", "of others"],
)
def test_box_is_unused(name: str, version: str, age: float, is_unused: bool) -> None:
    stored = [StoredBox(BoxVersion(name, version), "/boxes/x", 5, age)]

    found = [*unused.boxes(stored, {USED}, ["1.3"])]

    assert [one.key for one in found] == ["/boxes/x"] * is_unused


def image(version: str, age: float = 3.0, name: str = "") -> Volume:
    name = name or f"understudy-VAGRANTSLASH-bookworm_vagrant_box_image_{version}_box.img"
    return Volume(name, f"/pool/{name}", 5, age)


@pytest.mark.parametrize(
    ("volume", "is_unused"),
    [
        (image("1.2"), True),
        (image("1.1"), False),
        (image("1.2", age=0.5), False),
        (image("1.4"), False),
        (image("1.5"), False),
        (image("1.2", name="production.img"), False),
        (image("1.2", name="debian-VAGRANTSLASH-x_vagrant_box_image_1.2_box.img"), False),
    ],
    ids=["of no VM", "of a VM", "new", "of another user's VM", "a disk", "others'", "other boxes"],
)
def test_image_is_unused(volume: Volume, is_unused: bool) -> None:
    vm = Volume("shop.img", "/pool/shop.img", 5, 3.0, backing=image("1.4").path)

    found = [*unused.images([volume, vm], [image("1.5").path], {USED})]

    assert [one.key for one in found] == [volume.name] * is_unused
