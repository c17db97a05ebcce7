"""Lists of things to do."""

from uuid import uuid4

from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse


def picture_path(_item: "Item", file_name: str) -> str:
    """Where a picture is kept: under a name of its own, whatever the visitor's file was called."""
    extension = file_name.rpartition(".")[2].lower()
    return f"pictures/{uuid4().hex}.{extension}"


class List(models.Model):
    """A to-do list, titled by its first item."""

    title = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("list", args=[self.pk])


class Item(models.Model):
    """One thing to do."""

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="items")
    text = models.CharField(max_length=200)
    done = models.BooleanField(default=False)
    picture = models.ImageField(upload_to=picture_path, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["list", "text"], name="item_once_per_list"),
        ]

    def __str__(self) -> str:
        return self.text


@receiver(post_delete, sender=Item)
def remove_picture(instance: Item, **_: object) -> None:
    """An item's picture goes with it, once the deletion is final."""
    if instance.picture:
        transaction.on_commit(lambda: instance.picture.delete(save=False))
