"""The form for an item."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from lists.models import Item

MAX_PICTURE_BYTES = 5 * 1024 * 1024

EMPTY = "An item needs a few words."
DUPLICATE = "This is on your list already."
TOO_LARGE = "A picture can be at most 5 MB."


class ItemForm(forms.ModelForm):
    """Adds an item to the list that its `instance` belongs to."""

    class Meta:
        model = Item
        fields = ["text", "picture"]
        labels = {"text": "What needs doing?", "picture": "Add a picture"}
        error_messages = {"text": {"required": EMPTY}}
        widgets = {
            "text": forms.TextInput(
                attrs={"placeholder": "What needs doing?", "autocomplete": "off", "autofocus": True}
            ),
            "picture": forms.FileInput(attrs={"accept": "image/*"}),
        }

    def clean_text(self) -> str:
        """The text, if the list does not have it yet."""
        text: str = self.cleaned_data["text"]
        if Item.objects.filter(list_id=self.instance.list_id, text=text).exists():
            raise ValidationError(DUPLICATE)
        return text

    def clean_picture(self) -> UploadedFile | None:
        """The picture, if there is one and it is of a reasonable size."""
        picture: UploadedFile | None = self.cleaned_data.get("picture")
        if picture and picture.size > MAX_PICTURE_BYTES:
            raise ValidationError(TOO_LARGE)
        return picture
