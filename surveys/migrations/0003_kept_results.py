import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="KeptResults",
            fields=[
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="kept_results",
                        serialize=False,
                        to="surveys.wave",
                        verbose_name="wave",
                    ),
                ),
                (
                    "is_final",
                    models.BooleanField(
                        default=False, verbose_name="made after the close"
                    ),
                ),
                ("body", models.JSONField(verbose_name="tables")),
            ],
            options={
                "verbose_name": "kept tables",
                "verbose_name_plural": "kept tables",
            },
        )
    ]
