"""Items get pictures, and a list has each item once."""

from django.db import migrations, models

import lists.models


class Migration(migrations.Migration):
    dependencies = [("lists", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="item",
            name="picture",
            field=models.ImageField(blank=True, default="", upload_to=lists.models.picture_path),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("list", "text"), name="item_once_per_list"),
        ),
    ]
