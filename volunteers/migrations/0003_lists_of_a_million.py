from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    # Nobody waits while the indexes are built: that needs no transaction around it.
    atomic = False

    dependencies = [
        ("volunteers", "0002_contact_and_joining"),
        # It brings the extension of the three-letter index.
        ("search", "0002_title_likeness"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="volunteerprofile",
            options={
                "ordering": ["-applied_at", "-id"],
                "permissions": [
                    ("review_volunteerprofile", "Can accept and decline volunteers")
                ],
                "verbose_name": "volunteer",
                "verbose_name_plural": "volunteers",
            },
        ),
        AddIndexConcurrently(
            model_name="initiative",
            index=models.Index(
                fields=["-starts_at", "-id"], name="initiative_of_staff"
            ),
        ),
        AddIndexConcurrently(
            model_name="volunteerprofile",
            index=models.Index(
                fields=["-applied_at", "-id"], name="volunteer_by_application"
            ),
        ),
        AddIndexConcurrently(
            model_name="volunteerprofile",
            index=GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("email"), name="gin_trgm_ops"),
                OpClass(Upper("public_id"), name="gin_trgm_ops"),
                name="volunteer_searched",
            ),
        ),
    ]
